# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Deliveries per relay host: a fifth of a log's lines, so one regex finds them and C code counts them.

The regex begins at "mtp[", not at the line's beginning: a log has few heads, or few shapes of heads, before it, and a
newline at just the right distance proves that a line begins so and that no other program quotes it.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lines import STAMPED
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._relays import Relays
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._shapes import Shape, read_head, service_of
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import ADDRESS, TO_RELAY

_MAX_HEADS = 4
_MAX_KNOWN = 5_000
# Sets that exclude one character are by far the fastest; what they let in, the literals after them keep out.
_BODY = (
    rf"[0-9]+\]: [^:]+: to=<{ADDRESS}{TO_RELAY}([^]]+)\]:[0-9]+, (?:delay|conn_use=[0-9]+, delay)=[^,]+,"
    r" delays=[^,]+, dsn=[^,]+, status=sent \("
).encode()
_ANY = re.compile(rb"mtp\[" + _BODY, re.DOTALL)
# What stands before a port is a host and its address: not a socket of this host, nor a content filter on it.
_RELAY = re.compile(rb"([^\s\[\]]+)\[(?!127\.|::1\Z|::ffff:127\.)[^\s\[\]]+", re.IGNORECASE)

Source = t.Tuple[Shape, bytes]  # shape and rest of a head: one host and service
Known = t.Tuple[Shape, t.Optional[bytes]]  # None where there are too many hosts and services to know each
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
        self._heads: list[Known] = []
        self._regex = _ANY

    def _learn(self, sources: t.Iterable[Source]) -> None:
        """Make a regex of known heads; its last alternative is an unknown one."""
        heads: list[Known] = [*self._heads, *sources]
        if len(heads) > _MAX_HEADS:
            shapes = list(dict.fromkeys(shape for shape, _rest in heads))
            heads = [(shape, None) for shape in shapes[:_MAX_HEADS]]
        if heads != self._heads:
            self._heads = heads
            known = b"".join(b"%s|" % shape.before(rest, rb"mtp\[") for shape, rest in heads)
            self._regex = re.compile(rb"mtp\[(?:" + known + b")" + _BODY, re.DOTALL)

    def count(self, block: Block, window: Window) -> None:
        """Count a block; with a window, only its lines within."""
        unknown = not self._heads
        for source, stamps, relays in [] if unknown else self._by_head(self._regex.findall(*block)):
            if source is None:
                unknown = True
            else:
                self._add(source, stamps, relays, window)
        if unknown:
            self._count_unknown_heads(block, window)

    def finish(self) -> None:
        for service, count in self._counts.items():
            for relay, number in count.numbers.items():
                match = _RELAY.fullmatch(relay)
                if match:
                    host = match.group(1).decode("utf-8", "replace").lower()
                    self._relays.add((service, host), number, count.newest[relay])
        self._counts.clear()

    def _by_head(self, found: list[tuple[bytes, ...]]) -> t.Iterator[tuple[Source | None, Column, Column]]:
        """Yield each head with the stamps and relays of its lines; None for lines with an unknown one."""
        if found and len(self._heads) == 1:
            (shape, rest), columns = self._heads[0], list(zip(*found))
            if rest is not None and b"" not in columns[0]:
                yield (shape, rest), columns[0], columns[1]
                return
        sources: dict[Source | None, tuple[list[bytes], list[bytes]]] = {}
        for parts in found:
            source, stamp = self._source(parts)
            if source not in sources:
                sources[source] = ([], [])
            stamps, relays = sources[source]
            stamps.append(stamp)
            relays.append(parts[-1])
        for source, (stamps, relays) in sources.items():
            yield source, stamps, relays

    def _source(self, parts: tuple[bytes, ...]) -> tuple[Source | None, bytes]:
        group = 0
        for shape, rest in self._heads:
            if parts[group]:
                return (shape, parts[group + 1] if rest is None else rest), parts[group]
            group += 2 if rest is None else 1
        return None, b""

    def _add(self, source: Source, stamps: Column, relays: Column, window: Window) -> None:
        """Add lines of one source, in their order."""
        if source not in self._services:
            self._services[source] = service_of(*source, stamps[0])
        service = self._services[source]
        if service is None:
            return
        known = {stamp: self._at(source[0].whole(stamp)) for stamp in dict.fromkeys(stamps)}
        moments = list(map(known.__getitem__, stamps))
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

    def _count_unknown_heads(self, block: Block, window: Window) -> None:
        """Count, one by one, the lines that the regex does not know; and learn their heads."""
        new: dict[Source, None] = {}
        for match in _ANY.finditer(*block):
            mtp = match.start()
            head = read_head(block.buffer, block.buffer.rfind(b"\n", block.begin - 1, mtp) + 1, mtp + 3)
            if head is not None and not ({(head.shape, head.rest), (head.shape, None)} & {*self._heads}):
                self._add((head.shape, head.rest), [head.stamp], [match.group(1)], window)
                new[head.shape, head.rest] = None
        if new:
            self._learn(new)
