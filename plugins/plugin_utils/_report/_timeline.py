# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Refusals by hour and receiver, as far as the findings tell: the rows of a chart on one axis of hours."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._hours import HOUR, LONGEST, Hours, added, hours_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report

# More rows than these nobody compares.
ROWS = 8


class Row(t.NamedTuple):
    """The refusals of one receiver; C(receiver) is None for those of all the others together."""

    receiver: str | None
    counts: t.Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def peak(self) -> int:
        return max(self.counts)


class Timeline(t.NamedTuple):
    """Rows of as many hours, the first of which begins at C(begin)."""

    begin: datetime.datetime
    rows: t.Sequence[Row]

    @property
    def hours(self) -> list[datetime.datetime]:
        """When each hour begins."""
        return [self.begin + datetime.timedelta(hours=number) for number in range(len(self.rows[0].counts))]

    @property
    def peak(self) -> int:
        return max(row.peak for row in self.rows)


def timeline(report: Report) -> Timeline | None:
    """Return the refusals of the blocks over the time that was read; None where no evidence tells of hours."""
    by_receiver: dict[str, list[Hours | None]] = {}
    for item in report.blocks:
        for receiver in item.finding["receivers"]:
            by_receiver.setdefault(receiver["slug"], []).append(hours_of(receiver.get("by_hour")))
    summed = {slug: hours for slug, rows in by_receiver.items() if (hours := added(rows))}
    if not summed:
        return None
    ranked = sorted(summed, key=lambda slug: (-sum(summed[slug].counts), slug))
    first, last = _axis(report, summed.values())
    rows = [Row(slug, _on(summed[slug], first, last)) for slug in ranked[:ROWS]]
    if rest := added(summed[slug] for slug in ranked[ROWS:]):
        rows.append(Row(None, _on(rest, first, last)))
    zone = datetime.datetime.fromisoformat(report.finished_at).tzinfo
    return Timeline(datetime.datetime.fromtimestamp(first * HOUR, zone), rows)


def name_of(receiver: str, items: t.Iterable[Item]) -> t.Mapping[str, str]:
    """Return what a receiver is called in each language: its own name, where a finding is about it."""
    named = (item.finding["counterpart"] for item in items if item.id.startswith(f"{receiver}/"))
    return next(named, {"en": receiver, "ja": receiver})


def _axis(report: Report, rows: t.Iterable[Hours]) -> tuple[int, int]:
    """The hours that were read, so that the quiet before a block is seen; of these a week at most."""
    rows = list(rows)
    last = max(row.first + len(row.counts) - 1 for row in rows)
    first = min(row.first for row in rows)
    since, until = report.totals.since, report.totals.until
    if until:
        last = max(last, int(until.timestamp()) // HOUR)
    if since:
        first = min(first, int(since.timestamp()) // HOUR)
    return max(first, last - LONGEST + 1), last


def _on(hours: Hours, first: int, last: int) -> list[int]:
    counts = dict(enumerate(hours.counts, start=hours.first))
    return [counts.get(hour, 0) for hour in range(first, last + 1)]
