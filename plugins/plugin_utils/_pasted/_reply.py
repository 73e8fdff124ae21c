# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One reply out of a pasted text."""

from __future__ import annotations

import re
import typing as t

# Parts of expressions: a refusing reply, a host, an address with or without brackets. A host is only looked for where
# a name begins: from each of its letters on, the search of a long one would take the square of its length.
REPLY = r"[45][0-9]{2}(?=[ #-]|[A-Z]{2}:[A-Z]{3}\b|\Z)"
HOST = r"(?P<host>(?<![A-Za-z0-9_.-])[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)"
ADDRESS = r"\[?(?P<ip>[0-9A-Fa-f.:]{3,45})\]?"


class Pasted(t.NamedTuple):
    """A reply, with what the text around it says: who answered, to which command, with what result."""

    reply: str
    relay_host: str | None = None
    relay_ips: tuple[str, ...] = ()
    dsn: str | None = None
    stage: str | None = None
    status: str | None = None
    has_code: bool = True
    is_ours: bool = False  # our own server said it, to somebody else
    relay_port: int | None = None

    def completed(self, relay_host: str | None, dsn: str | None, stage: str | None) -> Pasted:
        """Return it with what the text itself does not say."""
        return self._replace(relay_host=self.relay_host or relay_host, dsn=self.dsn or dsn, stage=self.stage or stage)


_STAGES = {
    "CONNECT": "greeting",
    "GREETING": "greeting",
    "INITIAL CONNECTION": "greeting",
    "EHLO": "HELO",
    "HELO": "HELO",
    "LHLO": "HELO",
    "MAIL FROM": "MAIL FROM",
    "MAIL": "MAIL FROM",
    "RCPT TO": "RCPT TO",
    "RCPT": "RCPT TO",
    "DATA": "DATA",
    "END OF DATA": "end of DATA",
    "MESSAGE": "end of DATA",
    ".": "end of DATA",
}
_FILLER = re.compile(r"\b(?:COMMAND|PIPELINED|SENDING|THE)\b|[:<].*")


def stage_of(command: str | None) -> str | None:
    """Return the stage that an SMTP command belongs to, however an MTA or a person writes it."""
    if not command:
        return None
    words = _FILLER.sub(" ", command.upper()).split()
    return next((_STAGES[name] for name in (" ".join(words[:count]) for count in (3, 2, 1)) if name in _STAGES), None)


def ips(*found: str | None) -> tuple[str, ...]:
    """Return what was found, each once."""
    return tuple(dict.fromkeys(ip for ip in found if ip))
