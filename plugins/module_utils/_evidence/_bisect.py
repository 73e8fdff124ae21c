# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Finds a window in a plain, sorted file by a few short looks instead of reading what lies before it."""

from __future__ import annotations

import io
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lines import STAMPED
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import PREFIX

_LOOK = 1 << 12
_FIRST_STEP = 1 << 16
_SPREAD = 8
_LOOKS_ON = 32  # so far behind an offset a line with a stamp is looked for
_STAMPED_LINE = re.compile(rb"\n" + PREFIX.encode() + rb"(" + STAMPED.pattern + rb")")
# Lines of several processes or hosts may be out of order by so many seconds.
DISORDER = 120
# ... as far as these lie so near: in a busy log two minutes are many bytes.
_MARGIN = 1 << 18


class Span(t.NamedTuple):
    """Where in a file the window lies; not C(ordered) means that it may be anywhere."""

    begin: int
    end: int
    ordered: bool


class _Unordered(Exception):
    """A later line is older."""


def find(file: io.FileIO, size: int, clock: Clock, window: Window) -> Span:
    """Return the span of whole lines that holds the window; some lines at its ends may lie outside of it."""
    looks = _Looks(file, size, clock)
    try:
        begin, end = 0, size
        if window.since is not None:
            begin = looks.backward(window.since - DISORDER)
            begin = max(begin, looks.between(begin, size, window.since - 1)[0] - _MARGIN)
        if window.until is not None:
            end = looks.between(begin, size, window.until + DISORDER)[1]
            end = min(end, looks.between(begin, end, window.until)[1] + _MARGIN)
        looks.verify(begin, window)
    except _Unordered:
        return Span(0, size, ordered=False)
    return Span(line_after(file, begin, size), line_after(file, max(begin, end), size), ordered=True)


def line_after(file: io.FileIO, offset: int, size: int) -> int:
    """Return where the first line at or after C(offset) begins."""
    if not 0 < offset < size:
        return max(0, min(offset, size))
    file.seek(offset - 1)
    while offset <= size:
        data = file.read(_LOOK)
        newline = data.find(b"\n")
        if newline >= 0:
            return min(offset + newline, size)
        if not data:
            break
        offset += len(data)
    return size


class _Looks:
    def __init__(self, file: io.FileIO, size: int, clock: Clock) -> None:
        self._file = file
        self._size = size
        self._clock = clock

    def backward(self, target: int) -> int:
        """Go back from the end in growing steps to a line older than C(target), then forth to the last such line."""
        newer, newer_at, step = self._size, None, _FIRST_STEP
        while newer:
            older = max(0, self._size - step)
            at = self._at(older)
            if at is not None and at < target:
                return self.between(older, newer, target - 1)[0]
            if at is not None and newer_at is not None and at > newer_at + DISORDER:
                raise _Unordered
            newer, newer_at, step = older, newer_at if at is None else at, 2 * step
        return 0

    def between(self, older: int, newer: int, target: int) -> tuple[int, int]:
        """Narrow down where the lines after C(target) begin."""
        while newer - older > _LOOK:
            middle = (older + newer) // 2
            at = self._at(middle)
            if at is not None and at <= target:
                older = middle
            else:
                newer = middle
        return older, newer

    def verify(self, begin: int, window: Window) -> None:
        """Look here and there before the window: two logs may have been joined the wrong way round."""
        for part in range(_SPREAD):
            at = self._at(begin * part // _SPREAD) if begin else None
            if at is not None and window.since is not None and at >= window.since:
                raise _Unordered

    def _at(self, offset: int) -> int | None:
        """Return the time of the first line with a stamp that begins at or after C(offset)."""
        self._file.seek(max(0, offset - 1))
        data = b"\n" if not offset else b""
        for _look in range(_LOOKS_ON):
            more = self._file.read(_LOOK)
            data += more
            for match in _STAMPED_LINE.finditer(data):
                at = self._clock.at(match.group(1))
                if at is not None:
                    return at
            if not more:
                return None
            data = data[data.rfind(b"\n") :] if b"\n" in data else b""
        return None
