# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How often something happened in each of the newest hours: a short row of numbers, however long the log."""

from __future__ import annotations

HOUR = 3600
KEPT = 168  # a week


class Hours:
    """Counts by hour of the epoch; at most C(2 * KEPT) hours are held."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def add(self, at: int, number: int = 1) -> None:
        hour = at // HOUR
        counts = self.counts
        if hour in counts:
            counts[hour] += number
            return
        counts[hour] = number
        if len(counts) > 2 * KEPT:
            self.counts = self._newest()

    def update(self, later: Hours) -> None:
        for hour, number in later.counts.items():
            self.add(hour * HOUR, number)

    def row(self) -> tuple[int, list[int]] | None:
        """Return when the first of the newest hours begins, and the count of each from there; None for nothing."""
        counts = self._newest()
        if not counts:
            return None
        first, last = min(counts), max(counts)
        return first * HOUR, [counts.get(hour, 0) for hour in range(first, last + 1)]

    def _newest(self) -> dict[int, int]:
        oldest = max(self.counts, default=0) - KEPT
        return {hour: number for hour, number in self.counts.items() if hour > oldest}
