# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a role's folder must say about itself."""

from __future__ import annotations

import typing as t
from pathlib import Path

import yaml


def complaints(role: Path) -> t.Iterator[str]:
    """Where defaults, argument_specs and README of a role do not agree."""
    if not (role / "README.md").is_file():
        yield f"{role.name} has no README.md"
    defaults = set(_mapping(role / "defaults" / "main.yml"))
    specs = _mapping(role / "meta" / "argument_specs.yml").get("argument_specs", {})
    options = specs.get("main", {}).get("options", {})
    required = {name for name, option in options.items() if option.get("required")}
    for name in sorted(defaults - set(options)):
        yield f"{role.name}: {name} has a default and is no option of argument_specs"
    for name in sorted(set(options) - required - defaults):
        yield f"{role.name}: the option {name} has no default and is not required"
    for name in sorted((defaults | set(options)) - {name for name in defaults | set(options) if _own(name, role)}):
        yield f"{role.name}: {name} does not begin with the role's name"
    for name, value in _mapping(role / "defaults" / "main.yml").items():
        if "default" in options.get(name, {}) and options[name]["default"] != value:
            yield f"{role.name}: {name} has another default in argument_specs"


def _own(name: str, role: Path) -> bool:
    return name.startswith(f"{role.name}_")


def _mapping(path: Path) -> dict[str, t.Any]:
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}
