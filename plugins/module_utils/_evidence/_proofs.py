# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The log lines of deliveries to a few relays that the caller asks about: the proof that they take mail again.

Apart from the counting of all deliveries, so that a run that asks about none pays nothing for it.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window

MAX_WANTED = 200
_MAX_LINE = 2048
_MAX_PROOFS = 1_000
# In a block, so many deliveries to a name are read, the newest first: a line near the end is proof enough, and a log of
# nothing but deliveries to one receiver costs no more than another.
_READ = 100
_SENT = b"status=sent ("
_NAME = re.compile(r"\.?(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}")

Key = t.Tuple[str, str, int]  # service, relay host, address family: 4 or 6


class Proof(t.NamedTuple):
    """One delivery, as it stands in the log."""

    at: int
    queue_id: bytes
    line: bytes


class Proofs:
    """The newest delivery of each service to each relay."""

    def __init__(self) -> None:
        self.newest: dict[Key, Proof] = {}

    def add(self, key: Key, proof: Proof) -> None:
        known = self.newest.get(key)
        if (known is None and len(self.newest) < _MAX_PROOFS) or (known is not None and proof.at >= known.at):
            self.newest[key] = proof

    def update(self, later: Proofs) -> None:
        for key, proof in later.newest.items():
            self.add(key, proof)


def check(relays: t.Sequence[str]) -> None:
    """Raise ValueError for what is no host name, and no domain with a dot before it."""
    if len(relays) > MAX_WANTED:
        raise ValueError(f"proofs names {len(relays)} relays: expected {MAX_WANTED} at most")
    for relay in relays:
        if not _NAME.fullmatch(relay):
            raise ValueError(f"proofs: {relay!r:.100} is no host name, and no domain with a dot before it")


class Search:
    """Looks for deliveries to C(relays): host names, or domains with a dot before them."""

    def __init__(self, clock: Clock, relays: t.Sequence[str], proofs: Proofs) -> None:
        self._clock = clock
        self._relays = [relay.lower() for relay in relays]
        self._proofs = proofs

    def look(self, block: Block, window: Window) -> None:
        """Look at a block; with a window, only at its lines within."""
        for relay in self._relays:
            # A host's name is written as DNS gave it, and that is nearly always in small letters.
            name, end, unread = relay.encode() + b"[", block.end, _READ
            while unread and (place := block.buffer.rfind(name, block.begin, end)) >= 0:
                after = block.buffer.find(b"\n", place)
                end = block.buffer.rfind(b"\n", block.begin - 1, place) + 1
                if block.buffer.find(_SENT, place, after) >= 0:
                    self._take(block, end, after, relay, window)
                    unread -= 1

    def _take(self, block: Block, begin: int, end: int, relay: str, window: Window) -> None:
        line = _lines.LINE.match(block.buffer, begin, end)
        if line is None or line["status"] != b"sent" or not line["service"].endswith(b"mtp"):
            return
        at, parts = self._clock.at(line["stamp"]), _lines.relay_parts(line["relay"])
        if at is None or parts is None or (window and not window.holds(at)):
            return
        host, ip = parts
        if host == relay or (relay.startswith(".") and host.endswith(relay)):
            key = (line["service"].decode("utf-8", "replace"), host, 6 if ":" in ip else 4)
            self._proofs.add(key, Proof(at, bytes(line["queue_id"]), bytes(line.group()[:_MAX_LINE])))
