# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The public result of a run over the block lists: listings, the health of each list, totals."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import tally as tallies
from ansible_collections.postmaster.delist.plugins.module_utils._dns.redact import Redactor
from ansible_collections.postmaster.delist.plugins.module_utils._dns.survey import Survey
from ansible_collections.postmaster.delist.plugins.module_utils._dns.tally import Tally
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Zone

Row = t.Dict[str, t.Any]
# A target and the name of a zone.
Pair = t.Tuple[str, str]


def listings(
    found: Survey, *, include_clean: bool, redact: Redactor, also: t.Container[Pair] = frozenset()
) -> list[Row]:
    """Return a row for each target and zone; without the clean ones, only what needs a look, and the pairs C(also)."""
    rows: list[Row] = []
    for tally in found.tallies:
        noteworthy = set(tally.noteworthy())
        for index, target in enumerate(tally.targets):
            if include_clean or index in noteworthy or (target.value, tally.zone.name) in also:
                rows.append(_row(tally, index, redact))
    if include_clean:
        rows += _skipped(found)
    order = {target.value: number for number, target in enumerate(found.targets)}
    return sorted(rows, key=lambda row: (order[row["target"]], row["zone"]))


def _skipped(found: Survey) -> t.Iterator[Row]:
    for target in found.targets:
        for zone in found.zones:
            cause = target.problem or (None if target.kind in zone.targets else "not_for_this_kind")
            if cause is not None:
                yield {**_empty(target.value, zone), "state": "skipped", "cause_of_unknown": cause}


def _empty(target: str, zone: Zone) -> Row:
    return {
        "target": target,
        "zone": zone.name,
        "list": None,
        "lists": [],
        "kind": zone.kind,
        "state": "unknown",
        "codes": [],
        "meanings": [],
        "reason": None,
        "severity": None,
        "scope": None,
        "ttl": None,
        "delist": None,
        "cause_of_unknown": None,
    }


def _row(tally: Tally, index: int, redact: Redactor) -> Row:
    zone, target, state = tally.zone, tally.targets[index].value, tally.state(index)
    row = {**_empty(target, zone), "state": tallies.WORDS[state], "cause_of_unknown": tally.cause(index)}
    hit = tally.hits.get(index)
    if hit is not None:
        row.update(
            codes=list(hit.verdict.codes),
            meanings=list(hit.verdict.meanings),
            ttl=hit.ttl,
            reason=None if hit.reason is None else redact(hit.reason),
        )
    if hit is not None and state == tallies.LISTED:
        row.update(_listing(tally, index, hit.verdict.lists))
    return row


def _listing(tally: Tally, index: int, slugs: tuple[str, ...]) -> Row:
    """Return what a listing adds to a row: the gravest of the lists speaks for all."""
    zone, target = tally.zone, tally.targets[index].value
    against = tally.against(index)
    entry = zone.entry(against or slugs[0])
    added: Row = {
        "list": against or slugs[0],
        "lists": list(slugs),
        "kind": "allow" if against is None else "info" if zone.kind == "info" else "block",
        "severity": entry["severity"],
        "scope": entry["scope"],
    }
    if against is not None:
        added["delist"] = {
            "channel": entry["channel"],
            "url": entry["url"],
            "lookup": zone.lookup.replace("{target}", target) if zone.lookup else None,
            "policy": entry["policy"],
            "expires_after": entry["expires_after"],
            "ready": None,
            "blockers": [],
        }
    return added


def health(found: Survey, *, redact: Redactor) -> list[Row]:
    """Return a row for each zone: is it to be believed, what did its probe answer, how many targets are what."""
    rows = {zone.name: _health_row(zone) for zone in found.zones}
    for tally in found.tallies:
        row = rows[tally.zone.name]
        row["families"][tally.kind] = tally.health
        row["probe"][tally.kind] = {point: [redact(text) for text in texts] for point, texts in tally.probe.items()}
        row["says"] += [text for text in tally.says if text not in row["says"]]
        if row["health"] in ("not_asked", tallies.HEALTHY):
            row["health"] = tally.health
        for name, number in _counts(tally).items():
            row[name] += number
    return list(rows.values())


def _health_row(zone: Zone) -> Row:
    return {
        "zone": zone.name,
        "kind": zone.kind,
        "health": "not_asked",
        "families": {},
        "probe": {},
        "says": [],
        "listed": 0,
        "allowed": 0,
        "clean": 0,
        "unknown": 0,
    }


def _counts(tally: Tally) -> dict[str, int]:
    counts = {word: tally.count(state) for state, word in tallies.WORDS.items()}
    counts["allowed"] = counts["listed"] - sum(tally.against(index) is not None for index in tally.hits)
    counts["listed"] -= counts["allowed"]
    return counts


def totals(found: Survey) -> Row:
    """Return how many pairs of target and zone are what; C(coverage) is the percentage that was answered."""
    counts = {"listed": 0, "allowed": 0, "clean": 0, "unknown": 0}
    for tally in found.tallies:
        for name, number in _counts(tally).items():
            counts[name] += number
    asked = sum(counts.values())
    coverage = None if not asked else round(100.0 * (asked - counts["unknown"]) / asked, 1)
    return {**counts, "skipped": len(found.targets) * len(found.zones) - asked, "coverage": coverage}
