# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The timeline as bars: what the template of report.html draws, and what it says of it in words and numbers."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._timeline import Row, Timeline, name_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_HEIGHT = 100
_LEAST = 3  # a single refusal is seen too
_AXIS = 4

Data = dict[str, t.Any]


def chart(made: Timeline, report: Report, page: Texts) -> Data:
    """Return lanes with their bars in a box of C(hours) by 100."""
    names = [_name(row, report, page) for row in made.rows]
    hours = made.hours
    steps = sorted({round(number * (len(hours) - 1) / (_AXIS - 1)) for number in range(_AXIS)})
    told = [number for number in range(len(hours)) if any(row.counts[number] for row in made.rows)]
    return {
        "hours": len(hours),
        "lanes": [_lane(row, name, made, page) for row, name in zip(made.rows, names, strict=True)],
        "axis": [_at(hours[step]) for step in steps],
        "head": [page.say("timeline", "hour"), *names],
        "table": [[_at(hours[number]), *(f"{row.counts[number]:,}" for row in made.rows)] for number in told],
    }


def _lane(row: Row, name: str, made: Timeline, page: Texts) -> Data:
    at = _at(made.hours[row.counts.index(row.peak)])
    bars = []
    for number, count in enumerate(row.counts):
        if count:
            height = max(_LEAST, round(_HEIGHT * count / made.peak, 1))
            title = f"{_at(made.hours[number])}: {count:,}"
            bars.append({"x": number + 0.07, "y": round(_HEIGHT - height, 1), "height": height, "title": title})
    said = page.say("timeline", "row", receiver=name, total=row.total, peak=row.peak, at=at)
    return {"name": name, "total": row.total, "peak": row.peak, "peak_at": at, "bars": bars, "label": said}


def _name(row: Row, report: Report, page: Texts) -> str:
    return page.pick(name_of(row.receiver, report.blocks)) if row.receiver else page.say("timeline", "others")


def _at(moment: datetime.datetime) -> str:
    return f"{moment:%m-%d %H:%M}"
