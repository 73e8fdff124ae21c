# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How often something happened in each of the newest hours: a short row of numbers, however long the log."""

from __future__ import annotations

from array import array

HOUR = 3600
KEPT = 168  # a week


class Hours:
    """Counts of at most C(KEPT) hours, four bytes each: there are thousands of groups, and logs of months."""

    __slots__ = ("_first", "_numbers")

    def __init__(self) -> None:
        self._first = 0  # hour of the epoch
        self._numbers = array("I")

    @property
    def counts(self) -> dict[int, int]:
        """Return the hours in which something happened."""
        return {hour: number for hour, number in enumerate(self._numbers, self._first) if number}

    def add(self, at: int, number: int = 1) -> None:
        place = at // HOUR - self._first
        if not 0 <= place < len(self._numbers):
            place = self._make_room(at // HOUR)
        if place >= 0:
            self._numbers[place] += number

    def _make_room(self, hour: int) -> int:
        """Return the place of an hour without one yet; below 0 when it is too long ago to be kept."""
        numbers = self._numbers
        end = self._first + len(numbers)
        if not numbers or hour - KEPT >= end - 1:
            self._first, self._numbers = hour, array("I", [0])
        elif hour >= end:
            numbers.extend(array("I", [0]) * (hour + 1 - end))
            surplus = max(0, len(numbers) - KEPT)
            del numbers[:surplus]
            self._first += surplus
        elif hour > end - 1 - KEPT:
            self._numbers = array("I", [0] * (self._first - hour)) + numbers
            self._first = hour
        return hour - self._first

    def update(self, later: Hours) -> None:
        for hour, number in later.counts.items():
            self.add(hour * HOUR, number)

    def row(self) -> tuple[int, list[int]] | None:
        """Return when the first of the newest hours begins, and the count of each from there; None for nothing."""
        counts = self.counts
        if not counts:
            return None
        first, last = min(counts), max(counts)
        return first * HOUR, [counts.get(hour, 0) for hour in range(first, last + 1)]
