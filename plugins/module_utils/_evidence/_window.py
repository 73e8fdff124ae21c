# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The time that evidence is wanted of."""

from __future__ import annotations

import typing as t


class Window(t.NamedTuple):
    """From C(since) to C(until), both included, in seconds since 1970; None: without that end."""

    since: int | None = None
    until: int | None = None

    def holds(self, at: int) -> bool:
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None
