# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Is a knowledge file well formed, and does everything it refers to exist? Each complaint has a file and a line."""

from __future__ import annotations

import functools
import json
import re
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _lint as lint
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import PLAIN_REMEDIES, Named
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import Document, KnowledgeError

_SCHEMAS = Path(__file__).parents[3] / "knowledge" / "schema"

Found = dict[str, dict[str, t.Any]]


def document(kind: str, found: Document, *, partial: bool = False) -> None:
    """Raise the first complaint about the form of a file, if there is one."""
    for error in form_complaints(kind, found, partial=partial):
        raise error


def references(found: Document, merged: dict[str, t.Any], everything: Found) -> None:
    """Raise the first complaint about what a file refers to, if there is one."""
    for error in reference_complaints(found, merged, everything):
        raise error


def form_complaints(kind: str, found: Document, *, partial: bool = False) -> t.Iterator[KnowledgeError]:
    """Yield what the JSON Schema of this kind of file refuses.

    :param partial: the file only adds to a known one, so it need not say everything
    """
    for error in sorted(
        _validator(kind, partial).iter_errors(found.data), key=lambda error: list(map(str, error.absolute_path))
    ):
        deepest = _deepest(error)
        yield found.error(deepest.absolute_path, _expected(deepest))


def _deepest(error: t.Any) -> t.Any:
    """Return the part of an alternative that was meant: the one that got furthest into the data."""
    while error.context:
        error = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
    return error


def _expected(error: t.Any) -> str:
    what = error.schema.get("description") if isinstance(error.schema, dict) else None
    message = error.message if len(error.message) <= 200 else error.message[:200] + "..."
    return f"{what} was expected: {message}" if what else message


@functools.lru_cache
def _validator(kind: str, partial: bool) -> t.Any:
    # Only a site's own files and the tests need it, and importing it takes longer than everything else here.
    import jsonschema
    import referencing

    common = referencing.Resource.from_contents(_schema("common"))
    schema = _schema(kind)
    if partial:
        schema["required"] = [name for name in ("schema", "slug") if name in schema["properties"]]
        if kind == "causes":
            del schema["properties"]["causes"]["required"]
    registry = referencing.Registry().with_resource("common.json", common)
    return jsonschema.Draft202012Validator(schema, registry=registry)


def _schema(name: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads((_SCHEMAS / f"{name}.json").read_bytes()))


def reference_complaints(found: Document, merged: dict[str, t.Any], everything: Found) -> t.Iterator[KnowledgeError]:
    """Yield what a well-formed file refers to in vain, its patterns that are not allowed, its repeated names.

    :param merged: the file together with what it adds to
    :param everything: all files, for the lists that rules may name
    """
    data = found.data
    if "slug" not in data:
        return
    yield from _repeats(found)
    lists = {entry["slug"] for operator in everything["blocklist"].values() for entry in operator["lists"]}
    lists.update(entry["slug"] for entry in data.get("lists") or ())
    for key, channel in (data.get("channels") or {}).items():
        yield from _channel_complaints(found, merged, ("channels", key), channel)
    contact = data.get("contact")
    if contact is not None and contact not in merged["channels"]:
        yield found.error(("contact",), f"a key of channels was expected, not {contact!r}")
    for index, rule in enumerate(data.get("rules") or ()):
        yield from _rule_complaints(found, merged, ("rules", index), rule, lists)
    for index, entry in enumerate(data.get("lists") or ()):
        yield from _list_complaints(found, merged, ("lists", index), entry)


def _repeats(found: Document) -> t.Iterator[KnowledgeError]:
    for name, key in (("rules", "id"), ("lists", "slug"), ("zones", "zone")):
        seen = set()
        for index, item in enumerate(found.data.get(name) or ()):
            if item[key] in seen:
                yield found.error((name, index, key), f"the {key} {item[key]!r} was expected only once")
            seen.add(item[key])


def _channel_complaints(
    found: Document, merged: dict[str, t.Any], where: tuple[str, str], channel: dict[str, t.Any]
) -> t.Iterator[KnowledgeError]:
    yield from _source_complaints(found, merged, where, channel)
    successor = (channel.get("retired") or {}).get("successor")
    for key in (*(channel.get("alternatives") or ()), *((successor,) if successor else ())):
        if key not in merged["channels"]:
            yield found.error((*where, "alternatives"), f"a key of channels was expected, not {key!r}")
    own = tuple(merged.get("own_domains") or ())
    for name, host in (
        ("to", (channel.get("to") or "").rpartition("@")[2]),
        ("url", urlsplit(channel.get("url") or "").hostname),
    ):
        if host and not any(host.lower() == domain or host.lower().endswith("." + domain) for domain in own):
            yield found.error((*where, name), f"an address below one of own_domains was expected, not {host!r}")


def _rule_complaints(
    found: Document, merged: dict[str, t.Any], where: tuple[str, int], rule: dict[str, t.Any], lists: set[str]
) -> t.Iterator[KnowledgeError]:
    yield from _source_complaints(found, merged, where, rule)
    remedy, named = rule["remedy"], rule.get("list")
    if named is not None and named not in lists:
        yield found.error((*where, "list"), f"the slug of a list was expected, not {named!r}")
    if remedy == "list" and named is None:
        yield found.error((*where, "remedy"), "a list was expected beside the remedy 'list'")
    if remedy != "list" and remedy not in PLAIN_REMEDIES and remedy not in (merged.get("channels") or {}):
        yield found.error(
            (*where, "remedy"),
            f"a key of channels, list, wait, fix, contact_recipient or none was expected, not {remedy!r}",
        )
    try:
        expanded = _named_in(merged, rule["match"])
    except KeyError as unknown:
        yield found.error((*where, "match"), f"a key of the file's words or phrases was expected, not {unknown}")
        return
    for part, pattern in (
        (("match", "pattern"), expanded),
        (("subject", "capture"), rule["subject"].get("capture")),
    ):
        complaint = lint.complaint(pattern) if pattern else None
        if complaint is None and part[1] == "capture" and pattern and re.compile(pattern).groups != 1:
            complaint = "exactly one group was expected"
        if complaint:
            yield found.error((*where, *part), complaint)


def _named_in(merged: dict[str, t.Any], match: dict[str, t.Any]) -> str | None:
    """Return the whole pattern of a rule.

    :raises KeyError: it, or a list of literals, has a name that the file does not know
    """
    named = Named(merged)
    for literals in (match.get("any_of"), match.get("none_of")):
        named.literals(literals)
    return named.pattern(match["pattern"]) if match.get("pattern") else None


def _list_complaints(
    found: Document, merged: dict[str, t.Any], where: tuple[str, int], entry: dict[str, t.Any]
) -> t.Iterator[KnowledgeError]:
    yield from _source_complaints(found, merged, where, entry)
    remedy = entry["remedy"]
    if remedy not in PLAIN_REMEDIES and remedy not in merged["channels"]:
        yield found.error(
            (*where, "remedy"), f"a key of channels, wait, fix, contact_recipient or none was expected, not {remedy!r}"
        )


def _source_complaints(
    found: Document, merged: dict[str, t.Any], where: tuple[str | int, ...], item: dict[str, t.Any]
) -> t.Iterator[KnowledgeError]:
    for key in item["sources"]:
        if key not in merged["sources"]:
            yield found.error((*where, "sources"), f"a key of the file's sources was expected, not {key!r}")
