# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How make mutation counts, and that what it is told of exists."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def mutation(tool):
    return tool("mutation")


def test_what_no_test_runs_has_survived_and_what_was_not_tried_counts_nowhere(mutation):
    score = mutation.score({"killed": 1, "timeout": 36, "survived": 0, "not tested": 33, "not tried": None})
    assert (score.tried, score.killed, score.survivors) == (4, 2, ("survived", "not tested"))
    assert score.percent == 50


def test_nothing_tried_is_nothing_proven(mutation):
    assert mutation.total([mutation.score({})]).percent == 0


def test_an_area_is_all_of_its_modules_together(mutation):
    scores = {"a.py": mutation.Score(1, ()), "b.py": mutation.Score(3, ("x",))}
    assert mutation.table({"area": scores}).splitlines()[-1] == " 75.0 %     3 of    4 killed  area, all"


def test_the_areas_name_what_there_is():
    areas = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]["area"]
    assert set(areas) == {"diagnosis", "list-truth", "postfix-plan", "ledger-fold"}
    named = [name for area in areas.values() for name in (*area["modules"], *area["tests"])]
    assert [name for name in named if not (ROOT / name).exists()] == []
