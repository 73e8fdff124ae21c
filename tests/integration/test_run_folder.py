# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action run_folder, as Ansible runs it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

INVENTORY: dict[str, t.Any] = {"all": {"hosts": {"mx1": {}, "mx2": {"ansible_host": "127.0.0.1", "ansible_port": 1}}}}


def opened(**options: t.Any) -> list[dict[str, t.Any]]:
    task = {"name": "Open", "postmaster.delist.run_folder": options, "run_once": True, "delegate_to": "localhost"}
    return [task]


def test_it_is_below_the_callers_folder_in_check_mode_too_and_no_change(
    fourfold: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    runs = fourfold(opened(), inventory=INVENTORY)
    made = [getattr(runs, name).of("Open").data for name in ("predicted", "done", "predicted_again", "done_again")]
    assert len({one["path"] for one in made}) == 4
    for one in made:
        assert one["changed"] is False
        assert Path(one["path"]).parent == tmp_path / "out"
        assert one["hosts"] == ["mx1", "mx2"]
        assert json.loads(Path(one["path"], "run.json").read_text(encoding="utf-8"))["run_id"] == one["run_id"]
    assert (tmp_path / "out" / "latest").resolve() == Path(made[-1]["path"])


def test_a_run_can_be_named_and_gone_on_with(run_tasks: t.Callable[..., t.Any], tmp_path: Path) -> None:
    for _run in range(2):
        run = run_tasks(opened(run="INC-7", path="reports"), inventory=INVENTORY)
        assert run.of("Open").data["path"] == str(tmp_path / "reports" / "INC-7")


@pytest.mark.parametrize(
    ("options", "said"),
    [({"run": "../up"}, "cannot name a run"), ({"path": "/proc/none"}, "cannot make it"), ({"rnu": "x"}, "rnu")],
)
def test_what_cannot_be_is_refused(run_tasks: t.Callable[..., t.Any], options: dict[str, str], said: str) -> None:
    assert said in run_tasks(opened(**options), inventory=INVENTORY, rc=2).of("Open").msg
