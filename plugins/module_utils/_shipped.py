# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Runs code that came through a pipe. A host executes this file from its text: it knows nothing else of ours."""

from __future__ import annotations

import json
import sys
import typing as t
from importlib.machinery import ModuleSpec
from types import ModuleType

# Begins the line of the answer. What a host says at a login may stand before it.
MARK = "postmaster.delist:"


class Sources:
    """Finds modules in a mapping of their names to their texts; a package has none."""

    def __init__(self, sources: t.Mapping[str, str | None]) -> None:
        self._sources = sources

    def find_spec(self, name: str, path: t.Any = None, target: t.Any = None) -> ModuleSpec | None:
        if name not in self._sources:
            return None
        return ModuleSpec(name, self, is_package=self._sources[name] is None)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        source = self._sources[module.__name__]
        if source is not None:
            exec(compile(source, module.__name__, "exec", dont_inherit=True), module.__dict__)  # noqa: S102


def run(sources: t.Mapping[str, str | None], entry: str, options: t.Mapping[str, t.Any]) -> None:
    """Write what C(answer(options)) of the module C(entry) returns, as one line of JSON."""
    sys.meta_path.append(Sources(sources))
    __import__(entry)
    sys.stdout.write("\n" + MARK)
    write(sys.modules[entry].answer(options), sys.stdout.write)
    sys.stdout.write("\n")


def write(value: t.Any, out: t.Callable[[str], t.Any], *, levels: int = 3) -> None:
    """Write JSON, whose outermost levels go out part by part: a large answer is never in memory twice."""
    if not levels or not value or not isinstance(value, (dict, list)):
        out(json.dumps(value))
        return
    is_list = isinstance(value, list)
    separator = "[" if is_list else "{"
    for part in value:
        out(separator)
        if is_list:
            write(part, out, levels=levels - 1)
        else:
            out(json.dumps(part) + ": ")
            write(value[part], out, levels=levels - 1)
        separator = ", "
    out("]" if is_list else "}")
