# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The table that keeps mail when the relay itself refuses it (smtp_delivery_status_filter).

Whatever it refuses for good is deferred and stays readable in the log, except for what is the recipient's fault.
"""

from __future__ import annotations

import typing as t

# What a literal must not mean in a regexp: table. A bare slash would end the pattern.
_SPECIAL = frozenset("\\^$.[]|()*+?{}/")


class HoldTableError(ValueError):
    """A literal cannot stand in the table."""


def table(host: str, stays_hard: t.Sequence[str], *, head: str) -> str:
    """Return the content of a regexp: table for the answers of one server.

    :param stays_hard: literals of answers that are no fault of ours
    """
    hard = "|".join(map(literal, stays_hard))
    return f"{head}if !/({hard})/\n/^5(\\.[0-9]{{1,3}}\\.[0-9]{{1,3}} .*{literal(host)}\\[.*)/ 4$1\nendif\n"


def literal(text: str) -> str:
    """Return a text as a POSIX pattern that means just that.

    :raises HoldTableError: it is empty, or not one line of printable ASCII
    """
    if not text.strip() or not all(" " <= character <= "~" for character in text):
        raise HoldTableError(f"{text[:80]!r} cannot be looked for: one line of printable ASCII was expected")
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)
