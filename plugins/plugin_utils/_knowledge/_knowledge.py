# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The directory of receivers and lists: knowledge/ of the collection, and what a site lays over it.

What ships is checked by C(make knowledge) and only read here; a site's files are checked whenever they are used.
"""

from __future__ import annotations

import functools
import typing as t
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _model as model
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read,
    read_with_lines,
)

__all__ = ["SHIPPED", "Knowledge", "KnowledgeError", "built", "files", "load", "slug_of"]

SHIPPED = Path(__file__).parents[3] / "knowledge"

# Which files there are: kind (and name of the schema), and where they stand.
_LAYOUT = (
    ("causes", "causes.yml"),
    ("receiver", "receivers/*/receiver.yml"),
    ("blocklist", "blocklists/*.yml"),
    ("generic", "generic/*.yml"),
)
# What a site's file adds to, and by which key; everything else it replaces.
_MERGED_BY = {"rules": "id", "lists": "slug", "zones": "zone"}
_UNITED = ("relays", "domains", "own_domains")


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    receivers: dict[str, model.Receiver]
    blocklists: dict[str, model.Blocklist]
    generic: dict[str, model.Party]
    lists: dict[str, model.ListEntry]
    causes: dict[str, dict[str, t.Any]]
    rules: tuple[model.Rule, ...]
    folders: dict[str, tuple[Path, ...]]
    # Relay globs and their receivers by the last two labels, which every glob writes out.
    _relays: dict[str, list[tuple[str, str]]]

    def party(self, slug: str) -> model.Party:
        """Return the receiver, operator or generic file of this slug."""
        found = self.receivers.get(slug) or self.blocklists.get(slug) or self.generic.get(slug)
        if found is None:
            raise KeyError(slug)
        return found

    @property
    def mailbox_domains(self) -> frozenset[str]:
        """The domains in which anybody may have a mailbox."""
        return _mailbox_domains(self)

    def receiver_of(self, relay: str | None) -> str | None:
        """Return the slug of the receiver whose relay this host name is."""
        return _receiver_of(self, relay) if relay else None


@functools.lru_cache(maxsize=4)
def _mailbox_domains(known: Knowledge) -> frozenset[str]:
    return frozenset(domain.lower() for receiver in known.receivers.values() for domain in receiver.domains)


@functools.lru_cache(maxsize=4096)
def _receiver_of(known: Knowledge, relay: str) -> str | None:
    host = relay.lower().rstrip(".")
    for glob, slug in known._relays.get(_last_labels(host), ()):
        if model.relay_pattern(glob).fullmatch(host):
            return slug
    return None


def files(root: Path) -> t.Iterator[tuple[str, Path]]:
    """Yield kind and path of the knowledge files under a folder, in a fixed order."""
    for kind, glob in _LAYOUT:
        for path in sorted(root.glob(glob)):
            yield kind, path


def load(extra_paths: t.Sequence[str | Path] = ()) -> Knowledge:
    """Return what is known; files of C(extra_paths) add rules and channels, or replace those of the same id.

    :raises KnowledgeError: a file is missing or malformed
    """
    return _load(tuple(str(path) for path in extra_paths))


@functools.lru_cache(maxsize=4)
def _load(extra_paths: tuple[str, ...]) -> Knowledge:
    found: dict[str, dict[str, t.Any]] = {kind: {} for kind, _glob in _LAYOUT}
    origin: dict[str, Path] = {}
    folders: dict[str, tuple[Path, ...]] = {}
    for kind, path in files(SHIPPED):
        data = read(path)
        slug = slug_of(kind, path)
        found[kind][slug] = data
        origin[slug] = path
        folders[slug] = (path.parent,)
    for extra in extra_paths:
        for kind, document in _site_documents(Path(extra)):
            slug = slug_of(kind, document.path)
            check.document(kind, document, partial=slug in found[kind])
            found[kind][slug] = _merged(found[kind].get(slug), document.data)
            check.references(document, found[kind][slug], found)
            folders[slug] = (document.path.parent, *folders.get(slug, ()))
    try:
        return built(found, folders)
    except (AttributeError, KeyError, TypeError, ValueError):
        for kind, path in files(SHIPPED):
            check.document(kind, read_with_lines(path))
        raise


def _site_documents(root: Path) -> t.Iterator[tuple[str, Document]]:
    if not root.is_dir():
        raise KnowledgeError(root, None, "a folder with receivers/, blocklists/ or generic/ was expected")
    for kind, path in files(root):
        yield kind, read_with_lines(path)


def slug_of(kind: str, path: Path) -> str:
    """Return the slug under which a file is known."""
    if kind == "receiver":
        return path.parent.name
    return f"generic_{path.stem}" if kind == "generic" else path.stem


def _merged(base: dict[str, t.Any] | None, over: dict[str, t.Any]) -> dict[str, t.Any]:
    if base is None:
        return over
    merged = {**base, **over}
    for name in merged:
        old, new = base.get(name), over.get(name)
        if name in _MERGED_BY and old and new:
            key = _MERGED_BY[name]
            merged[name] = list({item[key]: item for item in (*old, *new)}.values())
        elif name in _UNITED and old and new:
            merged[name] = list(dict.fromkeys((*old, *new)))
        elif isinstance(old, dict) and isinstance(new, dict) and name != "name":
            merged[name] = {**old, **new}
    return merged


def built(found: dict[str, dict[str, t.Any]], folders: dict[str, tuple[Path, ...]]) -> Knowledge:
    """Return the files of each kind, as data by slug, as knowledge."""
    receivers = {slug: model.receiver_from(data) for slug, data in found["receiver"].items()}
    blocklists = {slug: model.blocklist_from(data) for slug, data in found["blocklist"].items()}
    generic = {slug: model.generic_from(data) for slug, data in found["generic"].items()}
    parties: list[model.Party] = [*receivers.values(), *blocklists.values(), *generic.values()]
    relays: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for glob, slug in sorted(
        ((glob, slug) for slug, receiver in receivers.items() for glob in receiver.relays),
        key=lambda pair: (-len(pair[0]), pair),
    ):  # the longest first: a relay belongs to the receiver that names it most exactly
        relays[_last_labels(glob)].append((glob, slug))
    return Knowledge(
        receivers=receivers,
        blocklists=blocklists,
        generic=generic,
        lists={entry.slug: entry for data in found["blocklist"].values() for entry in model.lists_from(data)},
        causes=found["causes"]["causes"]["causes"] if found["causes"] else {},
        rules=tuple(rule for party in parties for rule in party.rules),
        folders=folders,
        _relays=dict(relays),
    )


def _last_labels(host: str) -> str:
    return ".".join(host.rsplit(".", 2)[-2:])
