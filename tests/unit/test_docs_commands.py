# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each command that a page shows can be given: its playbook, target, options and variables are there; so are links."""

from __future__ import annotations

import functools
import json
import re
import shlex
import typing as t
from pathlib import Path

import pytest
from ansible.cli.playbook import PlaybookCLI

from ansible_collections.postmaster.delist.tests.lab.pages import PAGES as GIVEN
from ansible_collections.postmaster.delist.tests.lab.pages import Elsewhere
from ansible_collections.postmaster.delist.tests.unit.page_commands import commands

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tests" / "lab" / "README.md"])
CODE = re.compile(r"`+[^`]*`+")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
COLLECTION = "postmaster.delist."


SHOWN = [
    (page, words)
    for page in PAGES
    for _line, words in commands(page)
    if Path(words[0]).name in ("ansible-playbook", "make")
]


@functools.cache
def variables() -> frozenset[str]:
    """Every word of roles and playbooks that could be a variable."""
    files = [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("roles/**/*.yml"), *ROOT.glob("plugins/action/*.py")]
    return frozenset(word for path in files for word in re.findall(r"[a-z]\w*", path.read_text(encoding="utf-8")))


@functools.cache
def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8") + (ROOT / "tools" / "play.py").read_text(encoding="utf-8")


def names_of(extra: str) -> t.Iterable[str]:
    if extra.startswith("@"):
        return []
    return json.loads(extra) if extra.startswith("{") else [word.partition("=")[0] for word in shlex.split(extra)]


def check_playbook(command: list[str]) -> None:
    cli = PlaybookCLI(command)
    cli.init_parser()
    given, playbooks = vars(cli.parser.parse_args(command[1:])), []
    for playbook in given["args"]:
        name = playbook.removeprefix(COLLECTION)
        assert (ROOT / "playbooks" / f"{name}.yml").is_file() or (ROOT / playbook).is_file(), playbook
        playbooks.append(name)
    assert playbooks
    for extra in given["extra_vars"] or ():
        assert [name for name in names_of(extra) if name not in variables()] == []


def check_make(command: list[str]) -> None:
    words = command[1 : command.index("<") if "<" in command else None]
    targets = [word for word in words if not word.startswith("-") and "=" not in word]
    assert [target for target in targets if not re.search(rf"^{re.escape(target)}[ :]", makefile(), re.MULTILINE)] == []
    settings = [word.partition("=")[0] for word in words if "=" in word]
    assert [name for name in settings if not re.search(rf"\b{name}\b", makefile())] == []


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=[f"{page.name}: {' '.join(words)}" for page, words in SHOWN])
def test_a_command_can_be_given(page: Path, command: list[str]) -> None:
    (check_make if command[0] == "make" else check_playbook)(command)


@pytest.mark.parametrize("page", GIVEN)
def test_each_command_of_a_page_is_given_by_a_test(page: str) -> None:
    shown = [" ".join(words) for _line, words in commands(ROOT / page)]

    assert shown == list(GIVEN[page])


def test_what_is_given_elsewhere_is() -> None:
    said = {
        command: (ROOT / given.held_by).read_text(encoding="utf-8")
        for page in GIVEN.values()
        for command, given in page.items()
        if isinstance(given, Elsewhere)
    }

    assert {"make test", "make lint", "make lab-test"} == set(said)
    assert "make --no-print-directory test" in said["make test"]
    assert "lint_parts()" in said["make lint"]
    assert "pytest -q tests/lab" in said["make lab-test"]


def test_commands_are_found() -> None:
    assert {Path(words[0]).name for page, words in SHOWN if page.name == "README.md"} == {"ansible-playbook", "make"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []
