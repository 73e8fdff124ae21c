# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs parts of a check beside each other, keeps their output in build/log, and says which failed."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
LOGS = ROOT / "build" / "log"

Command = list[str]


@dataclasses.dataclass(frozen=True)
class Part:
    """One named part of a check: commands that run one after the other until one fails."""

    name: str
    commands: list[Command]
    env: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def log(self) -> Path:
        return LOGS / (re.sub(r"[^a-z0-9.]+", "-", self.name.lower()) + ".log")


def environment(programs: Path = BIN) -> dict[str, str]:
    """Ours, where the programs of a venv come first, and all of them speak English."""
    return os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}


def run(parts: list[Part]) -> list[Part]:
    """Run all parts, as many at once as there are processors; those that failed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        passed = list(pool.map(_run, parts))
    return [part for part, ok in zip(parts, passed, strict=True) if not ok]


def show(part: Part) -> None:
    print(part.log.read_text(encoding="utf-8", errors="replace").rstrip("\n"), flush=True)


def _run(part: Part) -> bool:
    started = time.monotonic()
    env = environment() | part.env
    with part.log.open("wb") as log:
        ok = all(
            subprocess.run(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False
            ).returncode
            == 0
            for command in part.commands
        )
    print(f"{'ok' if ok else 'FAILED':6} {time.monotonic() - started:6.1f} s  {part.name}", file=sys.stderr, flush=True)
    return ok
