# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""master.cf as bytes: one service entry added or taken out, everything else left as it stands."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf


class Found(t.NamedTuple):
    """An entry: C(raw) is all its lines, C(number) where it stands among the entries."""

    number: int
    raw: bytes


class MasterCf:
    """The entries of a master.cf, which has main.cf's rules of logical lines; each change gives a new one."""

    def __init__(self, raws: t.Sequence[bytes]) -> None:
        self.raws = tuple(raws)

    @classmethod
    def parse(cls, data: bytes) -> MasterCf:
        return cls([entry.raw for entry in MainCf.parse(data).entries])

    def dump(self) -> bytes:
        return b"".join(self.raws)

    def find(self, name: str, kind: str) -> Found | None:
        """Return the last entry of this service name and type (unix, inet, ...)."""
        for number in reversed(range(len(self.raws))):
            if self.raws[number][:1] not in b"# \t\r\v\f\n" and self.raws[number].split()[:2] == [
                name.encode(),
                kind.encode(),
            ]:
                return Found(number, self.raws[number])
        return None

    def add(self, line: str) -> MasterCf:
        """Add an entry at the end."""
        raws = list(self.raws)
        if raws and not raws[-1].endswith(b"\n"):
            raws[-1] += b"\n"
        return MasterCf([*raws, line.encode() + b"\n"])

    def remove(self, found: Found) -> MasterCf:
        return MasterCf([raw for number, raw in enumerate(self.raws) if number != found.number])
