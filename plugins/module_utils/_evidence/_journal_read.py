# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Reads a journal: in one go, or within bounds slice by slice, the newest first."""

from __future__ import annotations

import time

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock, rfc3339
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journalctl import Journalctl, Span
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._stretches import Result
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted

_FIRST_SLICE, _LARGEST_SLICE = 10_000, 160_000  # entries
_BYTES_OF_ENTRY = 1_000  # as JSON, until the first slice tells better
_LATE = (-1, False)


class Reader:
    """The entries of Postfix in one journal, as far as they are within the window and the bounds."""

    def __init__(self, journal: Journalctl, trust: Trust, wanted: Wanted, *, max_bytes: int | None, now: float) -> None:
        self._journal = journal
        self._trust = trust
        self._wanted = wanted
        self._max_bytes = max_bytes
        self._now = now

    def read(self, deadline: float | None) -> Result:
        """Read until C(deadline) (time.monotonic), or C(max_bytes) of what journalctl writes; the newest are kept."""
        span = Span.of(self._wanted.window)
        if self._max_bytes is None and deadline is None:
            result = self._slice(span, None)
        else:
            result = self._newest(span, deadline)
        return result._replace(notes=[*result.notes, *self._trust.notes()])

    def _newest(self, span: Span, deadline: float | None) -> Result:
        whole = Result(Sums(self._wanted.max_groups, lost_mail=self._wanted.lost_mail), 0, [])
        number, entry_bytes = _FIRST_SLICE, _BYTES_OF_ENTRY
        while True:
            if self._max_bytes is not None:
                # Half of what is left: older entries may be longer ones.
                number = min(number, (self._max_bytes - whole.bytes_read) // (2 * entry_bytes))
            if number < 1:
                return _bounded(whole, span, "max_bytes")
            found = self._oldest_of(number, span, deadline)
            if found is _LATE:
                return _bounded(whole, span, "max_seconds")
            if found is None:
                return whole
            result = self._slice(span._replace(since=found[0]), deadline)
            entry_bytes = max(1, result.bytes_read // number)
            whole = _joined(result, whole)
            if not found[1] or any("max_seconds" in note for note in result.notes):
                return whole
            span = span._replace(until=found[0] - 1)
            number = min(2 * number, _LARGEST_SLICE)

    def _oldest_of(self, number: int, span: Span, deadline: float | None) -> tuple[int, bool] | None:
        if deadline is None:
            return self._journal.oldest_of(number, span)
        left = deadline - time.monotonic()
        try:
            return self._journal.oldest_of(number, span, seconds=left) if left > 0 else _LATE
        except Unusable:
            if time.monotonic() > deadline:
                return _LATE
            raise

    def _slice(self, span: Span, deadline: float | None) -> Result:
        with self._journal.stream(self._trust, span) as stream:
            return _stretches.read_stream(stream, Clock(self._now), self._wanted, deadline=deadline)


def _bounded(whole: Result, span: Span, bound: str) -> Result:
    older = "" if span.until is None else f" what is older than {rfc3339(span.until // 1_000_000)}"
    return whole._replace(notes=[*whole.notes, f"not read:{older} ({bound})"])


def _joined(older: Result, newer: Result) -> Result:
    older.sums.update(newer.sums)
    notes = list(dict.fromkeys([*newer.notes, *older.notes]))
    return Result(older.sums, older.bytes_read + newer.bytes_read, notes)
