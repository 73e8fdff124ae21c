# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals by hour: of blocks, by receiver, on one axis that begins where the evidence does."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._timeline import ROWS, timeline
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    evidence,
    finding,
    report,
)


def refused(number: int, *receivers: tuple[str, str, list[int]], **changes: t.Any) -> dict[str, t.Any]:
    shares = [
        {"slug": slug, "recipient_domains": {}, "by_hour": {"begins_at": begin, "counts": counts}}
        for slug, begin, counts in receivers
    ]
    return finding(number, receivers=shares, **changes)


def test_the_axis_is_the_time_that_was_read(tmp_path: Path) -> None:
    made = timeline(report(tmp_path, findings=[refused(7, ("gmail", "2026-11-24T05:00:00+09:00", [3, 4]))]))
    assert made
    assert made.begin.isoformat() == "2026-11-23T09:00:00+09:00"
    assert len(made.hours) == 25
    assert made.rows[0].counts[20:22] == [3, 4]
    assert (made.rows[0].total, made.rows[0].peak, made.peak) == (7, 4, 4)
    assert made.hours[21] == datetime.datetime.fromisoformat("2026-11-24T06:00:00+09:00")


def test_findings_of_one_receiver_are_one_row_and_noise_is_none(tmp_path: Path) -> None:
    begin = "2026-11-24T05:00:00+09:00"
    found = [
        refused(7, ("gmail", begin, [1]), ("yahoo", begin, [9])),
        refused(8, ("gmail", "2026-11-24T06:00:00+09:00", [2])),
        refused(9, ("gmail", begin, [500]), cause="recipient_invalid"),
    ]
    made = timeline(report(tmp_path, findings=found))
    assert made
    assert [(row.receiver, row.total) for row in made.rows] == [("yahoo", 9), ("gmail", 3)]


def test_more_receivers_than_anybody_compares_are_added_up(tmp_path: Path) -> None:
    begin = "2026-11-24T05:00:00+09:00"
    found = [refused(number, (f"receiver{number}", begin, [number])) for number in range(1, ROWS + 4)]
    made = timeline(report(tmp_path, findings=found))
    assert made
    assert len(made.rows) == ROWS + 1
    assert (made.rows[-1].receiver, made.rows[-1].total) == (None, 1 + 2 + 3)


def test_of_a_month_of_logs_the_last_week_is_shown(tmp_path: Path) -> None:
    month = evidence(window={"since": "2026-10-24T09:15:30+09:00", "until": "2026-11-24T09:15:30+09:00"})
    found = [refused(7, ("gmail", "2026-11-24T05:00:00+09:00", [3]))]
    made = timeline(report(tmp_path, evidences=[month], findings=found))
    assert made
    assert len(made.hours) == 168
    assert made.rows[0].total == 3


def test_without_hours_there_is_no_chart(tmp_path: Path) -> None:
    assert timeline(report(tmp_path, findings=[finding()])) is None
    assert timeline(report(tmp_path)) is None
