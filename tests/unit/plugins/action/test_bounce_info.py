# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look over a Postfix has to know is made once in a run, and a fault in keeping it costs no host."""

from __future__ import annotations

import json
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.postmaster.delist.plugins.action import bounce_info
from ansible_collections.postmaster.delist.plugins.plugin_utils._run import _folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each making of the facts, which takes its time."""
    times: list[str] = []

    def slowly(_paths: t.Sequence[str]) -> dict[str, t.Any]:
        times.append("made")
        time.sleep(0.1)
        return {"public_resolvers": ["192.0.2.1"]}

    monkeypatch.setattr(bounce_info, "_made", slowly)
    return times


def test_hosts_that_begin_at_once_have_them_made_once(made: list[str], tmp_path: Path) -> None:
    found: list[dict[str, t.Any]] = []
    hosts = [
        threading.Thread(target=lambda: found.append(bounce_info._facts(tmp_path / "evidence", ()))) for _host in "1234"
    ]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert found == [{"public_resolvers": ["192.0.2.1"]}] * 4
    assert made == ["made"]


def test_a_writer_that_was_killed_leaves_nothing_that_others_trip_on(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(_folder.Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            bounce_info._facts(tmp_path / "evidence", ())
    assert not (tmp_path / _folder.LINT_FACTS).exists()
    assert bounce_info._facts(tmp_path / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}


def test_where_they_cannot_be_kept_they_are_made(made: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="ascii")
    assert bounce_info._facts(tmp_path / "file" / "run" / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}


def test_a_full_disk_costs_no_host(made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_folder.Path, "replace", full)
    assert bounce_info._facts(tmp_path / "evidence", ()) == {"public_resolvers": ["192.0.2.1"]}
    assert made == ["made"]


GOOD = {"schema": 1, "host": "mx1", "totals": {"lines_matched": 1}, "sources": [{"kind": "queue", "notes": ["gone"]}]}


def test_evidence_of_another_run_is_taken_over(tmp_path: Path) -> None:
    theirs = tmp_path / "out" / "slice" / "evidence"
    theirs.mkdir(parents=True)
    (theirs / "mx1.json").write_text(json.dumps(GOOD))
    folder = tmp_path / "out" / "night" / "evidence"
    assert bounce_info._merged("mx1", str(folder), ["slice"]) == {
        "path": str(folder / "mx1.json"),
        "totals": {"lines_matched": 1},
        "notes": ["queue: gone"],
    }
    with pytest.raises(AnsibleActionFail, match="No evidence of mx2 in slice"):
        bounce_info._merged("mx2", str(folder), ["slice"])
    with pytest.raises(AnsibleActionFail, match="evidence_dir, which is missing"):
        bounce_info._merged("mx1", None, ["slice"])


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(AnsibleActionFail, match="cannot be written below"):
        bounce_info._written(str(tmp_path / "evidence"), GOOD)


@pytest.mark.parametrize("change", [{"totals": None}, {"sources": [{"notes": [1]}]}, {"lost": ["x"]}, {"sources": 3}])
def test_what_another_run_has_must_have_the_shape_of_evidence(tmp_path: Path, change: dict[str, t.Any]) -> None:
    theirs = tmp_path / "slice" / "evidence"
    theirs.mkdir(parents=True)
    (theirs / "mx1.json").write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(AnsibleActionFail, match="is not the evidence of mx1"):
        bounce_info._merged("mx1", str(tmp_path / "night" / "evidence"), ["slice"])


def test_knowledge_that_cannot_be_read_fails_the_task(tmp_path: Path) -> None:
    (tmp_path / "receivers" / "x").mkdir(parents=True)
    (tmp_path / "receivers" / "x" / "receiver.yml").write_text("- no mapping")
    with pytest.raises(AnsibleActionFail, match=r"receiver\.yml"):
        bounce_info._facts(None, [str(tmp_path)])
