# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stamps without year and zone, daylight saving, leap days, and the times that a person writes."""

from __future__ import annotations

import calendar
import os
import time
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock, parse_moment, rfc3339


@pytest.fixture
def zone(request: t.Any) -> t.Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    _clock._minute.cache_clear()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()
    _clock._minute.cache_clear()


def utc(*parts: int) -> int:
    return calendar.timegm((*parts, *(0,) * (9 - len(parts))))


TOKYO, BERLIN, UTC = "Asia/Tokyo", "Europe/Berlin", "UTC"


@pytest.mark.parametrize("zone", [TOKYO], indirect=True)
def test_a_stamp_without_a_zone_is_in_the_hosts(zone: str) -> None:
    assert Clock(utc(2026, 11, 24, 12)).at(b"Nov 24 10:00:30") == utc(2026, 11, 24, 1, 0, 30)


@pytest.mark.parametrize("zone", [UTC], indirect=True)
def test_december_read_in_january_is_last_years(zone: str) -> None:
    clock = Clock(utc(2027, 1, 2))
    assert clock.at(b"Dec 31 23:59:59") == utc(2026, 12, 31, 23, 59, 59)
    assert clock.at(b"Jan  1 00:00:00") == utc(2027, 1, 1)


@pytest.mark.parametrize("zone", [UTC], indirect=True)
def test_a_clock_a_few_hours_ahead_is_not_last_year(zone: str) -> None:
    assert Clock(utc(2026, 11, 24)).at(b"Nov 24 20:00:00") == utc(2026, 11, 24, 20)


@pytest.mark.parametrize("zone", [UTC], indirect=True)
def test_a_leap_day_is_that_of_the_last_leap_year(zone: str) -> None:
    assert Clock(utc(2028, 3, 1)).at(b"Feb 29 12:00:00") == utc(2028, 2, 29, 12)
    assert Clock(utc(2027, 3, 1)).at(b"Feb 29 12:00:00") == utc(2024, 2, 29, 12)


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_daylight_saving_moves_the_same_hour(zone: str) -> None:
    assert Clock(utc(2026, 11, 24)).at(b"Jul  1 12:00:00") == utc(2026, 7, 1, 10)
    assert Clock(utc(2026, 11, 24)).at(b"Nov  1 12:00:00") == utc(2026, 11, 1, 11)


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_an_hour_that_happens_twice_is_the_later_unless_that_is_yet_to_come(zone: str) -> None:
    assert Clock(utc(2026, 11, 24)).at(b"Oct 25 02:30:00") == utc(2026, 10, 25, 1, 30)
    assert Clock(utc(2026, 10, 25, 0, 45)).at(b"Oct 25 02:30:00") == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize("zone", [BERLIN], indirect=True)
def test_an_hour_that_is_skipped_is_some_moment_nearby(zone: str) -> None:
    at = Clock(utc(2026, 11, 24)).at(b"Mar 29 02:30:00")
    assert at is not None
    assert abs(at - utc(2026, 3, 29, 1)) <= 3600


@pytest.mark.parametrize("zone", [TOKYO], indirect=True)
@pytest.mark.parametrize(
    "stamp",
    [
        b"2026-11-24T01:02:03Z",
        b"2026-11-24T01:02:03.999999+00:00",
        b"2026-11-24T10:02:03+09:00",
        b"2026-11-24T10:02:03+0900",
        b"2026-11-23T17:32:03,5-07:30",
    ],
)
def test_rfc_3339_needs_no_zone_of_the_host(zone: str, stamp: bytes) -> None:
    assert Clock(0).at(stamp) == utc(2026, 11, 24, 1, 2, 3)


@pytest.mark.parametrize(
    "stamp",
    [
        b"Nov 31 01:02:03",
        b"Foo 11 01:02:03",
        b"Nov 11 25:02:03",
        b"Feb 30 00:00:00",
        b"2026-02-29T00:00:00Z",
        b"2026-13-01T00:00:00Z",
        b"2026-11-24T24:00:00Z",
        b"0000-00-00T00:00:00Z",
    ],
)
def test_what_never_was_is_no_moment(stamp: bytes) -> None:
    assert Clock(utc(2026, 11, 24)).at(stamp) is None


@pytest.mark.parametrize("zone", [TOKYO], indirect=True)
def test_a_moment_is_written_with_the_hosts_offset(zone: str) -> None:
    assert rfc3339(utc(2026, 11, 23, 16, 55, 29)) == "2026-11-24T01:55:29+09:00"


@pytest.mark.parametrize("zone", [TOKYO], indirect=True)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2h", utc(2026, 11, 24, 10)),
        ("90m", utc(2026, 11, 24, 10, 30)),
        ("7d", utc(2026, 11, 17, 12)),
        ("2026-11-24T01:55:00+09:00", utc(2026, 11, 23, 16, 55)),
        ("2026-11-24T01:55:00Z", utc(2026, 11, 24, 1, 55)),
        ("2026-11-24T01:55", utc(2026, 11, 23, 16, 55)),
        ("2026-11-24", utc(2026, 11, 23, 15)),
        (" 2026-11-24 01:55:00 ", utc(2026, 11, 23, 16, 55)),
    ],
)
def test_since_is_a_moment_or_a_time_back(zone: str, text: str, expected: int) -> None:
    assert parse_moment(text, now=utc(2026, 11, 24, 12)) == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2 fortnights", "24.11.2026", "2026-02-30", "-2h", "2026-11-24T25:00Z"]
)
def test_any_other_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        parse_moment(text, now=0)
