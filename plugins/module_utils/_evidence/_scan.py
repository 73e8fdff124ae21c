# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Finds the few lines of a block that may tell of a refusal, without looking at the others one by one.

One regex whose only literal prefix is a single character, which CPython looks for at the speed of memchr, and
two searches for long literals, which skip ahead by their length: together about the cost of one grep.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block

# "status=bounced (", "status=deferred (", "status=SOFTBOUNCE (", "status=undeliverable (", "(in reply to ".
_BRACKET = re.compile(rb"\((?:(?<=[dEe] \()|in reply to )")
_LITERALS = (b" refused to talk to me:", b"expired, returned to sender")


def candidates(block: Block) -> list[tuple[int, int]]:
    """Return begin and end (its newline) of each line that holds such words, in their order, each once.

    All of the block, before the first is read: what reads them stays in the processor's cache.
    """
    found = []
    buffer, begin, end = block
    search, find, rfind = _BRACKET.search, buffer.find, buffer.rfind
    rare = sorted((hit for literal in _LITERALS for hit in _all(buffer, literal, begin, end)), reverse=True)
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
