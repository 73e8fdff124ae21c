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


def candidates(block: Block) -> t.Iterator[tuple[int, int]]:
    """Yield begin and end (its newline) of each line that holds such words, in their order, each once."""
    buffer, begin, end = block
    hits = [match.start() for match in _BRACKET.finditer(buffer, begin, end)]
    for literal in _LITERALS:
        hit = buffer.find(literal, begin, end)
        if hit >= 0:
            hits += _all(buffer, literal, hit, end)
            hits.sort()
    done = begin
    for hit in hits:
        if hit >= done:
            done = buffer.find(b"\n", hit, end)
            yield buffer.rfind(b"\n", begin - 1, hit) + 1, done


def _all(buffer: bytearray, literal: bytes, hit: int, end: int) -> t.Iterator[int]:
    while hit >= 0:
        yield hit
        hit = buffer.find(literal, hit + 1, end)
