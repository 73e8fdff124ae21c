# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries every supported interpreter and version that is found, and writes docs/compatibility.md: tools/matrix.py.

Each ansible-core with each Python of the controller, at the edges the oldest packages too; each Python of mail hosts;
the Postfix of each Debian of the lab. pip knows which ansible-core there is for which Python.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import interpreters
import matrix_page
import venvs
from interpreters import Version
from matrix_page import Counts, Row
from runner import ROOT, Part, run

sys.path.insert(0, str(ROOT / ".collections"))

from ansible_collections.postmaster.delist.tests.lab import ability, images, plan

CONTROLLER_PYTHONS: list[Version] = [(3, minor) for minor in range(11, 15)]
HOST_PYTHONS: list[Version] = [(3, minor) for minor in range(8, 15)]
REQUIREMENTS = ("requirements.txt", "tests/requirements.txt")
SAMPLE = [f"tests/integration/test_{name}.py" for name in ("incident", "audit", "delist_case", "dnsbl_info")]
LAB = [f"tests/lab/test_{name}.py" for name in ("incident", "hold", "story", "relay_scopes")]
DEBIAN = {"bookworm": "12", "trixie": "13"}
BUILD = ROOT / "build" / "matrix"
FACTS = """
import importlib.metadata, json, platform
from ansible.module_utils import basic
named = {name: importlib.metadata.version(name) for name in ("ansible-core", "dnspython", "SQLAlchemy")}
print(json.dumps(named | {"python": platform.python_version(), "oldest host": basic._PY_MIN}))
"""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One controller: a Python, and what pip is asked for beside the ranges of requirements.txt."""

    python: Version
    wanted: tuple[str, ...]
    packages: str

    @property
    def name(self) -> str:
        return f"Python {number(self.python)}, {self.wanted[0]}, {self.packages} packages"

    @property
    def venv(self) -> Path:
        return ROOT / ".cache" / "matrix" / slug(self.name)


def number(version: Version) -> str:
    return "{}.{}".format(*version)


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower())


def ranges(requirements: str) -> dict[str, tuple[str, str]]:
    """Of each package the lowest version, and the one that it must stay below."""
    return {name: (low, high) for name, low, high in re.findall(r"(?m)^([\w-]+)>=([\d.]+),<([\d.]+)$", requirements)}


def cells(pythons: t.Collection[Version], requirements: str) -> list[Cell]:
    allowed = ranges(requirements)
    (low, high) = (int(bound.split(".")[1]) for bound in allowed["ansible-core"])
    cores = [f"ansible-core==2.{minor}.*" for minor in range(low, high)]
    oldest = tuple(f"{name}=={least}" for name, (least, _below) in allowed.items())
    libraries = tuple(f"{name}=={allowed[name][0]}.*" for name in ("dnspython", "SQLAlchemy"))
    return [
        *(Cell(python, (core,), "newest") for core in cores for python in sorted(pythons)),
        Cell(min(pythons), oldest, "oldest"),
        Cell(max(pythons), libraries, "mixed"),
    ]


def junit(name: str) -> Path:
    return BUILD / f"{slug(name)}.xml"


def tests(name: str, venv: Path, paths: t.Iterable[str]) -> list[str]:
    return venvs.pytest(venv, f"--junit-xml={junit(name)}", "-p", "no:cacheprovider", *paths)


def controllers(found: dict[Version, str], wanted: list[Cell]) -> tuple[list[Row], dict[Cell, dict[str, t.Any]]]:
    """The rows, and of the cells that could be installed their facts."""
    installs = {
        cell: Part(f"install {cell.name}", venvs.fresh(cell.venv, found[cell.python], REQUIREMENTS, *cell.wanted))
        for cell in wanted
    }
    lacking = run(list(installs.values()))
    facts = {cell: _facts(cell) for cell, part in installs.items() if part not in lacking}
    parts = {
        cell: Part(
            cell.name,
            [
                tests(f"unit {cell.name}", cell.venv, ["tests/unit/plugins"]),
                tests(f"sample {cell.name}", cell.venv, ["-m", "matrix", *SAMPLE]),
            ],
        )
        for cell in facts
    }
    failed = run(list(parts.values()))
    rows = []
    for cell in wanted:
        if cell in facts:
            told = (facts[cell]["python"], *(facts[cell][name] for name in ("ansible-core", "dnspython", "SQLAlchemy")))
            runs = tuple(matrix_page.counts(junit(f"{kind} {cell.name}")) for kind in ("unit", "sample"))
            rows.append(Row((*told, cell.packages), runs, "failed" if parts[cell] in failed else "passed"))
        else:
            log = installs[cell].log.read_text(encoding="utf-8", errors="replace")
            offered = "No matching distribution found" not in log
            outcome = "failed: cannot be installed" if offered else "pip has none for this Python"
            told = (number(cell.python), cell.wanted[0].partition("==")[2], "-", "-")
            rows.append(Row((*told, cell.packages), (Counts(), Counts()), outcome))
    return rows, facts


def hosts(found: dict[Version, str], facts: dict[Cell, dict[str, t.Any]]) -> list[Row]:
    """Each Python of a mail host, asked from the newest ansible-core that still takes it."""
    parts, told = {}, {}
    for version, python in found.items():
        able = [cell for cell in facts if tuple(facts[cell]["oldest host"]) <= version and cell.packages == "newest"]
        if not able:
            continue
        cell = max(able, key=lambda cell: (_ordered(facts[cell]["ansible-core"]), cell.python))
        name, venv = f"host Python {number(version)}", ROOT / ".cache" / "hosts" / number(version)
        requirements = ("tests/requirements.txt", "tests/requirements-oldest.txt")
        parts[name] = Part(
            name,
            [
                *venvs.pinned(venv, python, venvs.HOST_PINS, *requirements),
                tests(f"unit {name}", venv, ["tests/unit/plugins/module_utils"]),
                tests(f"sample {name}", cell.venv, ["-m", "matrix", SAMPLE[0]]),
            ],
            {"DELIST_TEST_HOST_PYTHON": python},
        )
        asked = f"ansible-core {facts[cell]['ansible-core']}, Python {facts[cell]['python']}"
        told[name] = (_full_version(python), asked)
    failed = run(list(parts.values()))
    return [
        Row(
            told[name],
            tuple(matrix_page.counts(junit(f"{kind} {name}")) for kind in ("unit", "sample")),
            "failed" if part in failed else "passed",
        )
        for name, part in parts.items()
    ]


def postfix() -> tuple[list[Row], list[str]]:
    """The hosts of the lab by their Debian, or why there is no lab."""
    try:
        ability.check()
        ability.check_parts()
        images.build_missing()
    except (ability.NotPossibleError, RuntimeError) as reason:
        return [], [f"Postfix: no lab here: {reason}"]
    part = Part("Postfix of the lab", [tests("lab", ROOT / ".venv", LAB)])
    outcome = "failed" if run([part]) else "passed"
    who = plan.hosts(4, systemd=ability.cgroup2() is not None)
    rows = []
    for image, release in DEBIAN.items():
        if names := [host.name for host in who if host.image == image]:
            version = subprocess.run(
                [
                    "dpkg-query",
                    f"--admindir={images.RECIPES[image].folder}/var/lib/dpkg",
                    "-Wf",
                    "${Version}",
                    "postfix",
                ],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            rows.append(Row((version, release, ", ".join(names)), (matrix_page.counts(junit("lab")),), outcome))
    used = {host.image for host in who}
    return rows, [f"Postfix of Debian {release}" for image, release in DEBIAN.items() if image not in used]


def main() -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    found = interpreters.find(HOST_PYTHONS)
    ours = {version: python for version, python in found.items() if version in CONTROLLER_PYTHONS}
    wanted = cells(ours, (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    controller_rows, facts = controllers(ours, wanted)
    host_rows = hosts(found, facts)
    postfix_rows, missing = postfix()
    missing += [f"Python {number(version)}: not on this machine" for version in HOST_PYTHONS if version not in found]
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    page = matrix_page.page(day, controller_rows, host_rows, postfix_rows, missing)
    (ROOT / "docs" / "compatibility.md").write_text(page, encoding="utf-8")
    print(page)
    return int(any(row.outcome.startswith("failed") for row in (*controller_rows, *host_rows, *postfix_rows)))


def _facts(cell: Cell) -> dict[str, t.Any]:
    python = str(cell.venv / "bin" / "python")
    told = subprocess.run([python, "-c", FACTS], capture_output=True, text=True, check=True).stdout
    return t.cast("dict[str, t.Any]", json.loads(told))


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _full_version(python: str) -> str:
    told = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout
    return told.removeprefix("Python ").strip()


if __name__ == "__main__":
    sys.exit(main())
