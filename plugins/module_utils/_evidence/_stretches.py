# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Cuts log files into stretches, of which each is read by itself: only what the window needs, the newest first."""

from __future__ import annotations

import enum
import io
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _bisect, _files, _streams
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block, Blocks
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lines import STAMPED
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._rewritten import Rewritten
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Tally, Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter

_RFC5424 = Rewriter(str.encode)
_SNIFF = 1 << 16
# Files are written a little after their last line's stamp.
_LATE = 3600


class Stretch(t.NamedTuple):
    """A part of one file."""

    file: _files.LogFile
    reference: float  # when its last line was written, at the latest
    first_at: int  # of the file's first line
    packed: str | None
    begin: int
    end: int
    ordered: bool
    is_rfc5424: bool


class Result(t.NamedTuple):
    """What a stretch added up to, and what was in the way."""

    sums: Sums
    bytes_read: int
    notes: list[str]


class Stream(t.Protocol):
    """Log lines as bytes, and what was in the way."""

    notes: list[str]

    @property
    def bytes_read(self) -> int: ...

    def readinto1(self, buffer: memoryview) -> int: ...


class Unusable(Exception):
    """A file that is no log."""


def plan(file: _files.LogFile, window: Window, *, now: float) -> Stretch | None:
    """Look at a file's head, and for where the window begins; None when the file has nothing within the window."""
    reference = min(file.mtime, now)
    if window.since is not None and reference < window.since - _LATE:
        return None
    clock = Clock(reference)
    with open(file.path, "rb", buffering=0) as opened:
        head = opened.read(_SNIFF) or b""
        packed = _streams.compression(head)
        head, notes = _unpacked_head(opened, packed) if packed else (head, [])
        tail = b"" if packed else _tail(opened, file.size)
        is_rfc5424 = any(map(_RFC5424.is_in, (head, tail)))
        first_at = _first_stamp(_RFC5424.rewrite(head), clock)
        if first_at is None:
            raise Unusable("; ".join(notes) or ("no line begins with a syslog stamp: no mail log" if head else "empty"))
        if window.until is not None and first_at > window.until + _bisect.DISORDER:
            return None
        if packed:
            return Stretch(file, reference, first_at, packed, 0, file.size, ordered=True, is_rfc5424=is_rfc5424)
        span = _bisect.find(opened, file.size, clock, window)
    return Stretch(file, reference, first_at, None, span.begin, span.end, span.ordered, is_rfc5424)


def _unpacked_head(file: io.FileIO, packed: str) -> tuple[bytes, list[str]]:
    file.seek(0)
    buffer = bytearray(_SNIFF)
    with _streams.open_archive(file, packed) as stream:
        size = stream.readinto1(memoryview(buffer))
    return bytes(buffer[:size]), stream.notes


def _tail(file: io.FileIO, size: int) -> bytes:
    """A log may have changed its format since its beginning."""
    file.seek(max(0, size - _SNIFF))
    return file.read(_SNIFF) or b""


def _first_stamp(head: bytes, clock: Clock) -> int | None:
    for line in head.split(b"\n"):
        stamp = STAMPED.match(line.lstrip(b"\0"))
        at = clock.at(stamp.group()) if stamp else None
        if at is not None:
            return at
    return None


def newest(stretch: Stretch, size: int) -> Stretch:
    """Return at most the last C(size) bytes of a stretch, from a line's beginning; an archive is not cut."""
    if stretch.packed or stretch.end - stretch.begin <= size:
        return stretch
    with open(stretch.file.path, "rb", buffering=0) as opened:
        return stretch._replace(begin=_bisect.line_after(opened, stretch.end - size, stretch.end))


def read(stretch: Stretch, wanted: Wanted, *, deadline: float | None = None) -> Result:
    """Read one stretch; until C(deadline) (time.monotonic) at the longest."""
    with open(stretch.file.path, "rb", buffering=0) as opened:
        opened_stream = (
            _streams.open_archive(opened, stretch.packed)
            if stretch.packed
            else _streams.PlainFile(opened, stretch.begin, stretch.end)
        )
        with opened_stream as stream:
            clock = Clock(stretch.reference)
            lines = Rewritten(stream) if stretch.is_rfc5424 else stream
            return read_stream(lines, clock, wanted, ordered=stretch.ordered, deadline=deadline)


def read_stream(
    stream: Stream, clock: Clock, wanted: Wanted, *, ordered: bool = True, deadline: float | None = None
) -> Result:
    """Read a stream of log lines to its end; not C(ordered) when later lines may be much older."""
    tally = Tally(clock, wanted)
    blocks = Blocks(stream, history=wanted.senders or wanted.lost_mail)
    for block in blocks:
        place = _place(block, clock, wanted.window, ordered=ordered)
        if place is _Place.AFTER:
            break
        if place is not _Place.BEFORE:
            tally.add(block, wanted.window if place is _Place.PARTLY else Window())
            _note_time(tally.sums, block, clock)
        if deadline is not None and time.monotonic() > deadline:
            stream.notes.append("not read to its end: max_seconds")
            break
    notes = stream.notes + [f"{blocks.overlong} overlong lines left out"] * bool(blocks.overlong)
    return Result(tally.finish(), stream.bytes_read, notes)


def _note_time(sums: Sums, block: Block, clock: Clock) -> None:
    if sums.first_at is None:
        sums.first_at = _stamp_at(block.buffer, block.begin, clock)
    last_at = _stamp_at(block.buffer, _last_line(block), clock)
    sums.last_at = sums.last_at if last_at is None else last_at


class _Place(enum.Enum):
    BEFORE = enum.auto()
    PARTLY = enum.auto()
    INSIDE = enum.auto()
    AFTER = enum.auto()


def _place(block: Block, clock: Clock, window: Window, *, ordered: bool) -> _Place:
    """Where a block lies to the window, by its first and last line."""
    if not window:
        return _Place.INSIDE
    first = _stamp_at(block.buffer, block.begin, clock)
    last = _stamp_at(block.buffer, _last_line(block), clock)
    if not ordered or first is None or last is None:
        return _Place.PARTLY
    since, until = window.since, window.until
    if since is not None and last < since - _bisect.DISORDER:
        return _Place.BEFORE
    if until is not None and first > until + _bisect.DISORDER:
        return _Place.AFTER
    starts_inside = since is None or first >= since + _bisect.DISORDER
    ends_inside = until is None or last <= until - _bisect.DISORDER
    return _Place.INSIDE if starts_inside and ends_inside else _Place.PARTLY


def _last_line(block: Block) -> int:
    return block.buffer.rfind(b"\n", block.begin, block.end - 1) + 1 or block.begin


def _stamp_at(buffer: bytearray, line: int, clock: Clock) -> int | None:
    stamp = STAMPED.match(buffer, line)
    return clock.at(stamp.group()) if stamp else None
