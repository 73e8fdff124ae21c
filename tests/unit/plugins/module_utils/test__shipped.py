# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that came through a pipe: its modules are found by name, and its answer is one line."""

from __future__ import annotations

import json
import sys
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _shipped

SOURCES = {
    "came_by_pipe": None,
    "came_by_pipe.words": "def louder(text):\n    return text.upper()\n",
    "came_by_pipe.entry": (
        "from __future__ import annotations\nfrom came_by_pipe.words import louder\n"
        "def answer(options):\n    return {'said': louder(options['text'])}\n"
    ),
}


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    yield
    for name in [name for name in sys.modules if name.startswith("came_by_pipe")]:
        del sys.modules[name]


@pytest.mark.usefixtures("clean")
def test_it_runs_and_answers_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    _shipped.run(SOURCES, "came_by_pipe.entry", {"text": "{{ no }}\nline"})
    first, line, rest = capsys.readouterr().out.split("\n")
    assert (first, rest) == ("", "")
    assert line.startswith(_shipped.MARK)
    assert json.loads(line[len(_shipped.MARK) :]) == {"said": "{{ NO }}\nLINE"}


@pytest.mark.usefixtures("clean")
def test_what_did_not_come_is_looked_for_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    sources = {**SOURCES, "came_by_pipe.entry": "import json, came_by_pipe.more\n"}
    with pytest.raises(ModuleNotFoundError, match=r"came_by_pipe\.more"):
        _shipped.run(sources, "came_by_pipe.entry", {})
    assert capsys.readouterr().out == ""
