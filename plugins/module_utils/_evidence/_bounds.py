# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How much of each file is read when not all may be: the newest bytes of all files, whichever hold them."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _bisect, _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._stretches import Stretch

_PIECES = 64
_SMALLEST_PIECE = 1 << 16


class Share(t.NamedTuple):
    """What may be read of a stretch (None: nothing), and how many of its bytes may not."""

    stretch: Stretch | None
    not_read: int


class _Piece(t.NamedTuple):
    written_at: float
    number: int  # of its stretch
    size: int


def size_of(stretch: Stretch) -> int:
    """Return how many bytes on the disk a stretch is; archives are read whole."""
    return stretch.file.size if stretch.packed else stretch.end - stretch.begin


def allot(stretches: t.Sequence[Stretch], max_bytes: int | None) -> list[Share]:
    """Return the share of each stretch, in their order. Bytes are those on the disk, of archives too."""
    if max_bytes is None:
        return [Share(stretch, 0) for stretch in stretches]
    pieces = [piece for number, stretch in enumerate(stretches) for piece in _pieces(number, stretch, max_bytes)]
    taken = [0] * len(stretches)
    left = max_bytes
    for piece in sorted(pieces, reverse=True):
        if piece.size > left and stretches[piece.number].packed:
            break
        size = min(piece.size, left)
        taken[piece.number] += size
        left -= size
        if not left:
            break
    return [_share(stretch, size) for stretch, size in zip(stretches, taken)]


def _pieces(number: int, stretch: Stretch, max_bytes: int) -> t.Iterator[_Piece]:
    """Yield pieces with about the time at which each was written: logs grow evenly enough for that."""
    total = size_of(stretch)
    if stretch.packed:
        yield _Piece(stretch.reference, number, total)
        return
    piece = max(_SMALLEST_PIECE, max_bytes // _PIECES)
    for end in range(stretch.end, stretch.begin, -piece):
        age = (stretch.reference - stretch.first_at) * (stretch.file.size - end) / max(1, stretch.file.size)
        yield _Piece(stretch.reference - age, number, min(piece, end - stretch.begin))


def _share(stretch: Stretch, size: int) -> Share:
    total = size_of(stretch)
    if size >= total:
        return Share(stretch, 0)
    if not size:
        return Share(None, total)
    newest = _stretches.newest(stretch, size)
    return Share(newest, total - size_of(newest))


def cut(stretch: Stretch, size: int) -> list[Stretch]:
    """Cut a plain stretch into parts of about C(size) bytes at the ends of lines; an archive stays whole."""
    parts = (stretch.end - stretch.begin) // max(1, size)
    if stretch.packed or parts < 2:
        return [stretch]
    with open(stretch.file.path, "rb", buffering=0) as file:
        ends = [
            _bisect.line_after(file, stretch.begin + (stretch.end - stretch.begin) * part // parts, stretch.end)
            for part in range(1, parts)
        ]
    places = [stretch.begin, *ends, stretch.end]
    return [stretch._replace(begin=begin, end=end) for begin, end in zip(places, places[1:]) if end > begin]
