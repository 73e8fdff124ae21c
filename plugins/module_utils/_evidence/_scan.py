# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Finds the few lines of a block that may tell of a refusal, without looking at the others one by one.

Of all that CPython can search bytes for, one single byte is by far the fastest, literals of five come next.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block

# The letter before: "status=sent (" and "status=bounced (", "status=deferred (", "status=SOFTBOUNCE (",
# "status=undeliverable (".
_SENT, _REFUSED = ord("t"), b"dEe"
_SPACE, _I, _Q = b" iq"
_IN_REPLY_TO = b"(in reply to "
# The sentences without such a bracket, by what two of them have in common, and hardly another line has.
_RARE = (
    (b"d to ", re.compile(rb"(?:(?<= refuse)d to talk to me:|(?<=expired, returne)d to sender)")),
    (b"hile ", re.compile(rb"hile (?:(?<=\] while )|(?<= timed out while ))")),
)


class Found(t.NamedTuple):
    """What a block holds."""

    lines: list[tuple[int, int]]  # begin and end (its newline) of each that may tell of a refusal, in their order
    sent: list[int]  # brackets behind what may be C(status=sent)
    queued: list[int]  # brackets of what may be C((queue active))


def scan(block: Block) -> Found:
    """Look for all of the block, before the first line is read: what reads them stays in the processor's cache."""
    buffer, begin, end = block
    find, rfind = buffer.find, buffer.rfind
    hits, sent, queued = _brackets(block)
    hits += [hit for literal, whole in _RARE for hit in _all(buffer, literal, begin, end) if whole.match(buffer, hit)]
    hits.sort()
    lines = []
    line_end = begin - 1
    for hit in hits:
        if hit > line_end:
            line_end = find(b"\n", hit, end)
            lines.append((rfind(b"\n", begin - 1, hit) + 1, line_end))
    return Found(lines, sent, queued)


def _brackets(block: Block) -> tuple[list[int], list[int], list[int]]:
    """Return the brackets of refusals, of deliveries and of arrivals: few others are in a log."""
    buffer, begin, end = block
    find = buffer.find
    reasons, sent, queued = [], [], []
    hit = find(b"(", begin, end)
    while hit >= 0:
        before = buffer[hit - 2]
        if buffer[hit + 1] == _I and buffer.startswith(_IN_REPLY_TO, hit):
            reasons.append(hit)
        elif before == _SENT:
            sent.append(hit)
        elif before in _REFUSED and buffer[hit - 1] == _SPACE:
            reasons.append(hit)
        elif buffer[hit + 1] == _Q:
            queued.append(hit)
        hit = find(b"(", hit + 1, end)
    return reasons, sent, queued


def _all(buffer: bytearray, literal: bytes, begin: int, end: int) -> t.Iterator[int]:
    hit = buffer.find(literal, begin, end)
    while hit >= 0:
        yield hit
        hit = buffer.find(literal, hit + 1, end)
