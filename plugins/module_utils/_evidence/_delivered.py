# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Deliveries per relay host: a seventh of a log's lines, so C code reads and counts as much of each as it can."""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lines import STAMPED
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._relays import Relays
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import ADDRESS, CLIENT, TO_RELAY
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import make_room

_MAX_KNOWN = 5_000
# A line up to its bracket: the second, the offset of RFC 3339, the rest of the head, the relay. Sets that exclude one
# character are by far the fastest; what they let in, the literals after them keep out, and the head is read once more
# where it is new.
_LINE = re.compile(
    (
        r"([A-Z].{14}|[0-9].{18})(?:[.,][0-9]+|)([^ ]*)( [^[]+mtp)\[[0-9]+\]: [^:]+: "
        rf"to=<{ADDRESS}{TO_RELAY}([^]]+)\]:[0-9]+, [^(]+(?<=, status=sent )\("
    ).encode(),
    re.DOTALL,
)
_HEAD = re.compile(CLIENT.encode(), re.DOTALL)
# What stands before a port is a host and its address: not a socket of this host, nor a content filter on it.
_RELAY = re.compile(rb"([^\s\[\]]+)\[(?!127\.|::1\Z|::ffff:127\.)[^\s\[\]]+", re.IGNORECASE)

Source = t.Tuple[bytes, bytes]  # offset and rest of a head: one host and service
Column = t.Sequence[bytes]


class _Count:
    """Deliveries of one source, per relay as it stands in the log."""

    def __init__(self) -> None:
        self.numbers: Counter[bytes] = Counter()
        self.newest: dict[bytes, int] = {}
        self.last_at = 0

    def add(self, relays: Column, moments: list[int]) -> None:
        self.numbers.update(relays)
        if moments[0] >= self.last_at and moments == sorted(moments):
            self.newest.update(zip(relays, moments))
            self.last_at = moments[-1]
            return
        for relay, at in zip(relays, moments):
            if at > self.newest.get(relay, 0):
                self.newest[relay] = at
        self.last_at = max(self.last_at, *moments)


class Delivered:
    """Counts the C(status=sent) lines of blocks; C(finish) adds them to C(relays)."""

    def __init__(self, clock: Clock, relays: Relays) -> None:
        self._clock = clock
        self._relays = relays
        self._services: dict[Source, str | None] = {}
        self._counts: dict[str, _Count] = {}

    def count(self, block: Block, brackets: t.Sequence[int], window: Window) -> None:
        """Count the lines of a block that have one of C(brackets); with a window, only those within."""
        buffer, before, _end = block
        before -= 1
        read, rfind = _LINE.match, buffer.rfind
        # Each line once, however many brackets it has.
        ends = {rfind(b"\n", before, bracket): bracket for bracket in brackets}
        lines = [read(buffer, newline + 1, bracket + 1) for newline, bracket in ends.items()]
        for source, seconds, relays in _by_source([line.groups() for line in lines if line]):
            self._add(source, seconds, relays, window)

    def finish(self) -> None:
        for service, count in self._counts.items():
            for relay, number in count.numbers.items():
                match = _RELAY.fullmatch(relay)
                if match:
                    host = match.group(1).decode("utf-8", "replace").lower()
                    self._relays.add((service, host), number, count.newest[relay])
        self._counts.clear()

    def _add(self, source: Source, seconds: Column, relays: Column, window: Window) -> None:
        """Add lines of one source, in their order."""
        offset, rest = source
        if source not in self._services:
            make_room(self._services)
            head = _HEAD.fullmatch(seconds[0] + offset + rest)
            self._services[source] = head.group("service").decode("utf-8", "replace") if head else None
        service = self._services[source]
        if service is None:
            return
        known = {second: self._at(second + offset) for second in dict.fromkeys(seconds)}
        moments = list(map(known.__getitem__, seconds))
        wanted = [at is not None and window.holds(at) for at in moments] if window or None in known.values() else []
        if wanted:
            relays = [relay for relay, is_wanted in zip(relays, wanted) if is_wanted]
            moments = [at for at, is_wanted in zip(moments, wanted) if is_wanted]
        if moments:
            count = self._counts.setdefault(service, _Count())
            count.add(relays, t.cast("list[int]", moments))
            if len(count.numbers) > _MAX_KNOWN:
                self.finish()

    def _at(self, stamp: bytes) -> int | None:
        return self._clock.at(stamp) if STAMPED.fullmatch(stamp) else None


def _by_source(lines: list[tuple[bytes, ...]]) -> t.Iterator[tuple[Source, Column, Column]]:
    """Yield each source with the seconds and relays of its lines. Most logs are of one host and one service."""
    if not lines:
        return
    seconds, offsets, rests, relays = zip(*lines)
    if offsets.count(offsets[0]) == rests.count(rests[0]) == len(lines):
        yield (offsets[0], rests[0]), seconds, relays
        return
    sources: dict[Source, list[int]] = {}
    for number, source in enumerate(zip(offsets, rests)):
        sources.setdefault(source, []).append(number)
    for source, numbers in sources.items():
        yield source, [seconds[number] for number in numbers], [relays[number] for number in numbers]
