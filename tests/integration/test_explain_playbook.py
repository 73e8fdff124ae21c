# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook explain, through each of its doors: standard input, a file, the variable itself."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import ROOT, Run
from ansible_collections.postmaster.delist.tests.integration.hostile import FBLW15, control_characters, texts

EXPLAIN = "postmaster.delist.explain"
Door = t.Callable[[str], str]


@pytest.fixture
def through_variable(run_playbook: t.Callable[..., Run]) -> Door:
    return lambda text: run_playbook(EXPLAIN, extra_vars={"reply": text}).stdout


@pytest.fixture
def through_file(run_playbook: t.Callable[..., Run], tmp_path: Path) -> Door:
    def explain(text: str) -> str:
        path = tmp_path / "it's a reply=1"
        path.write_bytes(text.encode())
        return run_playbook(EXPLAIN, extra_vars={"reply_file": str(path)}).stdout

    return explain


@pytest.fixture
def through_stdin() -> Door:
    if not (ROOT / ".venv" / "bin" / "ansible-playbook").exists():
        pytest.skip("make needs the .venv of the checkout")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    command = [sys.executable, "tools/play.py", "explain"]

    def explain(text: str) -> str:
        environment.update(LANGUAGE="en", ANSIBLE_CONFIG="ansible.cfg", ANSIBLE_COLLECTIONS_PATH=".collections")
        done = subprocess.run(
            command, cwd=ROOT, env=environment, input=text.encode(), capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done
        return done.stdout.decode()

    return explain


@pytest.mark.parametrize("paste", ["long", "all the others at once"])
@pytest.mark.parametrize("door", ["through_variable", "through_file", "through_stdin"])
def test_hostile_replies_are_explained_and_not_obeyed(
    request: pytest.FixtureRequest, tmp_path: Path, door: str, paste: str
) -> None:
    proof = tmp_path / "executed"
    hostile = texts(proof)
    long = hostile.pop("long")
    shown = request.getfixturevalue(door)(long if paste == "long" else "\n\n".join(hostile.values()))
    assert not proof.exists()
    assert control_characters(shown) == set()
    assert "Microsoft 365" in shown
    assert "delist@messaging.microsoft.com" in shown
    assert len(shown) < 30_000


def test_in_japanese_without_an_inventory(run_playbook: t.Callable[..., Run]) -> None:
    run = run_playbook(EXPLAIN, inventory="/dev/null", extra_vars={"reply": FBLW15, "language": "ja"})
    assert "ブロックリスト" in run.stdout


def test_a_file_is_found_from_where_one_is(run_playbook: t.Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "reply.txt").write_text(FBLW15, encoding="utf-8")
    assert "FBLW15" in run_playbook(EXPLAIN, args=["-e", "reply_file=reply.txt"]).stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give reply_file=PATH"),
        ({"reply": " \n"}, "give reply_file=PATH"),
        ({"reply_file": "nowhere.txt"}, "nowhere.txt"),
        ({"reply": "Hello, how are you?"}, ""),
        ({"reply": FBLW15, "language": "fr"}, "en, ja"),
    ],
)
def test_what_cannot_be_explained_says_why(
    run_playbook: t.Callable[..., Run], given: dict[str, str], said: str
) -> None:
    message = run_playbook(EXPLAIN, extra_vars=given, rc=2).of("Explain").msg
    assert message
    assert said in message


def test_an_acceptance_is_said_to_be_none(run_playbook: t.Callable[..., Run]) -> None:
    run = run_playbook(EXPLAIN, extra_vars={"reply": "250 2.0.0 Ok: queued as 4ABC"})
    assert run.of("Explain").data["diagnoses"] == []
    assert "This is not a refusal" in run.stdout


def test_check_mode_says_the_same(fourfold: t.Callable[..., t.Any]) -> None:
    runs = fourfold(EXPLAIN, extra_vars={"reply": FBLW15})
    assert runs.predicted.of("Explain").data["screen"] == runs.done_again.of("Explain").data["screen"]
