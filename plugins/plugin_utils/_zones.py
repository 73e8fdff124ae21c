# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which zones are asked: from the knowledge of block lists to the plain data that a host can be handed."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import SEVERITIES
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge

Zone = dict[str, t.Any]
Catalogue = dict[str, t.Any]

# What a host needs of a zone; where a fact comes from stays at home.
_HANDED_OVER = (
    *("zone", "targets", "kind", "codes", "masks", "neutral", "errors", "error_masks", "classes", "tests", "key"),
    *("limits", "lookup"),
)


class ZoneError(ValueError):
    """A zone that nobody knows."""


def select(
    knowledge: Knowledge,
    *,
    names: t.Sequence[str] = (),
    tags: t.Collection[str] = (),
    severity: str = "info",
    keys: t.Collection[str] = (),
) -> Catalogue:
    """Return C(zones), C(lists) and C(refused): what to ask, what its answers name, what was named but is not asked.

    Without names: every live zone, but none that another one answers for, and none that wants a key that is not there.

    :raises ZoneError: a zone of C(names) is not in the catalogue
    """
    known = {zone["zone"]: zone for operator in knowledge.blocklists.values() for zone in operator.zones}
    chosen = [_named(name, known) for name in dict.fromkeys(names)] or list(_usual(known, keys))
    refused = [row for zone in chosen if (row := _refusal(zone, keys))] if names else []
    asked = [
        zone
        for zone in chosen
        if not _refusal(zone, keys)
        and _grave(knowledge, zone, severity)
        and (not tags or set(tags) & set(zone.get("tags", ())))
    ]
    slugs = {slug for zone in asked for slug in _slugs(zone)}
    return {
        "zones": [{name: zone[name] for name in _HANDED_OVER if name in zone} for zone in asked],
        "lists": {slug: _list(knowledge, slug) for slug in sorted(slugs)},
        "refused": refused,
    }


def _named(name: str, known: dict[str, Zone]) -> Zone:
    name = name.strip().rstrip(".").lower()
    if name in known:
        return known[name]
    for zone in known.values():
        if zone.get("refused", {}).get("subzones") and name.endswith("." + zone["zone"]):
            return {**zone, "zone": name}
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; is {close[0]} meant?" if close else "; a file under knowledge_paths can describe it"
    raise ZoneError(f"zone {name} is not in the catalogue{hint}")


def _usual(known: dict[str, Zone], keys: t.Collection[str]) -> t.Iterator[Zone]:
    usable = {name: zone for name, zone in known.items() if _refusal(zone, keys) is None}
    replaced = {zone["replaces"] for zone in usable.values() if "replaces" in zone}
    for name, zone in usable.items():
        if name not in replaced and zone.get("part_of") not in usable:
            yield zone


def _refusal(zone: Zone, keys: t.Collection[str]) -> dict[str, t.Any] | None:
    """Return why a zone is not asked, as a row for the result; None when it may be asked."""
    if zone["status"] == "dead":
        return {"zone": zone["zone"], "kind": zone["kind"], "health": "dead", "successor": None, **zone["refused"]}
    if zone.get("key") and zone["key"] not in keys:
        reason = {"en": f"needs a key: keys.{zone['key']}", "ja": f"キーが必要です: keys.{zone['key']}"}
        return {"zone": zone["zone"], "kind": zone["kind"], "health": "no_key", "reason": reason}
    return None


def _slugs(zone: Zone) -> t.Iterator[str]:
    yield from zone.get("codes", {}).values()
    yield from zone.get("masks", {}).values()


def _grave(knowledge: Knowledge, zone: Zone, severity: str) -> bool:
    worst = max(SEVERITIES.index(knowledge.lists[slug].severity) for slug in _slugs(zone))
    return worst >= SEVERITIES.index(severity)


def _list(knowledge: Knowledge, slug: str) -> dict[str, t.Any]:
    entry = knowledge.lists[slug]
    channel = knowledge.blocklists[entry.operator].channels.get(entry.remedy, {})
    return {
        "name": entry.name,
        "severity": entry.severity,
        "scope": entry.scope,
        "channel": channel.get("channel", entry.remedy),
        "url": channel.get("url"),
        "policy": channel.get("requires"),
        "expires_after": entry.expires_after,
    }
