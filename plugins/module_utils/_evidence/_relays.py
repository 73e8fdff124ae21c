# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How much each relay host took, and when last."""

from __future__ import annotations

import typing as t

_MAX_RELAYS = 5_000

RelayKey = t.Tuple[str, str]  # service, relay host


class Count:
    """Deliveries to one relay host."""

    __slots__ = ("last_at", "newest", "number")

    def __init__(self) -> None:
        self.number = 0
        self.last_at = 0
        self.newest = b""  # the stamp of the last line counted, not read yet


class Relays:
    """Counts for the relays that took mail most recently."""

    def __init__(self) -> None:
        self.counts: dict[RelayKey, Count] = {}
        self.dropped = 0

    def of(self, relay: RelayKey, at: t.Callable[[bytes], int | None]) -> Count:
        """Return the relay's count; C(at) reads the stamps of the others when there are too many."""
        count = self.counts.get(relay)
        if count is None:
            if len(self.counts) >= 2 * _MAX_RELAYS:
                self.finish(at)
                self._keep_newest()
            count = self.counts[relay] = Count()
        return count

    def _keep_newest(self) -> None:
        by_age = sorted(self.counts, key=lambda relay: self.counts[relay].last_at)
        for relay in by_age[:-_MAX_RELAYS]:
            self.dropped += self.counts.pop(relay).number

    def finish(self, at: t.Callable[[bytes], int | None]) -> None:
        """Read the stamps of the last lines by C(at)."""
        for count in self.counts.values():
            if count.newest:
                count.last_at = max(count.last_at, at(count.newest) or 0)
                count.newest = b""

    def update(self, later: Relays) -> None:
        """Add what C(later) counted; both are finished."""
        for relay, theirs in later.counts.items():
            ours = self.of(relay, lambda stamp: None)
            ours.number += theirs.number
            ours.last_at = max(ours.last_at, theirs.last_at)
        self.dropped += later.dropped
