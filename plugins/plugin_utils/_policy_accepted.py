# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""accepted.yml: what a site knows of and lives with, each with a reason, somebody who answers for it, and an end."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read_with_lines,
)

Data = t.Mapping[str, t.Any]

# What an entry may name: all that it names must be so.
_NAMES = ("id", "check", "subject", "receiver", "list", "host")
WARN_BEFORE = datetime.timedelta(days=14)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accepted:
    """One entry. It counts up to and with the day C(expires)."""

    names: t.Mapping[str, str]
    overdue: bool = False  # whether what is past its end is accepted too
    reason: str
    owner: str
    expires: datetime.date
    line: int

    def is_over(self, today: datetime.date) -> bool:
        return self.expires < today

    def is_about(self, concern: Data) -> bool:
        return all(
            value in concern["hosts"] if name == "host" else value == concern[name]
            for name, value in self.names.items()
        )

    def covers(self, concern: Data) -> bool:
        """Tell whether the concern, as it is now, is what somebody has agreed to."""
        return self.is_about(concern) and (self.overdue or not concern["overdue"])

    @property
    def what(self) -> str:
        """The entry in a few words."""
        return ", ".join(f"{name} {value}" for name, value in self.names.items())

    def data(self) -> dict[str, t.Any]:
        return {
            **self.names,
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires.isoformat(),
            "line": self.line,
        }


class AcceptedError(Exception):
    """accepted.yml cannot be used: names file, line and entry, and what was expected."""


def read(path: Path) -> list[Accepted]:
    """Return the entries of a file.

    :raises AcceptedError: it is missing or malformed
    """
    try:
        document = read_with_lines(path)
        check.document("accepted", document)
        return [_entry(document, number) for number in range(len(document.data["accepted"]))]
    except KnowledgeError as error:
        raise AcceptedError(str(error)) from None


def _entry(document: Document, number: int) -> Accepted:
    entry = document.data["accepted"][number]
    where = ("accepted", number)
    try:
        expires = datetime.date.fromisoformat(entry["expires"])
    except ValueError:
        raise document.error((*where, "expires"), f"a day such as 2027-01-31, not {entry['expires']!r}") from None
    return Accepted(
        overdue=entry.get("overdue", False),
        names={name: entry[name] for name in _NAMES if name in entry},
        reason=entry["reason"],
        owner=entry["owner"],
        expires=expires,
        line=document.lines.get(where, 1),
    )
