# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Replies grouped by what was said, by whom, about which address; the newest groups when there are too many."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._hours import Hours
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._recipients import Recipients

SAMPLES = 3
LONGEST_SAMPLE = 2048

Sample = t.Tuple[int, bytes, bytes]  # when, queue id, the line as it stands in the log


class Key(t.NamedTuple):
    """What equal replies share."""

    signature: str
    code: int | None
    stage: str | None
    relay_host: str
    service: str
    named_ips: tuple[str, ...]


class Speech:
    """One reply of one relay to one service."""

    __slots__ = ("_group", "is_evidence", "key", "suspended")

    def __init__(self, key: Key, *, suspended: bool, is_evidence: bool) -> None:
        self.key = key
        self.suspended = suspended  # an earlier reply, repeated for a destination that rests
        self.is_evidence = is_evidence
        self._group: Group | None = None

    def group(self, replies: Replies, at: int) -> Group:
        """Return the group it is counted in, always of the same C(replies)."""
        group = self._group
        if group is None or group.dropped:
            group = self._group = replies.group(self.key, at)
        return group


class Group:
    """What is counted about one reply of one relay."""

    __slots__ = ("dropped", "first_at", "hours", "last_at", "outcomes", "recipients", "relay_ips", "samples")

    def __init__(self, at: int) -> None:
        self.first_at = self.last_at = at
        self.outcomes: dict[str, int] = {}
        self.hours = Hours()  # of what a timeline shows: bounced and deferred
        self.recipients = Recipients()
        self.relay_ips: dict[str, None] = {}
        self.samples: list[Sample] = []
        self.dropped = False

    def count(self, outcome: str, number: int = 1) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + number

    def add(self, outcome: str, relay_ip: str, sample: Sample) -> None:
        """Add one line."""
        outcomes = self.outcomes
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if relay_ip:
            self.relay_ips[relay_ip] = None
        at = sample[0]
        if outcome in TIMED_OUTCOMES:
            self.hours.add(at)
        if at > self.last_at:
            self.last_at = at
        elif at < self.first_at:
            self.first_at = at
        samples = self.samples
        samples.append(sample)
        if len(samples) > SAMPLES:
            del samples[0]

    def lines(self) -> int:
        return sum(number for outcome, number in self.outcomes.items() if outcome in LINE_OUTCOMES)

    def update(self, later: Group, renumber: t.Callable[[int], int]) -> None:
        self.first_at = min(self.first_at, later.first_at)
        self.last_at = max(self.last_at, later.last_at)
        for outcome, number in later.outcomes.items():
            self.count(outcome, number)
        self.hours.update(later.hours)
        self.recipients.update(later.recipients, renumber)
        self.relay_ips.update(later.relay_ips)
        self.samples = (self.samples + later.samples)[-SAMPLES:]


# Each line has one of these; "expired" counts recipients, "soft_bounced" is a part of "deferred".
TIMED_OUTCOMES = ("bounced", "deferred")
LINE_OUTCOMES = ("bounced", "deferred", "suspended", "undeliverable", "non_final")


class Replies:
    """At most C(2 * max_groups) groups; C(keep_newest) leaves C(max_groups)."""

    def __init__(self, max_groups: int) -> None:
        self._max_groups = max_groups
        self.groups: dict[Key, Group] = {}
        self.dropped_groups = 0
        self.dropped_lines = 0

    def group(self, key: Key, at: int) -> Group:
        """Return the group, made at C(at) if need be."""
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= 2 * self._max_groups:
                self.keep_newest()
            group = self.groups[key] = Group(at)
        return group

    def keep_newest(self) -> None:
        surplus = len(self.groups) - self._max_groups
        if surplus <= 0:
            return
        # Of the older ones the rare go first: the block that began the trouble is not lost to later noise.
        by_age = sorted(self.groups, key=lambda key: self.groups[key].last_at)
        older = by_age[: (surplus + len(by_age)) // 2]
        for key in sorted(older, key=lambda key: self.groups[key].lines())[:surplus]:
            group = self.groups.pop(key)
            group.dropped = True
            self.dropped_groups += 1
            self.dropped_lines += group.lines()

    def update(self, later: Replies, renumber: t.Callable[[int], int]) -> None:
        for key, group in later.groups.items():
            self.group(key, group.first_at).update(group, renumber)
        self.dropped_groups += later.dropped_groups
        self.dropped_lines += later.dropped_lines
