# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Reads the parts of all sources and adds them up in the order of time; the newest first when time is limited."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _side_by_side
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._stretches import Result
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums

# Below so many bytes in all, a second process costs about as much as it saves (docs/performance.md).
WORTH_IT = 128 << 20


class Part(t.NamedTuple):
    """What is read in one go: a stretch of a file, or a journal."""

    path: str
    kind: str  # file or journal
    begins_at: float  # about when, for the order of time; then where
    begins: int
    size: int  # bytes on the disk; 0: nobody knows
    unpacked: int  # about how many that are to be read
    read: t.Callable[[float | None], Result]  # until a moment of time.monotonic


class Source:
    """What is known of one source after all of its parts have been read."""

    def __init__(self, path: str | None, kind: str, notes: t.Sequence[str] = ()) -> None:
        self.path = path
        self.kind = kind
        self.bytes_read = 0
        self.bytes_not_read = 0
        self.first_at: int | None = None
        self.last_at: int | None = None
        self.notes = dict.fromkeys(notes)

    def add(self, result: Result) -> None:
        sums = result.sums
        self.bytes_read += result.bytes_read
        self.first_at = min((at for at in (self.first_at, sums.first_at) if at is not None), default=None)
        self.last_at = max((at for at in (self.last_at, sums.last_at) if at is not None), default=None)
        self.notes.update(dict.fromkeys(result.notes))


def read(
    parts: t.Sequence[Part], sources: dict[str, Source], empty: Sums, *, deadline: float | None, workers: int
) -> Sums:
    """Read C(parts), note in C(sources) what came of each, and return the sums."""
    in_turn = sorted(parts, key=lambda part: (part.begins_at, part.path, part.begins), reverse=deadline is not None)
    if sum(part.unpacked for part in parts) < WORTH_IT:
        workers = 1
    jobs = [_job(part, deadline) for part in in_turn]
    sums = empty
    for part, result in zip(in_turn, _side_by_side.in_order(jobs, workers)):
        source = sources[part.path]
        if result is None:
            source.notes["its older part not read: max_seconds" if source.bytes_read else "not read: max_seconds"] = (
                None
            )
            source.bytes_not_read += part.size
            continue
        source.add(result)
        if any("max_seconds" in note for note in result.notes):
            source.bytes_not_read += max(0, part.size - result.bytes_read)
        if sums is empty:
            sums = result.sums
        elif deadline is None:
            sums.update(result.sums)
        else:
            result.sums.update(sums)
            sums = result.sums
    return sums


def _job(part: Part, deadline: float | None) -> t.Callable[[], Result | None]:
    def job() -> Result | None:
        if deadline is not None and time.monotonic() > deadline:
            return None
        return part.read(deadline)

    return job
