# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the block lists and the DNS say of the senders of a run: listings.json, from the answers to one or two askers.

The first asker asks everything. The second, on another host, is asked about the lists that did not serve the first;
what it learnt counts, and where it learnt nothing either, the first one's cause stands.
"""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of

Row = dict[str, t.Any]

SCHEMA = 1
_SPEAKS = frozenset({"healthy", "unproven"})
_NOT_ASKED = frozenset({"dead", "no_key", "not_asked"})
_SEVERITIES = ("critical", "high", "medium", "low", "info", None)


class Asker(t.NamedTuple):
    """Who asked, C(controller) or a host, and the result of its task: an answer, or why there is none."""

    place: str
    result: t.Mapping[str, t.Any]

    @property
    def answered(self) -> bool:
        return isinstance(self.result.get("lists"), list)


def listings_of(
    askers: t.Sequence[Asker],
    sender: Asker | None,
    *,
    targets: t.Sequence[str],
    known: Knowledge,
) -> Row:
    """Return the content of listings.json; C(targets) are the addresses and domains that were to be asked about."""
    rows = _lists(askers)
    facts = _sender(sender)
    listings = [
        {**row, "from": asker.place, **_named(row, known)}
        for asker in askers
        if asker.answered
        for row in asker.result["listings"]
        if rows[row["zone"]]["from"] == asker.place
    ]
    return {
        "schema": SCHEMA,
        "asked": [_asked(asker) for asker in askers],
        "targets": list(targets),
        "listings": sorted((_with_chance(row, facts, known) for row in listings), key=_order),
        "lists": list(rows.values()),
        "skipped_targets": next((asker.result["skipped_targets"] for asker in askers if asker.answered), []),
        "totals": _totals(rows.values()),
        "sender_dns": facts,
    }


def is_asked(row: t.Mapping[str, t.Any]) -> bool:
    """Tell whether a list was to be asked: it lives, is open to us, and has targets of its kind."""
    return row["health"] not in _NOT_ASKED


def against(content: t.Mapping[str, t.Any]) -> list[Row]:
    """Return the listings against somebody, the gravest first."""
    return [row for row in content["listings"] if row["state"] == "listed" and row["kind"] != "allow"]


def not_clean(content: t.Mapping[str, t.Any]) -> list[Row]:
    """Return what summary.json says: each listing, and what stays unknown; a list that says nothing has one row."""
    named = ("target", "zone", "state", "kind", "list", "severity", "codes", "reason", "cause_of_unknown", "delist")
    unknown = [row for row in content["listings"] if row["state"] == "unknown"]
    rows = [{name: row[name] for name in named} for row in [*against(content), *unknown]]
    silent = [row for row in content["lists"] if is_asked(row) and row["health"] not in _SPEAKS]
    empty = dict.fromkeys(named)
    return rows + [
        {**empty, "zone": row["zone"], "kind": row["kind"], "state": "unknown", "cause_of_unknown": row["health"]}
        for row in silent
    ]


def _lists(askers: t.Iterable[Asker]) -> dict[str, Row]:
    """Return the row of each zone from the asker that it spoke to."""
    rows: dict[str, Row] = {}
    for asker in askers:
        for row in asker.result["lists"] if asker.answered else ():
            if row["zone"] not in rows or row["health"] in _SPEAKS:
                rows[row["zone"]] = {**row, "from": asker.place}
    return rows


def _asked(asker: Asker) -> Row:
    resolver = asker.result.get("resolver") or {}
    # With an answer there may be a reason too: what was asked for, as max_unknown, was not reached.
    problem = reason_of(asker.result) if asker.result.get("msg") or not asker.answered else None
    return {
        "from": asker.place,
        "servers": resolver.get("servers") or [],
        "resolver": resolver.get("state"),
        "zones": [row["zone"] for row in asker.result["lists"] if is_asked(row)] if asker.answered else [],
        "problem": problem,
    }


def _sender(asker: Asker | None) -> Row:
    """Return what the senders' DNS says; where nothing is known, C(problem) is why."""
    names = ("addresses", "domains", "problems", "manual")
    if asker is None:
        return {"from": None, "known": False, "problem": None, **{name: [] for name in names}}
    known = isinstance(asker.result.get("problems"), list)
    return {
        "from": asker.place,
        "known": known,
        "problem": None if known else reason_of(asker.result),
        **{name: asker.result[name] if known else [] for name in names},
    }


def _named(row: t.Mapping[str, t.Any], known: Knowledge) -> Row:
    entry = known.lists.get(row["list"] or "")
    return {"name": entry.name if entry else dict.fromkeys(("en", "ja"), row["zone"])}


def _with_chance(row: Row, facts: t.Mapping[str, t.Any], known: Knowledge) -> Row:
    """Say what the list's operator wants in order first; C(ready) is null where that is not known."""
    if not row["delist"]:
        return row
    entry = known.lists.get(row["list"])
    blockers = wanted(facts, [row["target"]], {entry.operator} if entry else set())
    about = _about(facts, [row["target"]])
    unsure = any(problem["blocks"] is None and problem["subject"] in about for problem in facts["problems"])
    ready = False if blockers else None if unsure or not facts["known"] else True
    return {**row, "delist": {**row["delist"], "ready": ready, "blockers": blockers}}


def wanted(facts: t.Mapping[str, t.Any], targets: t.Collection[str], owners: t.Collection[str]) -> list[Row]:
    """Return what the DNS of the targets and of the sending domains lacks that one of C(owners) wants."""
    about = _about(facts, targets)
    return [
        {
            "subject": problem["subject"],
            "code": problem["code"],
            "wanted_by": sorted(set(problem["wanted_by"]) & set(owners)),
            **(problem["text"] or {}),
        }
        for problem in facts["problems"]
        if problem["blocks"] and problem["subject"] in about and not set(owners).isdisjoint(problem["wanted_by"])
    ]


def _about(facts: t.Mapping[str, t.Any], targets: t.Iterable[str]) -> set[str]:
    """Return whose DNS matters to targets: their own, and that of the domains that send through them."""
    return {*targets, *(row["domain"] for row in facts["domains"])}


def _order(row: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    return row["state"] != "listed", _SEVERITIES.index(row["severity"]), row["target"], row["zone"]


def _totals(rows: t.Iterable[t.Mapping[str, t.Any]]) -> Row:
    asked = [row for row in rows if is_asked(row)]
    counts = {name: sum(row[name] for row in asked) for name in ("listed", "allowed", "clean", "unknown")}
    pairs = sum(counts.values())
    coverage = round(100.0 * (pairs - counts["unknown"]) / pairs, 1) if pairs else None
    return {**counts, "coverage": coverage}
