# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import open_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._retention import remove_old

NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)


def run(out: Path, days: float, *, name: str | None = None, summary: bool = True) -> Path:
    folder = open_run(out, hosts=["mx1"], started_at=NOW - datetime.timedelta(days=days), run_id=name)
    (folder / "evidence").mkdir()
    (folder / "evidence" / "mx1.json").touch()
    if summary:
        (folder / "summary.json").touch()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Runs of 5, 4, 3, 2, 1 and 0 days ago."""
    for days in (5, 4, 3, 2, 1, 0):
        run(tmp_path / "out", days)
    return tmp_path / "out"


def days_left(out: Path) -> list[int]:
    names = [path.name for path in out.iterdir() if path.is_dir() and not path.is_symlink()]
    return sorted((NOW.date() - datetime.datetime.strptime(name[:8], "%Y%m%d").date()).days for name in names)


def present(out: Path) -> Path:
    return out / f"{NOW:%Y%m%dT%H%M%SZ}"


@pytest.mark.parametrize(
    ("runs", "days", "left"),
    [
        (None, None, [0, 1, 2, 3, 4, 5]),
        (3, None, [0, 1, 2]),
        (1, None, [0]),
        (99, None, [0, 1, 2, 3, 4, 5]),
        (None, 2.5, [0, 1, 2]),
        (None, 0.01, [0]),
        (2, 3.5, [0, 1, 2, 3]),
        (5, 2.5, [0, 1, 2, 3, 4]),
    ],
)
def test_by_number_and_age(out: Path, runs: int | None, days: float | None, left: list[int]) -> None:
    removed = remove_old(out, now=NOW, runs=runs, days=days, besides=present(out))
    assert (days_left(out), len(removed)) == (left, 6 - len(left))
    assert (out / "latest").resolve() == present(out)


def test_only_what_is_ours_goes(out: Path, tmp_path: Path) -> None:
    run(out, 400, name="INC-7")
    mine, stranger, other = (out / name for name in ("notes", "20200101T000000Z", "20200102T000000Z"))
    for folder in (mine, stranger, other):
        folder.mkdir()
    (other / "run.json").write_text(json.dumps({"schema": 1, "run_id": "x", "started_at": "2020-01-02T00:00:00+00:00"}))
    elsewhere = run(tmp_path / "elsewhere", 400)
    (out / elsewhere.name).symlink_to(elsewhere)
    (out / "20200103T000000Z").touch()
    before = {path.name for path in out.iterdir()}
    removed = remove_old(out, now=NOW, runs=1, days=None, besides=present(out))
    assert before - {path.name for path in out.iterdir()} == set(removed)
    assert len(removed) == 5
    assert (elsewhere / "evidence" / "mx1.json").exists()


def test_what_a_link_within_a_run_leads_to_stays(out: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").touch()
    oldest = min(path for path in out.iterdir() if path.name != "latest")
    os.symlink(precious, oldest / "evidence" / "link")
    remove_old(out, now=NOW, runs=1, besides=present(out))
    assert not oldest.exists()
    assert (precious / "data").exists()


def test_one_that_may_still_run_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    running, dead = run(out, 0.5, summary=False), run(out, 1.5, summary=False)
    now = run(out, 0)
    remove_old(out, now=NOW, runs=1, besides=now)
    assert (running.exists(), dead.exists()) == (True, False)


def test_the_present_one_stays_whatever_the_clock_says(out: Path) -> None:
    behind = run(out, 30)
    remove_old(out, now=NOW, runs=2, besides=behind)
    assert behind.exists()


def test_what_a_stopped_run_left_half_removed_goes_next_time(out: Path) -> None:
    half = out / ".20200101T000000Z.removed"
    (half / "evidence").mkdir(parents=True)
    mine = out / ".notes.removed"
    mine.mkdir()
    assert remove_old(out, now=NOW, runs=99, besides=present(out)) == []
    assert (half.exists(), mine.exists()) == (False, True)
