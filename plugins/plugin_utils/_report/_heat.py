# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Addresses and domains against block lists, as a table of cells; what a list did not say is never clean."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import is_asked

LISTED, INFO, UNKNOWN, CLEAN, NOT_ASKED = "listed", "info", "unknown", "clean", "not_asked"
TARGETS = 60
ZONES = 30

Data = t.Mapping[str, t.Any]
_SPEAKS = frozenset({"healthy", "unproven"})


class Row(t.NamedTuple):
    target: str
    cells: t.Sequence[str]


class Heat(t.NamedTuple):
    """C(zones) are the lists that have somebody or did not say; the others, on which all are clean, are counted."""

    zones: t.Sequence[str]
    rows: t.Sequence[Row]
    clean_zones: int
    more_targets: int
    more_zones: int


def heat(lists: Data) -> Heat | None:
    """Return the table, the gravest first; None where nobody was asked about anything."""
    asked = [row for row in lists["lists"] if is_asked(row) and row["kind"] != "allow"]
    if not asked or not lists["targets"]:
        return None
    said = {(row["target"], row["zone"]): row for row in lists["listings"] if row["kind"] != "allow"}
    noted = {(row["target"], row["zone"]): row for row in lists["listings"] if row["severity"] == "info"}
    cells = {target: {row["zone"]: _cell(target, row, said, noted) for row in asked} for target in lists["targets"]}
    weights = {row["zone"]: sum(_WEIGHTS[by_zone[row["zone"]]] for by_zone in cells.values()) for row in asked}
    zones = sorted((zone for zone, weight in weights.items() if weight), key=lambda zone: (-weights[zone], zone))
    targets = sorted(cells, key=lambda target: (-sum(cells[target][zone] == LISTED for zone in zones), target))
    return Heat(
        zones=zones[:ZONES],
        rows=[Row(target, [cells[target][zone] for zone in zones[:ZONES]]) for target in targets[:TARGETS]],
        clean_zones=len(asked) - len(zones),
        more_targets=max(0, len(targets) - TARGETS),
        more_zones=max(0, len(zones) - ZONES),
    )


# What makes a list worth a column, and which comes first.
_WEIGHTS = {LISTED: 10_000, INFO: 100, UNKNOWN: 1, CLEAN: 0, NOT_ASKED: 0}


def _cell(target: str, zone: Data, said: t.Mapping[t.Any, Data], noted: t.Mapping[t.Any, Data]) -> str:
    families = zone.get("families") or {}
    family = _family(target)
    if families and family not in families:
        return NOT_ASKED
    key = target, zone["zone"]
    if key in said:
        listed = said[key]["state"] == "listed"
        return (INFO if key in noted else LISTED) if listed else UNKNOWN
    return CLEAN if zone["health"] in _SPEAKS else UNKNOWN


def _family(target: str) -> str:
    if ":" in target:
        return "ip6"
    return "ip4" if target.replace(".", "").isdigit() else "domain"
