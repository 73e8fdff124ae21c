# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may know whom: each room of the collection, and what its files may import."""

from __future__ import annotations

import ast
import dataclasses
import graphlib
import sys
import typing as t

OWN = "ansible_collections.postmaster.delist.plugins."
YOUNGER_THAN_HOSTS = {"graphlib", "tomllib", "zoneinfo"}
TALKS_TO_HOSTS = ("ansible.executor", "ansible.plugins.action", "ansible.plugins.connection", "socket", "subprocess")
# markupsafe is how jinja2 tells what is escaped.
CONTROLLER_PACKAGES = {"ansible", "dns", "jinja2", "jsonschema", "markupsafe", "referencing", "sqlalchemy", "yaml"}
EXTRA_PACKAGES = {"apprise", "authres", "boto3", "botocore", "imap_tools", "psycopg"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Room:
    """A folder below plugins/ (the last one that fits counts)."""

    folder: str
    own: tuple[str, ...] = ()
    ansible: tuple[str, ...] = ()
    packages: t.Collection[str] = ()
    never: tuple[str, ...] = ()
    on_hosts: bool = False


ROOMS = (
    Room(folder="module_utils/", own=("module_utils.",), ansible=("ansible.module_utils.",),
         never=("ansible.module_utils.basic",), on_hosts=True),
    Room(folder="module_utils/_dns", own=("module_utils.",), packages={"dns"}, on_hosts=True),
    Room(folder="module_utils/_module", own=("module_utils.",), ansible=("ansible.module_utils.",), on_hosts=True),
    Room(folder="modules/", own=("module_utils.",), ansible=("ansible.module_utils.",), on_hosts=True),
    Room(folder="plugin_utils/", own=("module_utils.", "plugin_utils."), ansible=("ansible.",),
         packages=CONTROLLER_PACKAGES | EXTRA_PACKAGES, never=TALKS_TO_HOSTS),
    Room(folder="action/", own=("module_utils.", "plugin_utils."), ansible=("ansible.",)),
    Room(folder="filter/", own=("plugin_utils.",), ansible=("ansible.errors.",), never=TALKS_TO_HOSTS),
    Room(folder="doc_fragments/"),
)  # fmt: skip


def complaints(path: str, source: str) -> list[str]:
    """What the plugin `path` (relative to plugins/) imports, or says, that its room may not."""
    room = next((room for room in reversed(ROOMS) if path.startswith(room.folder)), None)
    if room is None:
        return [f"{path} is in no known room"]
    found = [f"{path} imports {name}" for name in imported(source) if not _allowed(room, name)]
    if room.on_hosts:
        found += _young_syntax(path, source)
    return found


def imported(source: str) -> list[str]:
    """All imported names, wherever in the file; those imported for types alone count too."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += ["." * node.level + f"{node.module or ''}.{alias.name}" for alias in node.names]
    return names


def circle(sources: t.Mapping[str, str]) -> list[str]:
    """Folders and files beside each other that know each other in a circle; none where there is no circle.

    :param sources: by path relative to plugins/
    """
    knows: dict[str, set[str]] = {}
    for path, source in sources.items():
        own = _beside_each_other(path.removesuffix(".py").split("/"))
        for name in imported(source):
            if name.startswith(OWN):
                known = _beside_each_other(name.removeprefix(OWN).split("."))
                knows.setdefault(own, set()).update({known} - {own})
    try:
        graphlib.TopologicalSorter(knows).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def _beside_each_other(parts: t.Sequence[str]) -> str:
    return "/".join(parts[:2])


def _allowed(room: Room, name: str) -> bool:
    if any(f"{name}.".startswith(f"{never}.") for never in room.never):
        return False
    if name.startswith(OWN):
        return name[len(OWN) :].startswith(room.own) if room.own else False
    package = name.partition(".")[0]
    if package == "ansible":
        return f"{name}.".startswith(room.ansible) if room.ansible else False
    if package in sys.stdlib_module_names:
        return not (room.on_hosts and package in YOUNGER_THAN_HOSTS)
    return package in room.packages


def _young_syntax(path: str, source: str) -> list[str]:
    try:
        ast.parse(source, feature_version=(3, 8))
    except SyntaxError as error:
        return [f"{path}:{error.lineno} is no Python 3.8: {error.msg}"]
    return []
