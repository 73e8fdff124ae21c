# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the contestants of the evidence bench as processes of their own, and takes what the kernel says they cost."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A mail host runs the engine by the Python of its distribution, as it runs that distribution's grep and pflogsumm.
HOST_PYTHON = "/usr/bin/python3"
PYTHON = os.environ.get("BENCH_PYTHON") or (HOST_PYTHON if os.access(HOST_PYTHON, os.X_OK) else "python3")
_ENGINE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.postmaster.delist.plugins.module_utils import _shipped
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _answer
_shipped.write(_answer.answer(json.loads(sys.argv[2])), sys.stdout.write)
"""
# The kernel counts for a process the memory of the one that started it too, so that has to be a small one.
_SMALL_PARENT = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_SOURCES = {"rotated": False, "journal": "never", "queue": False, "egress": []}


class Run(t.NamedTuple):
    """What one process and its children cost, and what it said."""

    cpu: float  # seconds, user and system
    wall: float
    said: bytes


def run(command: t.Sequence[str]) -> Run:
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"}
    ) as process:
        said = process.stdout.read() if process.stdout else b""
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - began, said)


def peak(command: t.Sequence[str]) -> float:
    """Return the most memory, in MiB, that a process had."""
    return int(run([PYTHON, "-c", _SMALL_PARENT, *command]).said) / 1024


def engine(path: Path, *, cores: str = "0", **options: t.Any) -> list[str]:
    """The command that reads one log as a host with so many cores does, and writes its evidence to standard output."""
    options = {**_SOURCES, "paths": [str(path)], **options}
    return ["taskset", "-c", cores, PYTHON, "-c", _ENGINE, str(ROOT / ".collections"), json.dumps(options)]


def evidence(said: Run) -> dict[str, t.Any]:
    return json.loads(said.said)["evidence"]


def in_turn(rounds: int, **commands: t.Sequence[str]) -> dict[str, float]:
    """Return the median processor seconds of each contestant; each round runs all of them."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _round in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command).cpu)
    return {name: statistics.median(times) for name, times in taken.items()}
