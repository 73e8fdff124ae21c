# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions that hold, relay, verify and restore go on from: which run, and which command."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

FINDINGS = {"schema": 1, "findings": [], "notes": []}


def made(parent: Path, name: str, *, hosts: t.Sequence[str] = ("localhost",)) -> Path:
    folder = parent / "out" / name
    folder.mkdir(parents=True)
    started_at = datetime.datetime.now().astimezone().isoformat()
    (folder / "run.json").write_text(json.dumps({"run_id": name, "started_at": started_at, "hosts": list(hosts)}))
    (folder / "findings.json").write_text(json.dumps(FINDINGS))
    return folder


def test_recent_run(run_tasks: t.Callable[..., t.Any], tmp_path: Path) -> None:
    task = {"name": "Recent", "postmaster.delist.recent_run": {}}
    nothing = run_tasks([task]).of("Recent").data
    assert (nothing["found"], nothing["path"]) == (False, None)
    folder = made(tmp_path, "r1")
    found = run_tasks([task], check=True).of("Recent").data
    assert (found["found"], found["path"], found["run_id"]) == (True, str(folder), "r1")
    wrong = {"name": "Recent", "postmaster.delist.recent_run": {"run": "r2"}}
    assert "the name of a diagnosed run was expected" in run_tasks([wrong], rc=2).of("Recent").data["msg"]


def test_the_command_of_this_run_and_of_another(run_tasks: t.Callable[..., t.Any]) -> None:
    tasks = [
        {
            "name": "Again",
            "postmaster.delist.command_info": {
                "repeat": ["since", "hold_receivers", "hold_signatures", "absent", "empty"],
                "extra": {"run": "r1", "confirm": "yes"},
            },
        },
        {"name": "Undo", "postmaster.delist.command_info": {"playbook": "restore", "extra": {"confirm": "yes"}}},
    ]
    pasted = "550 {{ lookup('pipe', 'id') }}; $(id) " + 40 * "word "
    given = {"since": "2h", "hold_receivers": ["outlook_com", "gmail"], "hold_signatures": [pasted], "confirm": "no"}
    given["ansible_become_password"] = "hunter2"
    args = [
        "-b",
        "--become-user",
        "root",
        *(word for name in given for word in ("-e", json.dumps({name: given[name]}))),
    ]
    run = run_tasks(tasks, limit="localhost", args=args)
    again = run.of("Again").data
    words = '-l localhost --become-user root -b -e since=2h -e \'{"hold_receivers": ["outlook_com", "gmail"]}\' '
    assert again["command"].endswith(f"{words}-e run=r1 -e confirm=yes")
    assert "playbook.yml -i " in again["command"]
    assert again["left_out"] == ["ansible_become_password", "hold_signatures"]
    assert again["told"].endswith("(add what it does not repeat: ansible_become_password, hold_signatures)")
    assert (
        run.of("Undo").data["told"].endswith("(add what it does not repeat: ansible_become_password, hold_signatures)")
    )
    undo = run.of("Undo").data["command"]
    assert "restore.yml -i " in undo
    assert undo.endswith(" -e confirm=yes")
    assert "pipe" not in run.stdout
    assert "hunter2" not in run.stdout
