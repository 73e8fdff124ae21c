# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""tools/setup.sh says what is missing; that it works is what every other test rests on."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parents[3] / "tools" / "setup.sh"


@pytest.fixture
def setup(tmp_path):
    """Runs the script in a checkout without a .venv; `python` is the text of the interpreter to use."""

    def run(python):
        (tmp_path / "tools").mkdir()
        script = shutil.copy(SETUP, tmp_path / "tools")
        interpreter = tmp_path / "python"
        interpreter.write_text(python, encoding="utf-8")
        interpreter.chmod(0o755)
        environment = {**os.environ, "PYTHON": str(interpreter)}
        return subprocess.run([script, "x.txt"], env=environment, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize(
    ("python", "message"),
    [
        ("#!/bin/sh\nexit 1\n", "No Python 3.11 or later"),
        ("#!/bin/sh\ncase $2 in *ensurepip*) exit 1;; esac\n", "apt install python3-venv"),
    ],
)
def test_what_is_missing_is_said(setup, python, message):
    done = setup(python)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stdout == ""


def test_versions_are_the_pinned_ones(tmp_path):
    (tmp_path / "tools").mkdir()
    script = shutil.copy(SETUP, tmp_path / "tools")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@" >>said\n', encoding="utf-8")
    python.chmod(0o755)
    subprocess.run([script, "x.txt"], check=True, capture_output=True)
    subprocess.run([script, "x.txt", ".venv", "pinned.txt"], check=True, capture_output=True)
    ranges, pinned = [line for line in (tmp_path / "said").read_text(encoding="utf-8").splitlines() if "x.txt" in line]
    assert ranges.endswith("--requirement x.txt")
    assert pinned.endswith("--requirement x.txt --constraint pinned.txt")
