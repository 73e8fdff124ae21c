# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest

from ansible_collections.postmaster.delist.tools import interpreters

OURS = sys.version_info[:2]
NAME = "python{}.{}".format(*OURS)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The only folder of the PATH, and a home without pyenv."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_working_interpreter_is_found(folder):
    (folder / NAME).symlink_to(sys.executable)
    assert interpreters.find([(3, 1), OURS]) == {OURS: str(folder / NAME)}


def test_pyenv_is_looked_into_where_a_shim_is_broken(folder):
    shim, real = folder / NAME, folder / ".pyenv" / "versions" / "x" / "bin" / NAME
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    real.parent.mkdir(parents=True)
    real.symlink_to(sys.executable)
    assert interpreters.find([OURS]) == {OURS: str(real)}


def test_wrong_version_is_not_believed(folder):
    (folder / "python3.1").symlink_to(sys.executable)
    assert interpreters.find([(3, 1)]) == {}
