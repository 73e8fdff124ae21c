# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How much each relay host took, and when last."""

from __future__ import annotations

import typing as t

_MAX_RELAYS = 5_000

RelayKey = t.Tuple[str, str]  # service, relay host


class Count(t.NamedTuple):
    """Deliveries to one relay host."""

    number: int
    last_at: int


class Relays:
    """Counts for the relays that took mail most recently."""

    def __init__(self) -> None:
        self.counts: dict[RelayKey, Count] = {}
        self.dropped = 0

    def add(self, relay: RelayKey, number: int, last_at: int) -> None:
        before = self.counts.get(relay)
        if before is not None:
            number += before.number
            last_at = max(last_at, before.last_at)
        elif len(self.counts) >= 2 * _MAX_RELAYS:
            self.keep_newest()
        self.counts[relay] = Count(number, last_at)

    def keep_newest(self) -> None:
        by_age = sorted(self.counts, key=lambda relay: self.counts[relay].last_at)
        for relay in by_age[:-_MAX_RELAYS]:
            self.dropped += self.counts.pop(relay).number

    def update(self, later: Relays) -> None:
        """Add what C(later) counted."""
        for relay, count in later.counts.items():
            self.add(relay, *count)
        self.dropped += later.dropped
