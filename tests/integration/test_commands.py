# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions that hold, relay, verify and restore go on from: which run, and which command."""

from __future__ import annotations

import datetime
import json
import shlex
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
                "extra": {"run": "r1", "confirm": "yes", "empty": "", "folded": "no word"},
            },
        },
        {
            "name": "Undo",
            "postmaster.delist.command_info": {"playbook": "restore", "extra": {"confirm": "yes"}, "show": "UNDO"},
        },
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
    assert again["left_out"] == ["ansible_become_password", "folded", "hold_signatures"]
    assert again["told"].endswith("(add what it does not repeat: ansible_become_password, folded, hold_signatures)")
    assert (
        run.of("Undo").data["told"].endswith("(add what it does not repeat: ansible_become_password, hold_signatures)")
    )
    undo = run.of("Undo").data["command"]
    assert "restore.yml -i " in undo
    assert undo.endswith(" -e confirm=yes")
    shown = run.stdout.partition("\nUNDO    ")[2].partition("\n        (add what it does not repeat: ansible_become")[0]
    assert shlex.split(shown.replace("\\\n", "")) == shlex.split(undo)
    assert "pipe" not in run.stdout
    assert "hunter2" not in run.stdout


def test_what_hosts_and_receivers_said_is_no_template(run_tasks: t.Callable[..., t.Any], tmp_path: Path) -> None:
    hostile = "{{ lookup('pipe', 'touch owned') }}"
    plan = ["--- main.cf", f"+++ /etc/postfix/{hostile}"]
    took = {"plan": plan, "rules": ["a/b"], "literals": [hostile], "left": [hostile], "held": None, "changed": False}
    (tmp_path / "said.json").write_text(json.dumps({"mx1": took, "mx2": took}))
    read = "{{ (lookup('ansible.builtin.file', 'said.json') | from_json)[inventory_hostname] }}"
    tasks = [
        {"name": "Take", "ansible.builtin.set_fact": {"took": read}},
        {"name": "Say", "postmaster.delist.host_report": {"hold": "took", "planned": True}, "run_once": True},
        {"name": "Nothing", "postmaster.delist.host_report": {"relay": "absent"}, "run_once": True},
    ]
    inventory = {"all": {"hosts": {"mx1": {}, "mx2": {}}, "vars": {"ansible_connection": "local"}}}
    run = run_tasks(tasks, inventory=inventory, check=True)
    said = run.of("Say").data
    assert said["changed"] is False
    assert " ".join(" ".join(said["screen"]).split()).count(hostile) == 3
    assert "PLAN    mx1, mx2: refusals like a/b, {{ lookup" in run.stdout
    assert run.of("Nothing").data["screen"] == []
    assert not (tmp_path / "owned").exists()


def test_the_commands_that_bring_back_what_a_restore_took_away(
    run_tasks: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    reply = "554 5.7.1 {{ lookup('pipe', 'touch owned') }} welcome"
    asked = {"run": "r1", "receivers": [], "causes": [], "everywhere": False, "signatures": [reply]}
    relay = {"scope": "all", "region": "eu-central-1", "host": "{{ lookup('pipe', 'touch owned') }}", "port": 587}
    took = {
        "hold": {"changed": True, "was": {"asked": [asked], "backoff": None}},
        "relay": {"changed": True, "was": relay},
    }
    said = tmp_path / "said.json"
    said.write_text(json.dumps({"mx1": took, "mx2": {**took, "relay": {"changed": False, "was": None}}}))
    # As a module's result comes: data that nobody trusts.
    read = "{{ (lookup('ansible.builtin.file', 'said.json') | from_json)[inventory_hostname].%s }}"
    tasks = [
        {"name": "Take", "ansible.builtin.set_fact": {f"took_{layer}": read % layer for layer in took}},
        {
            "name": "Undo",
            "postmaster.delist.restore_undo": {layer: f"took_{layer}" for layer in took},
            "run_once": True,
        },
        {"name": "None", "postmaster.delist.restore_undo": {}, "run_once": True},
    ]
    made(tmp_path, "r1")
    inventory = {"all": {"hosts": {"mx1": {}, "mx2": {}}, "vars": {"ansible_connection": "local"}}}
    run = run_tasks(tasks, inventory=inventory)
    hold, again = run.of("Undo").data["undos"]
    assert run.of("None").data["commands"] == []
    assert (hold["playbook"], hold["hosts"], hold["left_out"]) == ("hold", ["mx1", "mx2"], [])
    assert hold["command"].endswith(f"-e @out/restored/{Path(hold['path']).name} -e run=r1 -e confirm=yes")
    assert " -l " not in hold["command"]
    assert json.loads(Path(hold["path"]).read_text(encoding="utf-8")) == {"hold_signatures": [reply]}
    assert Path(hold["path"]).stat().st_mode & 0o777 == 0o600
    assert (again["playbook"], again["hosts"]) == ("relay", ["mx1"])
    assert " -l mx1 " in again["command"]
    assert again["left_out"] == ["relay_endpoint", "relay_user", "relay_password"]
    assert again["told"].endswith("(add what it does not repeat: relay_endpoint, relay_user, relay_password)")
    assert not (tmp_path / "owned").exists()
