# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Refusals by hour, as evidence and findings have them: C({begins_at, counts}), one count for each hour from there."""

from __future__ import annotations

import datetime
import functools
import itertools
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

HOUR = 3600
# A week, as evidence has it; that of two hosts may begin at different times.
LONGEST = 168


class Hours(t.NamedTuple):
    """How many in each hour of the epoch from C(first) on."""

    first: int
    counts: t.Sequence[int]


def hours_of(row: t.Any) -> Hours | None:
    """Read a row; None where there is none.

    :raises ValueError: it is something else
    """
    if row is None:
        return None
    if not isinstance(row, dict) or not isinstance(row.get("counts"), list):
        raise ValueError("by_hour is no row of counts")
    first, counts = _hour_of(str(row.get("begins_at"))), row["counts"]
    if first is None or not 0 < len(counts) <= LONGEST or not {*map(type, counts)} <= {int} or min(counts) < 0:
        raise ValueError("by_hour is no row of counts")
    return Hours(first, counts)


@functools.lru_cache(maxsize=1024)
def _hour_of(stamp: str) -> int | None:
    """Return the hour of the epoch; hosts that are read together begin at few different ones."""
    begin = moment(stamp)
    return int(begin.timestamp()) // HOUR if begin else None


def added(rows: t.Iterable[Hours | None]) -> Hours | None:
    """Return the sum, of the newest hours; None where there is nothing."""
    found = [row for row in rows if row]
    if len(found) == 1:  # most findings are of one reply
        return found[0]
    sums = _summed(found)
    if not sums:
        return None
    last = max(sums)
    first = min(hour for hour in sums if hour > last - LONGEST)
    return Hours(first, [sums.get(hour, 0) for hour in range(first, last + 1)])


def _summed(rows: t.Sequence[Hours]) -> dict[int, int]:
    """Return how many there are in each hour that has any."""
    sums: dict[int, int] = {}
    by_first: dict[int, list[t.Sequence[int]]] = {}
    for row in rows:
        by_first.setdefault(row.first, []).append(row.counts)
    for first, alike in by_first.items():
        # Hosts that are read together begin together: their columns are added up at once.
        for hour, numbers in enumerate(itertools.zip_longest(*alike, fillvalue=0), start=first):
            if number := sum(numbers):
                sums[hour] = sums.get(hour, 0) + number
    return sums


def row_of(hours: Hours | None) -> dict[str, t.Any] | None:
    """Return hours as they stand in a finding, in UTC."""
    if hours is None:
        return None
    return {"begins_at": _stamp_of(hours.first), "counts": list(hours.counts)}


@functools.lru_cache(maxsize=1024)
def _stamp_of(hour: int) -> str:
    return datetime.datetime.fromtimestamp(hour * HOUR, datetime.UTC).isoformat()
