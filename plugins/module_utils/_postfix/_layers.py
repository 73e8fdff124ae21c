# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Layers: what hold and relay each lay over a host's own configuration.

The state of a host is its own configuration (the base) and the layers on it, in the order in which they came. A file
with its layers is always rendered from the base, so that without them it is the base, byte for byte. Only where
somebody else has edited a file meanwhile is what is ours taken out of it, and the rest becomes the new base.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf, folded, without
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._master_cf import MasterCf


@dataclass(frozen=True)
class Parameter:
    """A parameter of main.cf; C(how) is C(set), or C(prepend) to put the value before those that are there.

    C(behind) is the default that comes behind it where main.cf itself says nothing.
    """

    name: str
    value: str
    how: str = "set"
    behind: str = ""

    def edit(self, main: MainCf) -> MainCf:
        if self.how == "prepend":
            return main.prepend(self.name, self.value, self.behind)
        return main.set(self.name, self.value)


@dataclass(frozen=True)
class Service:
    """An entry of master.cf; C(line) may have continuation lines and no line break at its end."""

    name: str
    type: str
    line: str


@dataclass(frozen=True)
class File:
    """A file in our own directory; what a secret one says is in no diff, record or message."""

    name: str
    content: bytes
    mode: int = 0o600
    secret: bool = False


@dataclass(frozen=True)
class Layer:
    """What one module changes. C(settings) are its own notes for later, as JSON data, without secrets."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    services: tuple[Service, ...] = ()
    files: tuple[File, ...] = ()
    settings: dict[str, t.Any] = field(default_factory=dict)


class Stripped(t.NamedTuple):
    """A file without our layers, of which C(found) items were there.

    C(lost) are the items (layer, item) that are no longer ours, C(told) says it.
    """

    data: bytes
    found: int
    lost: frozenset[tuple[str, str]]
    told: tuple[str, ...]


def render_main(base: bytes, layers: t.Iterable[Layer]) -> bytes:
    main = MainCf.parse(base)
    for layer in layers:
        for parameter in layer.parameters:
            main = parameter.edit(main)
    return main.dump()


def render_master(base: bytes, layers: t.Iterable[Layer]) -> bytes:
    """:raises PostfixError: a service of that name is there already"""
    master = MasterCf.parse(base)
    for layer in layers:
        for service in layer.services:
            if master.find(service.name, service.type):
                raise PostfixError(
                    f"master.cf already has a service {service.name}/{service.type} of somebody else: "
                    "rename or remove that one first"
                )
            master = master.add(service.line)
    return master.dump()


def strip_main(current: bytes, base: bytes, layers: t.Sequence[Layer]) -> Stripped:
    """Take the parameters of C(layers), which were rendered on C(base), out of an edited main.cf."""
    edits: list[tuple[Layer, Parameter, MainCf, MainCf]] = []
    before = MainCf.parse(base)
    for layer in layers:
        for parameter in layer.parameters:
            after = parameter.edit(before)
            edits.append((layer, parameter, before, after))
            before = after
    main, lost, told = MainCf.parse(current), set(), []
    for layer, parameter, before, after in reversed(edits):
        fewer, sentence = _undone(main, parameter, before.raw(parameter.name), after.raw(parameter.name) or b"")
        if fewer is None:
            lost.add((layer.name, parameter.name))
        else:
            main = fewer
        if sentence:
            told.append(f"main.cf: {parameter.name} {sentence}")
    return Stripped(main.dump(), len(edits) - len(lost), frozenset(lost), tuple(told))


def _undone(
    main: MainCf, parameter: Parameter, original: bytes | None, ours: bytes
) -> tuple[MainCf | None, str | None]:
    """Return main.cf without one of our edits (None where it is not ours any more), and what there is to say."""
    name = parameter.name
    at = [number for number, entry in enumerate(main.entries) if entry.name == name]
    if not at:
        return None, f"of the layer was taken out by somebody else ({name} is not there)"
    for number in at:
        if folded(main.entries[number].raw) == folded(ours):
            return main.with_raw_at(number, original), None
    if parameter.how == "prepend":
        for number in reversed(at):
            fewer = without(main.entries[number].raw, parameter.value)
            if fewer is not None:
                rest = folded(fewer)
                is_empty = original is None and rest in ("", parameter.behind)
                return (
                    main.with_raw_at(number, None if is_empty else fewer),
                    "was edited by somebody else: what is theirs stays",
                )
    return None, "was changed by somebody else and stays as it is"


def strip_master(current: bytes, layers: t.Sequence[Layer]) -> Stripped:
    """Take the services of C(layers) out of an edited master.cf."""
    master, found_items, lost, told = MasterCf.parse(current), 0, set(), []
    for layer in reversed(layers):
        for service in reversed(layer.services):
            item = f"{service.name}/{service.type}"
            found = master.find(service.name, service.type)
            if found is None:
                lost.add((layer.name, item))
                told.append(f"master.cf: the service {item} was taken out by somebody else")
            elif found.raw.split() == service.line.encode().split():
                master = master.remove(found)
                found_items += 1
            else:
                lost.add((layer.name, item))
                told.append(f"master.cf: the service {item} was changed by somebody else and stays as it is")
    return Stripped(master.dump(), found_items, frozenset(lost), tuple(told))


def keep(layer: Layer, lost: t.Collection[tuple[str, str]]) -> Layer:
    """Return a layer without what is no longer ours."""
    return Layer(
        name=layer.name,
        parameters=tuple(each for each in layer.parameters if (layer.name, each.name) not in lost),
        services=tuple(each for each in layer.services if (layer.name, f"{each.name}/{each.type}") not in lost),
        files=layer.files,
        settings=layer.settings,
    )
