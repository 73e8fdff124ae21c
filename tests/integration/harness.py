# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of ansible-playbook against this checkout, and what came out of it."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# The Python of all hosts, whatever an inventory says; make matrix tries each in turn.
HOST_PYTHON = os.environ.get("DELIST_TEST_HOST_PYTHON")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Result:
    """What one task said on one host; `status` is ok, failed, ignored, skipped or unreachable."""

    status: str
    host: str
    task: str
    action: str
    data: dict[str, t.Any]

    @property
    def changed(self) -> bool:
        return bool(self.data.get("changed"))

    @property
    def msg(self) -> str:
        return str(self.data.get("msg", ""))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run: its code, its screens, its results in order, its recap per host."""

    rc: int
    stdout: str
    stderr: str
    results: list[Result]
    stats: dict[str, dict[str, int]]

    @property
    def changed(self) -> int:
        return sum(host["changed"] for host in self.stats.values())

    def of(self, name: str, host: str | None = None) -> Result:
        """The last result of the one task, named by its name or by its action; a name may leave out the role."""
        for result in reversed(self.results):
            names = (result.task, result.task.rpartition(" : ")[2], result.action, result.action.rpartition(".")[2])
            if name in names and host in (None, result.host):
                return result
        raise AssertionError(f"no result of {name!r} in:\n{self.stdout}\n{self.stderr}")

    def summary(self) -> str:
        return f"rc {self.rc}\n{self.stdout}\n{self.stderr}"


def run_playbook(
    playbook: str | Path | list[dict[str, t.Any]],
    *,
    cwd: Path,
    inventory: str | Path | dict[str, t.Any] | None = None,
    extra_vars: dict[str, t.Any] | None = None,
    check: bool = False,
    limit: str | None = None,
    args: t.Sequence[str] = (),
    env: dict[str, str] | None = None,
    rc: int | None = 0,
    timeout: float = 120,
    within: t.Sequence[str] = (),
) -> Run:
    """Run a playbook in the folder `cwd`.

    `playbook` is a name (`postmaster.delist.incident`), a path, or the plays themselves.
    `inventory` is a path or the inventory's own data; without it, localhost by the local connection.
    `rc` is the code that the run must end with; None takes any.
    `within` is a command that runs another one (its words follow) in the surroundings of the hosts.
    """
    results = cwd / f"results-{len(list(cwd.glob('results-*.jsonl')))}.jsonl"
    command = [
        *within,
        str(BIN / "ansible-playbook"),
        _playbook(playbook, cwd),
        "-i",
        _inventory(inventory, cwd),
        *(["-l", limit] if limit else []),
        *(["-e", json.dumps(extra_vars)] if extra_vars else []),
        *(["-e", json.dumps({"ansible_python_interpreter": HOST_PYTHON})] if HOST_PYTHON else []),
        *(["--check"] if check else []),
        *args,
    ]
    done = subprocess.run(
        command,
        cwd=cwd,
        env=_environment(cwd, results) | (env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    run = Run(
        rc=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr,
        results=[
            Result(data=line.pop("result"), **t.cast("dict[str, t.Any]", line)) for line in lines if "status" in line
        ],
        stats=next((line["stats"] for line in lines if "stats" in line), {}),
    )
    assert rc in (None, run.rc), run.summary()
    return run


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fourfold:
    """Check, real, check, real."""

    predicted: Run
    done: Run
    predicted_again: Run
    done_again: Run


def fourfold(playbook: str | Path | list[dict[str, t.Any]], **options: t.Any) -> Fourfold:
    """Run a playbook four times: check mode tells what the real run does, and a second time nothing is left to do."""
    predicted = run_playbook(playbook, check=True, **options)
    done = run_playbook(playbook, **options)
    assert _changes(predicted) == _changes(done), "check mode foretold other changes than were made"
    predicted_again = run_playbook(playbook, check=True, **options)
    assert _changes(predicted_again) == [], "check mode finds changes left after the real run"
    done_again = run_playbook(playbook, **options)
    assert _changes(done_again) == [], "the second run changed something"
    return Fourfold(predicted=predicted, done=done, predicted_again=predicted_again, done_again=done_again)


def tasks_as_play(tasks: list[dict[str, t.Any]], *, hosts: str = "all") -> list[dict[str, t.Any]]:
    return [{"hosts": hosts, "gather_facts": False, "tasks": tasks}]


def _changes(run: Run) -> list[tuple[str, str]]:
    # Hosts answer in any order.
    return sorted((result.host, result.task) for result in run.results if result.changed)


def _playbook(playbook: str | Path | list[dict[str, t.Any]], cwd: Path) -> str:
    if not isinstance(playbook, list):
        return str(playbook)
    path = cwd / "playbook.yml"
    path.write_text(json.dumps(playbook), encoding="utf-8")
    return str(path)


def _inventory(inventory: str | Path | dict[str, t.Any] | None, cwd: Path) -> str:
    if inventory is None:
        inventory = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
    if not isinstance(inventory, dict):
        return str(inventory)
    inventory["all"].setdefault("vars", {}).setdefault("ansible_python_interpreter", sys.executable)
    path = cwd / "inventory.yml"
    path.write_text(json.dumps(inventory), encoding="utf-8")
    return str(path)


def _environment(cwd: Path, results: Path) -> dict[str, str]:
    """The caller's environment without its own Ansible settings and language."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_") and name != "LANGUAGE"}
    return kept | {
        "ANSIBLE_CALLBACKS_ENABLED": "jsonl",
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "integration" / "callback_plugins"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(cwd / ".ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "DELIST_TEST_RESULTS": str(results),
        "LC_ALL": "C.UTF-8",
        # A ledger of whoever runs the tests is none of theirs.
        "XDG_DATA_HOME": str(cwd / ".data"),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
