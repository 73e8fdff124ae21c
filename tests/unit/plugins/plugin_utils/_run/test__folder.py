# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json
import os
import stat
import typing as t
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._run import _folder as _run_folder

JST = datetime.timezone(datetime.timedelta(hours=9))


def open_run(parent: Path, **changes: t.Any) -> Path:
    began = datetime.datetime(2026, 11, 24, 9, 15, 30, tzinfo=JST)
    options: dict[str, t.Any] = {"hosts": ["mx1"], "started_at": began} | changes
    return _run_folder.open_run(parent, **options)


def test_a_run_is_named_by_the_second_in_utc_and_says_what_it_is(tmp_path: Path) -> None:
    folder = open_run(tmp_path / "out", hosts=["mx1", "mx2"])
    assert folder == tmp_path / "out" / "20261124T001530Z"
    assert _run_folder.about(folder) == {
        "schema": 1,
        "run_id": "20261124T001530Z",
        "started_at": "2026-11-24T09:15:30+09:00",
        "hosts": ["mx1", "mx2"],
    }


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    assert stat.S_IMODE(open_run(tmp_path).stat().st_mode) == 0o700


def test_two_runs_of_one_second_share_nothing(tmp_path: Path) -> None:
    assert [open_run(tmp_path).name for _run in range(3)] == [
        "20261124T001530Z",
        "20261124T001530Z-2",
        "20261124T001530Z-3",
    ]


def test_a_named_run_is_gone_on_with(tmp_path: Path) -> None:
    first = open_run(tmp_path, run_id="INC-7")
    (first / "kept").touch()
    assert open_run(tmp_path, run_id="INC-7") == first
    assert (first / "kept").exists()


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "latest", "-x", "a b", "x" * 65, "a\n"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(_run_folder.RunFolderError, match="cannot name a run"):
        open_run(tmp_path, run_id=name)
    assert list(tmp_path.iterdir()) == []


def test_latest_points_at_the_newest(tmp_path: Path) -> None:
    open_run(tmp_path, run_id="one")
    open_run(tmp_path, run_id="two")
    assert os.readlink(tmp_path / "latest") == "two"
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two", "latest"}


def test_what_another_made_under_that_name_stays(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    open_run(tmp_path)
    assert (tmp_path / "latest").is_dir()
    assert not (tmp_path / "latest").is_symlink()


@pytest.mark.parametrize("in_the_way", ["out", "out/INC-7"])
def test_a_file_in_the_way_is_named(tmp_path: Path, in_the_way: str) -> None:
    path = tmp_path / in_the_way
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(_run_folder.RunFolderError, match=r"in the way|cannot make it"):
        open_run(tmp_path / "out", run_id="INC-7")


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(_run_folder.RunFolderError, match=r"not the folder of a run: its run\.json cannot be read"):
        _run_folder.about(tmp_path)


def test_a_result_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError):
        _run_folder.write_json(path, {"no": object()})
    assert path.read_text(encoding="utf-8") == "old"
    _run_folder.write_json(path, {"日本": 1})
    assert path.read_text(encoding="utf-8") == '{\n "日本": 1\n}\n'
    assert [entry.name for entry in tmp_path.iterdir()] == ["findings.json"]


def test_reading_a_result_on_a_terminal_is_safe(tmp_path: Path) -> None:
    said = {"text": "\x1b[2J\x7f\x9b31m\u202eevil\u2066\u2028\udc80 日本 é"}
    path = tmp_path / "findings.json"
    _run_folder.write_json(path, said)
    written = path.read_text(encoding="utf-8")
    assert json.loads(written) == said
    assert {char for char in written if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Cs")} == {"\n"}
    assert "日本 é" in written
