# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Looks back from a refusal to the lines of the message's arrival: who sent it, from where, as which account."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import HISTORY, Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lines import STAMPED
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._senders import (
    NULL_SENDER,
    UNKNOWN,
    Origin,
    is_loopback,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import ADDRESS
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import make_room

_NEAR = 1 << 15
_QUEUED = b": from=<"
_FROM = re.compile(rf"from=<({ADDRESS})>, size=".encode(), re.DOTALL)
_CLIENT = re.compile(rb"client=([^\s,]+)(?:, [a-z_]+=[^\s,]+)*")
_SASL = re.compile(rb", sasl_username=([^\s,]+)")
# What a filter that speaks XFORWARD tells.
_FIRST_CLIENT = re.compile(rb", orig_client=([^\s,]+)")
_FIRST_QUEUE_ID = re.compile(rb", orig_queue_id=([0-9A-Za-z]{5,24})(?![^\s,])")
_MOST_FILTERS = 3  # in a row
_MESSAGE_ID = re.compile(rb"message-id=<?([^>\s]*)")


class Arrivals:
    """Finds origins within the C(HISTORY) bytes before a line."""

    def __init__(self, clock: Clock, *, message_ids: bool) -> None:
        self._clock = clock
        self._message_ids = message_ids
        self._origins: dict[Origin, Origin] = {}
        self._reach = 0  # the earliest second that the buffer holds
        self._queued: dict[bytes, int] = {}  # where the queue manager last took on a message, in this block

    def enter(self, block: Block, brackets: t.Iterable[int]) -> None:
        """A new block is in the buffer, with C(brackets) of C((queue active)).

        A search back for each message would read a block of a busy host twice over.
        """
        buffer, begin, _end = block
        find, rfind, before = buffer.find, buffer.rfind, begin - 1
        self._queued = queued = {}
        for newline, bracket in {rfind(b"\n", before, bracket): bracket for bracket in brackets}.items():
            place = find(_QUEUED, newline, bracket)
            if place >= 0:
                queued[bytes(buffer[rfind(b" ", newline, place) + 1 : place])] = place
        first = buffer.find(b"\n", max(0, begin - HISTORY - 1), begin) + 1
        stamp = STAMPED.match(buffer, first)
        self._reach = (self._clock.at(stamp.group()) if stamp else None) or 0

    def origin(self, block: Block, line: int, queue_id: bytes, arrived: int) -> Origin:
        """Return the origin of the message whose line begins at C(line)."""
        buffer = block.buffer
        # Of an older message only the queue manager's line about this try can be near.
        lowest = max(0, line - (HISTORY if arrived >= self._reach else _NEAR))
        queued = self._queued.get(queue_id, -1) - len(queue_id) - 2
        if not lowest <= queued < line:
            queued = buffer.rfind(b": %s: from=<" % queue_id, lowest, line)
        if queued < 0:
            return UNKNOWN
        sender = _FROM.match(buffer, queued + len(queue_id) + 4)
        client, account = _came_from(buffer, queue_id, lowest, queued, line)
        message_id = self._message_id(buffer, queue_id, lowest, queued)
        origin = Origin(
            sender=sender.group(1) or NULL_SENDER if sender else b"",
            sasl_username=account,
            client=client,
            message_id=message_id,
        )
        if not self._message_ids:  # senders are few, and each is kept once
            make_room(self._origins)
            origin = self._origins.setdefault(origin, origin)
        return origin

    def _message_id(self, buffer: bytearray, queue_id: bytes, lowest: int, queued: int) -> bytes:
        if not self._message_ids:
            return b""
        cleaned = buffer.rfind(b": %s: message-id=" % queue_id, lowest, queued)
        found = _MESSAGE_ID.match(buffer, cleaned + len(queue_id) + 4) if cleaned >= 0 else None
        return found.group(1) if found else b""


def _came_from(buffer: bytearray, queue_id: bytes, lowest: int, queued: int, line: int) -> tuple[bytes, bytes]:
    """Return client and account; of a message that content filters gave back, those that it had before.

    C(queued) is where the queue manager took it on, C(line) where it was refused.
    """
    client = account = b""
    for _filter in range(_MOST_FILTERS + 1):
        came = buffer.rfind(b": %s: client=" % queue_id, lowest, queued)
        found = _CLIENT.match(buffer, came + len(queue_id) + 4) if came >= 0 else None
        if found is None:
            break
        said = found.group()
        account, original = _first(_SASL, said), _first(_FIRST_CLIENT, said)
        client = original or found.group(1)
        if account or not is_loopback(found.group(1)):
            break
        earlier = _first(_FIRST_QUEUE_ID, said) or _given_to_filter(buffer, queue_id, came, line)
        if not earlier:
            break
        queue_id, queued = earlier, came
    return client, account


def _first(pattern: t.Pattern[bytes], text: bytes) -> bytes:
    found = pattern.search(text)
    return found.group(1) if found else b""


def _given_to_filter(buffer: bytearray, queue_id: bytes, came: int, line: int) -> bytes:
    """Return the id that a message had when this host gave it to a filter on loopback, which brought it back."""
    given = buffer.find(b"queued as %s)" % queue_id, came, line)
    if given < 0:
        return b""
    sent = _lines.LINE.match(buffer, buffer.rfind(b"\n", came, given) + 1, given)
    if sent is None or sent["status"] != b"sent" or not is_loopback(sent["relay"]):
        return b""
    return sent["queue_id"]
