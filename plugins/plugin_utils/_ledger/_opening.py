# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The case of a finding: the same finding has the same case; what comes back after a proven delivery, a new one."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import case_reference

_FACTS = ("receiver", "list", "subject", "egress_ip", "cause", "title", "hosts", "relay_hosts", "counts", "first_at")
# What a request needs, so that one can be written when the run that found it is long gone.
_FACTS_TO_ASK_WITH = (
    "slug", "stage", "scope", "ip_source", "confidence", "requestable", "documentation", "rules", "who_can_fix",
    "counterpart", "remedy",
)  # fmt: skip
_FACTS_THAT_GROW = ("counts", "hosts", "last_at")
_TIMINGS = ("expected_answer", "propagation", "chase_after")
_REPLIES = 3


def open_case(
    ledger: Ledger, finding: t.Mapping[str, t.Any], *, run_id: str, actor: str, now: datetime.datetime
) -> tuple[Case, bool]:
    """Return the case of a finding, opened or brought up to date where needed, and whether anything was written."""
    number, before = 1, None
    while True:
        case_id = case_reference(finding["id"], number)

        def decide(seen: Snapshot, case_id: str = case_id, before: str | None = before) -> Event | None:
            if seen.case is None:
                return new(case_id, "detected", _facts(finding, run_id, before), actor=actor, at=now)
            if seen.case.state == "closed" or not _says_more(finding, seen.case):
                return None
            grown = {name: finding[name] for name in _FACTS_THAT_GROW if name in finding}
            return new(case_id, "seen", {"run": run_id, **grown}, actor=actor, at=now)

        snapshot, written = ledger.record(case_id, decide)
        case = t.cast(Case, snapshot.case)
        if case.state != "closed" or not _is_later(finding, case):
            return case, written
        number, before = number + 1, case_id


def note_request(
    ledger: Ledger, case: Case, request: t.Mapping[str, t.Any], *, actor: str, now: datetime.datetime
) -> tuple[Case, bool]:
    """Note that the request of a case is written, where that is news, and return the case and whether it was."""
    data = {name: request[name] for name in ("kind", "to", "url", "message_id", "path")}
    # A form's crib counts more refusals each time, and is the same request.
    identity = ("kind", "to", "url", "message_id")

    def _is_known(before: t.Mapping[str, t.Any] | None) -> bool:
        return before is not None and all(before.get(name) == data[name] for name in identity)

    def decide(seen: Snapshot) -> Event | None:
        known = seen.case
        if known is None or known.possibly_sent or not known.may_be_asked or _is_known(known.request):
            return None
        if data["message_id"] and data["message_id"] in known.message_ids:
            return None
        return new(case.id, "ready", {**data, "text": request.get("text") or ""}, actor=actor, at=now)

    snapshot, written = ledger.record(case.id, decide)
    return t.cast(Case, snapshot.case), written


def _facts(finding: t.Mapping[str, t.Any], run_id: str, before: str | None) -> dict[str, t.Any]:
    remedy = finding.get("remedy") or {}
    return {
        "finding": finding["id"],
        **{name: finding.get(name) for name in (*_FACTS, *_FACTS_TO_ASK_WITH)},
        "last_at": finding.get("last_at"),
        "receivers": sorted(entry["slug"] for entry in finding.get("receivers") or ()),
        "evidence": list(finding.get("evidence") or ())[:_REPLIES],
        "timings": {name: remedy[name] for name in _TIMINGS if remedy.get(name)},
        "run": run_id,
        "relapse_of": before,
    }


def _says_more(finding: t.Mapping[str, t.Any], case: Case) -> bool:
    last, known = moment(finding.get("last_at")), moment(case.facts.get("last_at"))
    return last is not None and (known is None or last > known)


def _is_later(finding: t.Mapping[str, t.Any], case: Case) -> bool:
    """Tell whether the receiver refused again after the delivery that closed the case."""
    last, proven = moment(finding.get("last_at")), moment((case.proof or {}).get("at"))
    return last is not None and proven is not None and last > proven
