# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes the code of pyproject.toml's [tool.mutation] in small ways and counts what the tests notice.

tools/mutation.py [--sample PATTERN] [AREA...]: all areas, and the mutants whose names fit the configured pattern.
The mutants that survived are named; each can be seen by `mutmut show NAME` in build/mutation/<area>.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tomllib
import typing as t
from pathlib import Path

import venvs
from runner import LOGS, ROOT, Part, run
from sanity import copy_checkout

BUILD = ROOT / "build" / "mutation"
VENV = ROOT / ".cache" / "mutation"
INSIDE = Path("ansible_collections", "postmaster", "delist")
SURVIVED, NOT_TESTED = (0,), (33,)  # the codes of mutmut's own .meta files; None was not tried
SETTINGS = """\
[mutmut]
source_paths=ansible_collections
also_copy=ansible_collections
track_dependencies=false
use_git_change_detection=false
only_mutate={modules}
pytest_add_cli_args_test_selection={tests}
pytest_add_cli_args=
    --import-mode=importlib
    -p
    no:cacheprovider
"""


@dataclasses.dataclass(frozen=True)
class Area:
    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return BUILD / self.name

    @property
    def settings(self) -> str:
        return SETTINGS.format(modules=_listed(self.modules), tests=_listed(self.tests))


@dataclasses.dataclass(frozen=True)
class Score:
    """Of the tried mutants of one module; those that no test even runs have survived."""

    tried: int
    survivors: tuple[str, ...]

    @property
    def killed(self) -> int:
        return self.tried - len(self.survivors)

    @property
    def percent(self) -> float:
        return 100 * self.killed / self.tried if self.tried else 0.0


def score(meta: t.Mapping[str, int | None]) -> Score:
    tried = {name: code for name, code in meta.items() if code is not None}
    return Score(len(tried), tuple(name for name, code in tried.items() if code in SURVIVED + NOT_TESTED))


def total(scores: t.Collection[Score]) -> Score:
    return Score(sum(each.tried for each in scores), tuple(name for each in scores for name in each.survivors))


def scores_of(area: Area) -> dict[str, Score]:
    found = {}
    for module in area.modules:
        meta = area.folder / "mutants" / INSIDE / f"{module}.meta"
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"] if meta.exists() else {}
        found[module] = score(codes)
    return found


def table(areas: t.Mapping[str, t.Mapping[str, Score]]) -> str:
    lines = []
    for area, modules in areas.items():
        for name, each in {**modules, f"{area}, all": total(modules.values())}.items():
            lines.append(f"{each.percent:5.1f} %  {each.killed:4} of {each.tried:4} killed  {name}")
    return "\n".join(lines)


def prepare(area: Area) -> None:
    """A real folder of the collection's own name: mutmut knows a module by its path."""
    copy_checkout(area.folder / INSIDE, shipped=False)
    (area.folder / INSIDE / "pyproject.toml").unlink()
    (area.folder / "setup.cfg").write_text(area.settings, encoding="utf-8")


def main() -> int:
    known = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutation"]
    areas = {name: Area(name, tuple(it["modules"]), tuple(it["tests"])) for name, it in known["area"].items()}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", default=known["sample"])
    parser.add_argument("area", nargs="*", default=list(areas))
    asked = parser.parse_args()
    made = venvs.pinned(VENV, sys.executable, venvs.CONTROLLER_PINS, "tests/requirements-mutation.txt")
    if run([Part("install mutmut", made)]):
        return 1
    shutil.rmtree(BUILD, ignore_errors=True)
    found = {}
    for area in (areas[name] for name in asked.area):
        prepare(area)
        with (LOGS / f"mutation-{area.name}.log").open("wb") as log:
            command = [str(VENV / "bin" / "python"), "-m", "mutmut", "run", asked.sample]
            environment = os.environ | {"PYTHONPATH": ""}
            subprocess.run(command, cwd=area.folder, env=environment, stdout=log, stderr=log, check=False)
        found[area.name] = scores_of(area)
        survivors = collections.Counter(total(found[area.name].values()).survivors)
        print("\n".join(survivors), file=sys.stderr)
    print(table(found))
    return int(any(total(modules.values()).percent < known["at_least"] for modules in found.values()))


def _listed(names: t.Iterable[str]) -> str:
    return "".join(f"\n    {INSIDE / name}" for name in names)


if __name__ == "__main__":
    sys.exit(main())
