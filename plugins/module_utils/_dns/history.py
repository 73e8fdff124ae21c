# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What has changed since an earlier run. Who was listed stays so until a list that answers says otherwise."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import tally as tallies
from ansible_collections.postmaster.delist.plugins.module_utils._dns.result import Pair, Row
from ansible_collections.postmaster.delist.plugins.module_utils._dns.survey import Survey


def listed_before(rows: t.Iterable[Row]) -> dict[Pair, str | None]:
    """Return the pairs that an earlier run has as listed, or had when they last were known, and the list."""
    return {
        (str(row.get("target")), str(row.get("zone"))): row.get("list")
        for row in rows
        if row.get("kind") != "allow" and (row.get("state") == "listed" or row.get("last_known") == "listed")
    }


def remember(rows: t.Iterable[Row], before: t.Mapping[Pair, str | None]) -> None:
    """Write into each row what was last known about it."""
    for row in rows:
        pair = row["target"], row["zone"]
        if row["state"] != "unknown":
            row["last_known"] = None if row["state"] == "skipped" else row["state"]
        elif pair in before:
            row["last_known"], row["list"] = "listed", before[pair]
        else:
            row["last_known"] = None


def changes(found: Survey, before: t.Mapping[Pair, str | None]) -> dict[str, list[Row]]:
    """Return what is newly listed, cleared, and still listed; C(confirmed) is false where nothing was heard."""
    result: dict[str, list[Row]] = {"newly_listed": [], "cleared": [], "still": []}
    for tally in found.tallies:
        for index, target in enumerate(tally.targets):
            pair, state, against = (target.value, tally.zone.name), tally.state(index), tally.against(index)
            row = {"target": target.value, "zone": tally.zone.name, "list": against or before.get(pair)}
            if pair not in before:
                if against is not None:
                    result["newly_listed"].append(row)
            elif against is not None or state == tallies.UNKNOWN:
                result["still"].append({**row, "confirmed": against is not None})
            else:
                result["cleared"].append(row)
    return result
