# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A stream of bytes as blocks of whole lines, in one buffer that never grows."""

from __future__ import annotations

import typing as t

NEWLINE = 10
READ_SIZE = 1 << 20
# How far back of a line its message's arrival is looked for; so much stays in the buffer before each block.
HISTORY = 1 << 18
MAX_LINE = 1 << 16


class Stream(t.Protocol):
    """What C(open(path, "rb")), a decompressor and a pipe have in common."""

    def readinto1(self, buffer: memoryview) -> int: ...


class Block(t.NamedTuple):
    """Whole lines, C(buffer[begin:end]); the byte before C(begin) and the last one are newlines.

    With history, C(HISTORY) bytes of earlier lines lie before C(begin), as far as there are as many. The buffer is
    used again for the next block.
    """

    buffer: bytearray
    begin: int
    end: int


class Blocks:
    """Iterates over the blocks of a stream; counts the lines too long to be Postfix's."""

    def __init__(self, stream: Stream, *, history: bool = True) -> None:
        self._stream = stream
        self._history = HISTORY if history else 1
        self.overlong = 0

    def __iter__(self) -> t.Iterator[Block]:
        buffer = bytearray(self._history + MAX_LINE + 2 * READ_SIZE)
        view = memoryview(buffer)
        buffer[0] = NEWLINE
        begin = filled = 1
        skipping = ended = False
        while not ended:
            size = self._stream.readinto1(view[filled : filled + READ_SIZE])
            if not size:
                if filled == begin:
                    return
                buffer[filled] = NEWLINE  # the last line may still be being written
                size = 1
                ended = True
            end = buffer.rfind(b"\n", filled, filled + size) + 1
            filled += size
            if skipping and end:
                begin = buffer.find(b"\n", begin, filled) + 1
                skipping = False
            if end > begin:
                yield Block(buffer, begin, end)
                begin = end
            if filled - begin > MAX_LINE:
                self.overlong += not skipping
                skipping = True
                filled = begin
            if len(buffer) - filled < READ_SIZE + 1:
                moved = max(0, begin - self._history)
                view[: filled - moved] = view[moved:filled]
                begin -= moved
                filled -= moved
