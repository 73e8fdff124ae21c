# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import duration
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import PATH, timings


def test_the_shipped_file_is_well_formed() -> None:
    document = read_with_lines(PATH)
    assert list(check.form_complaints("cases", document)) == []
    sources = document.data["sources"]
    assert all(set(entry["sources"]) <= set(sources) for entry in document.data["timings"].values())


def test_the_defaults_are_those_of_the_file() -> None:
    assert timings().chase_after == datetime.timedelta(hours=72)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("PT24H", 24), ("P7D", 168), ("P1W", 168), ("P1DT12H", 36), ("PT90M", 1.5)],
)
def test_durations(text: str, hours: float) -> None:
    assert duration(text) == datetime.timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "P", "PT", "24", "PT-1H", "PT1S", "P٣D", None, 24, "PT999999999999H"])
def test_what_is_no_duration(text: object) -> None:
    assert duration(text) is None
