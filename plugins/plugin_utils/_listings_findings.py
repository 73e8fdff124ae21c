# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the lists and the DNS say about one finding: where it is listed, and what stands in the way of a request."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against, is_asked, wanted

Row = dict[str, t.Any]
Data = t.Mapping[str, t.Any]

_KINDS = frozenset({"ip", "domain"})


def with_listings(finding: Data, content: Data, known: Knowledge) -> Row:
    """Return the finding with C(listings), C(blockers), and C(list_state): does the list that it names still say so?"""
    targets = _targets(finding)
    return {
        **finding,
        "listings": [row for row in against(content) if row["target"] in targets],
        "blockers": wanted(content["sender_dns"], targets, _owners(finding, known)),
        "list_state": _list_state(finding, targets, content, known),
    }


def _targets(finding: Data) -> list[str]:
    """Return what was asked about for this finding: its subject, and the address that the mail left from."""
    subject = finding["subject"]["value"] if finding["subject"]["kind"] in _KINDS else None
    return [value for value in dict.fromkeys((subject, finding["egress_ip"])) if value]


def _owners(finding: Data, known: Knowledge) -> set[str]:
    """Return who is asked about it: the list's operator, or the receiver and the vendor in whose words it answered."""
    entry = known.lists.get(finding["list"] or "")
    if entry is not None:
        return {entry.operator}
    return {finding["receiver"] or "", *(rule.partition("/")[0] for rule in finding["rules"])}


def _list_state(finding: Data, targets: t.Sequence[str], content: Data, known: Knowledge) -> Row | None:
    """Return what the zones of the named list say now; None where it names none, or none of them was asked."""
    entry = known.lists.get(finding["list"] or "")
    asked = [target for target in targets[:1] if target in content["targets"]]
    if entry is None or not asked:
        return None
    carriers = _zones(entry.slug, entry.operator, known)
    rows = [row for row in content["lists"] if row["zone"] in carriers and is_asked(row) and _takes(row, asked[0])]
    if not rows:
        return None
    heard = [row for row in content["listings"] if row["target"] == asked[0] and row["zone"] in carriers]
    listed = [row["zone"] for row in against({"listings": heard})]
    if listed:
        return {"state": "listed", "zones": listed, "cause": None}
    doubts = [row["cause_of_unknown"] for row in heard if row["state"] == "unknown"]
    doubts += [row["health"] for row in rows if row["health"] != "healthy"]
    zones = [row["zone"] for row in rows]
    if doubts:
        return {"state": "unknown", "zones": zones, "cause": doubts[0]}
    return {"state": "clean", "zones": zones, "cause": None}


def _zones(slug: str, operator: str, known: Knowledge) -> set[str]:
    """Return the zones that carry a list; a name for all of an operator's lists (ZEN) is in all of its zones."""
    zones = [zone for zone in known.blocklists[operator].zones if zone["kind"] != "allow"]
    carrying = {
        zone["zone"] for zone in zones if slug in (*zone.get("codes", {}).values(), *zone.get("masks", {}).values())
    }
    return carrying or {zone["zone"] for zone in zones}


def _takes(row: Data, target: str) -> bool:
    """Tell whether a zone was asked about targets of this kind."""
    kind = "ip6" if ":" in target else "ip4" if target.replace(".", "").isdigit() else "domain"
    return kind in row["families"]
