# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Finds the few lines of a block that may tell of a refusal, without looking at the others one by one.

One regex that begins with a single character, for which CPython has a loop of its own, and one search for a short
literal, which skips ahead by its length: together less than the cost of one grep.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block

# "status=bounced (", "status=deferred (", "status=SOFTBOUNCE (", "status=undeliverable (", "(in reply to ".
_BRACKET = re.compile(rb"\((?:(?<=[dEe] \()|in reply to )")
# The sentences without such a bracket, by what two of them have in common, and hardly another line has. One search for
# five characters takes two thirds of the time of two for 25.
_RARE = (
    (b"d to ", re.compile(rb"(?:(?<= refuse)d to talk to me:|(?<=expired, returne)d to sender)")),
    (b"hile ", re.compile(rb"hile (?:(?<=\] while )|(?<= timed out while ))")),
)


def candidates(block: Block) -> list[tuple[int, int]]:
    """Return begin and end (its newline) of each line that holds such words, in their order, each once.

    All of the block, before the first is read: what reads them stays in the processor's cache.
    """
    found = []
    buffer, begin, end = block
    search, find, rfind = _BRACKET.search, buffer.find, buffer.rfind
    rare = [hit for literal, whole in _RARE for hit in _all(buffer, literal, begin, end) if whole.match(buffer, hit)]
    rare.sort(reverse=True)
    match = search(buffer, begin, end)
    while match or rare:
        hit = match.start() if match else end
        if rare and rare[-1] < hit:
            hit = rare[-1]
        line_end = find(b"\n", hit, end)
        found.append((rfind(b"\n", begin - 1, hit) + 1, line_end))
        while rare and rare[-1] < line_end:
            rare.pop()
        if match and match.start() < line_end:
            match = search(buffer, line_end, end)
    return found


def _all(buffer: bytearray, literal: bytes, begin: int, end: int) -> t.Iterator[int]:
    hit = buffer.find(literal, begin, end)
    while hit >= 0:
        yield hit
        hit = buffer.find(literal, hit + 1, end)
