# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/variables.md names each option of each role, with its default."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"\| `(\w+_\w+)` \| `(.+?)` \| .+ \|")


def options() -> t.Iterator[tuple[str, t.Any]]:
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        main = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]
        for name, option in main["options"].items():
            yield name, option.get("default")


def test_each_variable_stands_in_the_table_with_its_default() -> None:
    page = (ROOT / "docs" / "variables.md").read_text(encoding="utf-8")
    rows = {name: default.replace("\\|", "|") for name, default in ROW.findall(page)}
    by_yaml = {name: yaml.safe_load(default) for name, default in rows.items() if not default.startswith("{{")}
    templates = {name: default for name, default in rows.items() if default.startswith("{{")}
    assert by_yaml | templates == dict(options())
