# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which domains are a host's own: those of its local, virtual and relay classes never go through a relay."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import domain_name

#: Where Postfix looks for the domains that it delivers or forwards itself; also named in what is left out.
PARAMETERS = ("mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains")
_WITH_SUBDOMAINS = "relay_domains"
_PARENTS = "parent_domain_matches_subdomains"
_TABLE = re.compile(r"[a-z][a-z0-9_-]*:.+", re.DOTALL)
_MAX_FILE_BYTES = 4 * 1024 * 1024

Lookup = t.Callable[[str, t.Sequence[str]], t.Mapping[str, str]]
Values = t.Mapping[str, str]


def own_domains(values: Values, lookup: Lookup, domains: t.Iterable[str]) -> dict[str, str]:
    """Return which of these domains are the host's own, each with the parameter that says so.

    :param values: the expanded C(PARAMETERS) and C(parent_domain_matches_subdomains)
    :param lookup: asks one table for many keys; what it raises is passed on, for a table that cannot be read may hold
        any of them
    """
    names = [name for name in map(domain_name, domains) if name is not None]
    parents = _WITH_SUBDOMAINS in re.split(r"[\s,]+", values[_PARENTS])
    own: dict[str, str] = {}
    for parameter in PARAMETERS:
        # A host may receive for a domain and its subdomains without saying so twice.
        keys = {name: _keys(name, with_parents=parents and parameter == _WITH_SUBDOMAINS) for name in names}
        asked = sorted({key for forms in keys.values() for key in forms})
        for entry in entries(values[parameter]):
            found = _found(entry, asked, lookup)
            own.update({name: own.get(name, parameter) for name, forms in keys.items() if found.intersection(forms)})
    return own


def entries(value: str) -> t.Iterator[str]:
    """Yield the parts of a list; C(inline:{...}) keeps its blanks and commas, C(!) is dropped."""
    depth, start = 0, 0
    for position, character in enumerate(value + " "):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth <= 0 and (character == "," or character.isspace()):
            part = value[start:position].lstrip("!")
            start = position + 1
            if part:
                yield part


def _found(entry: str, asked: t.Sequence[str], lookup: Lookup) -> set[str]:
    """Return which keys an entry holds: a name, a file of names, or a table."""
    if entry.startswith("/"):
        return _in_file(entry).intersection(asked)
    if _TABLE.fullmatch(entry):
        return set(lookup(entry, asked)) if asked else set()
    return {entry.lower().rstrip(".")}.intersection(asked)


def _in_file(path: str) -> set[str]:
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read(_MAX_FILE_BYTES).splitlines()
    return {part.lower() for line in lines if not line.startswith("#") for part in entries(line)}


def _keys(name: str, *, with_parents: bool) -> frozenset[str]:
    labels = name.split(".")
    above = [".".join(labels[start:]) for start in range(1, len(labels))]
    return frozenset([name, *(f".{parent}" for parent in above), *(above if with_parents else ())])
