# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Anything that a person pastes, as replies: a log line, a bounce, a bare reply, several of them."""

from __future__ import annotations

import typing as t


class Pasted(t.NamedTuple):
    """One reply out of a pasted text, with what the text says around it."""

    reply: str
    relay_host: str | None = None
    relay_ips: tuple[str, ...] = ()
    dsn: str | None = None
    stage: str | None = None
    status: str | None = None


_STAGES = {
    "GREETING": "greeting",
    "CONNECT": "greeting",
    "EHLO": "HELO",
    "HELO": "HELO",
    "LHLO": "HELO",
    "MAIL FROM": "MAIL FROM",
    "MAIL": "MAIL FROM",
    "RCPT TO": "RCPT TO",
    "RCPT": "RCPT TO",
    "DATA": "DATA",
    "END OF DATA": "end of DATA",
    ".": "end of DATA",
}


def stage_of(command: str | None) -> str | None:
    """Return the stage that an SMTP command belongs to, however an MTA or a person writes it."""
    words = (command or "").upper().replace("COMMAND", "").replace(":", " ").split()
    return _STAGES.get(" ".join(words[:3])) or _STAGES.get(" ".join(words[:2])) or _STAGES.get(" ".join(words[:1]))


def read(text: str) -> list[Pasted]:
    """Return the replies in a text, in order."""
    return [Pasted(text)] if text.strip() else []
