# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One file before and after a change, and what of that may be shown."""

from __future__ import annotations

import difflib
import os
import typing as t

_NOT_SHOWN = "(content not shown)"


class Change(t.NamedTuple):
    """One file before and after; None is no file."""

    path: str
    before: bytes | None
    after: bytes | None
    secret: bool = False
    mode: int | None = None

    @property
    def diff(self) -> dict[str, str]:
        """Return it as Ansible wants a diff."""
        return {
            "before": self._shown(self.before),
            "after": self._shown(self.after),
            "before_header": self.path,
            "after_header": self.path,
        }

    @property
    def lines(self) -> t.Iterator[str]:
        """Return the lines that change, with one around them."""
        before, after = (self._shown(data).splitlines() for data in (self.before, self.after))
        return difflib.unified_diff(before, after, self.path, self.path, n=1, lineterm="")

    def _shown(self, data: bytes | None) -> str:
        if data is None:
            return ""
        if self.secret:
            return f"{os.path.basename(self.path)} {_NOT_SHOWN}{' (old)' if data == self.before else ''}\n"
        return data.decode("utf-8", "replace")
