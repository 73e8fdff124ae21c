# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that make a venv of another Python, and run tests in it."""

from __future__ import annotations

import typing as t
from pathlib import Path

from runner import ROOT, Command

CONTROLLER_PINS = "tools/pinned/controller.txt"
HOST_PINS = "tools/pinned/hosts.txt"


def pinned(venv: Path, python: str, pins: str, *requirements: str) -> list[Command]:
    """What makes a venv of the pinned versions; nothing where it is newer than what it is made from."""
    stamp = venv / ".complete"
    sources = (pins, *requirements)
    if stamp.exists() and all(stamp.stat().st_mtime > (ROOT / name).stat().st_mtime for name in sources):
        return []
    return [*fresh(venv, python, requirements, "--constraint", pins), ["touch", str(stamp)]]


def fresh(venv: Path, python: str, requirements: t.Iterable[str], *wanted: str) -> list[Command]:
    """What makes a venv anew: of these requirements files, and of what else pip is told."""
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    files = [word for name in requirements for word in ("--requirement", name)]
    return [[python, "-m", "venv", "--clear", str(venv)], [str(venv / "bin" / "python"), *pip, *files, *wanted]]


def pytest(venv: Path, *options: str) -> Command:
    return [str(venv / "bin" / "python"), "-m", "pytest", "-q", *options]
