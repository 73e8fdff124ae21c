# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Tonight against the nights before: new, still, cleared, unknown now."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._looked import GONE, UNKNOWN, Looked
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import SEVERITIES, Concern, Data, rank

STATES = ("new", "still", "unknown_now", "cleared")


def compare(
    found: t.Iterable[Concern],
    before: t.Mapping[str, Data],
    looked: Looked,
    *,
    run_id: str,
    at: datetime.datetime,
    baseline: bool = False,
) -> list[dict[str, t.Any]]:
    """Return the concerns of this run with C(state), C(since), C(since_run) and C(baseline), the gravest first.

    A baseline holds as long as a concern is no worse than it was then: C(baseline_as) keeps that.

    :param before: the concerns that were there when they were last looked at, by id, as an earlier call returned them
    :param baseline: what is there now is known from now on
    """
    concerns = {concern.id: concern.data() for concern in found}
    rows = []
    for name, concern in concerns.items():
        known = before.get(name)
        began = known or {"since": at.isoformat(timespec="seconds"), "since_run": run_id, "baseline_as": None}
        taken_as = _as(concern) if baseline else began["baseline_as"]
        rows.append(
            _with(concern, looked.owed(known) if known else None)
            | {
                "state": "still" if known else "new",
                "since": began["since"],
                "since_run": began["since_run"],
                "baseline": taken_as is not None and not _is_worse(concern, taken_as),
                "baseline_as": taken_as,
            }
        )
    for name, known in before.items():
        if name in concerns:
            continue
        fate = looked.fate(known)
        if fate in (GONE, UNKNOWN):
            state = "cleared" if fate == GONE else "unknown_now"
            row = {**_left_of(known, looked), "state": state}
            rows.append(row | ({"baseline": True, "baseline_as": _as(known)} if baseline else {}))
    return sorted(rows, key=rank)


def _as(concern: Data) -> dict[str, t.Any]:
    return {name: concern[name] for name in ("severity", "overdue")}


def _is_worse(concern: Data, than: Data) -> bool:
    graver = SEVERITIES.index(concern["severity"]) < SEVERITIES.index(than["severity"])
    return graver or (concern["overdue"] and not than["overdue"])


def _with(concern: dict[str, t.Any], owed: Data | None) -> dict[str, t.Any]:
    """Return a concern with what of it was seen before and not looked at tonight: that is not over."""
    if owed is None:
        return concern
    concern = concern | {"hosts": sorted({*concern["hosts"], *owed["hosts"]})}
    if concern["check"] == "finding":
        refused = concern["about"]["refused"]
        both = {
            receiver: sorted({*refused.get(receiver, ()), *owed["refused"].get(receiver, ())})
            for receiver in sorted({*refused, *owed["refused"]})
        }
        concern["about"] = concern["about"] | {"refused": both}
    return concern


def _left_of(known: Data, looked: Looked) -> Data:
    """Return a concern without what a delivery has disproved; once it is gone, as it was."""
    refused = looked.owed(known)["refused"]
    return {**known, "about": {**known["about"], "refused": refused}} if refused else known
