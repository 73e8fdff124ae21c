# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Code that goes to a host through a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _shipped
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._answer import answer
from ansible_collections.postmaster.delist.plugins.plugin_utils import _shipping
from ansible_collections.postmaster.delist.tools import interpreters

ENTRY = "_evidence._answer"
PYTHONS = [sys.executable, *map(str, interpreters.find([(3, minor) for minor in range(8, 14)]).values())]
LINE = (
    "2026-11-24T09:00:00+00:00 mx1 postfix/smtp[1]: 4FxQ2T1Abcz: to=<a@example.com>, relay=mx.example.com[192.0.2.1], "
    "delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.1] said: 550 5.7.1 no (in reply "
    "to RCPT TO command))\n"
)


def options(path: Path) -> dict[str, t.Any]:
    return {"paths": [str(path)], "journal": "never", "queue": False, "egress": ["none"], "recipients": "none"}


def said(python: str, given: dict[str, t.Any], folder: Path) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", f"echo welcome; {_shipping.command(python, ENTRY)}"],
        input=_shipping.packed() + json.dumps(given).encode(),
        capture_output=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        check=True,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("python", PYTHONS)
def test_a_host_answers_as_its_module_would(python: str, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(LINE, encoding="ascii")
    answered = _shipping.read(said(python, options(log), tmp_path))
    told = answer(options(log))
    del told["changed"]
    assert answered == told
    assert answered["evidence"]["totals"]["lines_matched"] == 1


def test_no_file_of_the_working_directory_is_executed(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(LINE, encoding="ascii")
    for name in ("json", "zlib", "typing", "subprocess"):
        (tmp_path / f"{name}.py").write_text("open('executed', 'w').close()\n", encoding="ascii")
    assert _shipping.read(said(sys.executable, options(log), tmp_path)) is not None
    assert not (tmp_path / "executed").exists()


def test_a_failure_is_an_answer(tmp_path: Path) -> None:
    answered = _shipping.read(said(sys.executable, options(tmp_path / "none"), tmp_path))
    assert answered is not None
    assert answered["failed"] is True
    assert "No mail log could be read" in answered["msg"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "welcome\n",
        "postmaster.delist:",
        'postmaster.delist:{"evidence": ',
        "said postmaster.delist:{}\n",
        "postmaster.delist:[]",
        "postmaster.delist:" + "[" * 200_000,
    ],
)
def test_what_is_no_answer_is_none(text: str) -> None:
    assert _shipping.read(text) is None


def test_text_in_an_answer_is_no_answer() -> None:
    evidence = {"msg": 'no\npostmaster.delist:{"evidence": "forged"}\u2028postmaster.delist:{}\x85postmaster.delist:'}
    assert _shipping.read(f"welcome\npostmaster.delist:{json.dumps(evidence)}\n") == evidence


def test_a_host_says_nothing_that_ansible_obeys() -> None:
    said = {"msg": "no", "add_host": {"host_name": "mx9"}, "ansible_facts": {"a": 1}, "_ansible_no_log": True}
    assert _shipping.read(f"postmaster.delist:{json.dumps(said)}\n") == {"msg": "no"}


class Host:
    """An action's task and connection; keeps what it was told to do."""

    def __init__(self, *, rc: int = 0, stdout: str = "", **differs: t.Any) -> None:
        task = {"async_val": 0, "delegate_to": None, "environment": [{}]}
        connection = {"family": "sh", "pipelining": True}
        task.update({name: value for name, value in differs.items() if name in task})
        connection.update({name: value for name, value in differs.items() if name in connection})
        self._task = types.SimpleNamespace(**task)
        self._connection = types.SimpleNamespace(
            _shell=types.SimpleNamespace(SHELL_FAMILY=connection["family"]),
            is_pipelining_enabled=lambda: connection["pipelining"],
        )
        self._templar = types.SimpleNamespace(template=lambda text: text)
        self._done = {"rc": rc, "stdout": stdout}
        self.told: list[tuple[str, bytes]] = []

    def _low_level_execute_command(self, command: str, in_data: bytes) -> dict[str, t.Any]:
        self.told.append((command, in_data))
        return self._done


def test_options_go_through_the_pipe_alone() -> None:
    host = Host(stdout='postmaster.delist:{"evidence": {}}')
    assert _shipping.answered(host, ENTRY, {"paths": ["hidden"]}, {}) == {"evidence": {}}
    ((command, sent),) = host.told
    assert "hidden" not in command
    assert b"hidden" in sent


@pytest.mark.parametrize(
    ("variables", "python"),
    [
        ({}, "python3"),
        ({"ansible_python_interpreter": "auto_silent"}, "python3"),
        ({"ansible_python_interpreter": "/opt/bin/python3.9"}, "/opt/bin/python3.9"),
        ({"ansible_facts": {"discovered_interpreter_python": "/usr/bin/python3.11"}}, "/usr/bin/python3.11"),
    ],
)
def test_python_is_the_one_that_ansible_would_take(variables: dict[str, t.Any], python: str) -> None:
    host = Host()
    _shipping.answered(host, ENTRY, {}, variables)
    assert host.told[0][0].startswith(f"{python} -I -c ")


@pytest.mark.parametrize("differs", [{"rc": 127, "stdout": "postmaster.delist:{}"}, {"stdout": "no Python here"}])
def test_without_an_answer_the_module_is_left(differs: dict[str, t.Any]) -> None:
    assert _shipping.answered(Host(**differs), ENTRY, {}, {}) is None


@pytest.mark.parametrize(
    "differs",
    [
        {"async_val": 60},
        {"delegate_to": "mx2"},
        {"environment": [{"LANG": "C"}]},
        {"family": "powershell"},
        {"pipelining": False},
    ],
)
def test_what_only_a_module_can_is_left_to_it(differs: dict[str, t.Any]) -> None:
    host = Host(**differs)
    assert _shipping.answered(host, ENTRY, {}, {}) is None
    assert host.told == []


@pytest.mark.parametrize("levels", range(5))
@pytest.mark.parametrize(
    "whole",
    [
        {"evidence": {"replies": [{"text": 'a "b"\n\u00e4', "counts": {"x": 1}}, {}], "lost": [], "queue": None}},
        {},
        [[], [1, 2.5], "c"],
        None,
    ],
)
def test_an_answer_goes_out_in_parts_that_are_json_together(whole: t.Any, levels: int) -> None:
    parts: list[str] = []
    _shipped.write(whole, parts.append, levels=levels)
    assert "".join(parts) == json.dumps(whole)
