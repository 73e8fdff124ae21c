# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Deliveries per relay host: the majority of a log's lines, so one regex and C(collections.Counter) count them.

The head of a line ("Nov 24 01:55:29 mx1 postfix/smtp") has one of few lengths. A length seen before becomes part of
the regex: a newline just that far back proves that the line begins with the head and that no other program quotes it.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from operator import itemgetter

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._relays import RelayKey, Relays
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import ADDRESS, CLIENT, STAMP

_MAX_SHAPES = 4
_MAX_KNOWN = 20_000


_BODY = (
    rf"\d+\]: [0-9A-Za-z]+: to=<{ADDRESS}>, (?:orig_to=<{ADDRESS}>, )?relay=([^\s\]]+)\]:\d+, (?:conn_use=\d+, )?"
    r"delay=[\d.]+, delays=[\d./]+, dsn=[\d.]+, status=sent \("
)
_ANY = re.compile(rf"mtp\[{_BODY}".encode(), re.DOTALL)
_CLIENT = re.compile(CLIENT.encode(), re.DOTALL)
_STAMP = re.compile(STAMP.encode())
_LOOPBACK = re.compile(r"127\.|::1\Z|::ffff:127\.", re.IGNORECASE)

Shape = t.Tuple[int, int]  # lengths of the stamp, and of what follows it up to the "mtp" of smtp and lmtp


class Delivered:
    """Counts the C(status=sent) lines of blocks."""

    def __init__(self, clock: Clock, relays: Relays) -> None:
        self._clock = clock
        self._relays = relays
        self._known: dict[tuple[bytes, ...], RelayKey | None] = {}
        self._learn([])

    def _learn(self, shapes: list[Shape]) -> None:
        """Make a regex of the known shapes; its last alternative is a head of an unknown one."""
        self._shapes = shapes
        heads = "".join(rf"(?<=\n(.{{{stamp}}})(.{{{rest}}})mtp\[)|" for stamp, rest in shapes)
        self._regex = re.compile(rf"mtp\[(?:{heads}){_BODY}".encode(), re.DOTALL)
        self._stamps = slice(0, 2 * len(shapes), 2)
        self._key = itemgetter(*range(1, 2 * len(shapes), 2), 2 * len(shapes))

    def count(self, block: Block, window: Window) -> None:
        """Count a block whose lines are in order; with a window line by line, as some lie outside of it."""
        if not self._shapes:
            self._count_unknown_shapes(block, window)
            return
        found = self._regex.findall(*block)
        if window:
            found = [parts for parts in found if self._is_in(window, b"".join(parts[self._stamps]))]
        keys = list(map(self._key, found))
        newest = dict(zip(keys, found))
        unknown_shapes = False
        for key, number in Counter(keys).items():
            if any(key[:-1]):
                self._add(key, b"".join(newest[key][self._stamps]), number)
            else:
                unknown_shapes = True
        if unknown_shapes:
            self._count_unknown_shapes(block, window)

    def _is_in(self, window: Window, stamp: bytes) -> bool:
        if not stamp:  # its shape is unknown yet
            return True
        at = self._clock.at(stamp) if _STAMP.fullmatch(stamp) else None
        return at is not None and window.holds(at)

    def _count_unknown_shapes(self, block: Block, window: Window) -> None:
        buffer, begin, end = block
        shapes = dict.fromkeys(self._shapes)
        for match in _ANY.finditer(buffer, begin, end):
            mtp = match.start()
            line = buffer.rfind(b"\n", begin - 1, mtp) + 1
            head = _CLIENT.fullmatch(buffer, line, mtp + 3)
            if head is None:
                continue
            stamp = head.group("stamp")
            shape = (len(stamp), mtp - line - len(stamp))
            if shape not in self._shapes:
                shapes[shape] = None
                if self._is_in(window, stamp):
                    self._add((head.group()[len(stamp) : -3], match.group(1)), stamp, 1)
        if len(shapes) > len(self._shapes) < _MAX_SHAPES:
            self._learn(list(shapes)[:_MAX_SHAPES])

    def _add(self, key: tuple[bytes, ...], stamp: bytes, number: int) -> None:
        if key not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[key] = _relay(stamp + b"".join(key[:-1]) + b"mtp", key[-1])
        relay = self._known[key]
        if relay is None:
            return
        count = self._relays.of(relay, self._clock.at)
        count.number += number
        count.newest = stamp


def _relay(head: bytes, relay: bytes) -> RelayKey | None:
    """None for what is no line of a client, and for a content filter on the same host: nothing is delivered there."""
    client = _CLIENT.fullmatch(head)
    host, _bracket, ip = relay.decode("utf-8", "replace").partition("[")
    if client is None or _LOOPBACK.match(ip):
        return None
    return client.group("service").decode("utf-8", "replace"), host.lower()
