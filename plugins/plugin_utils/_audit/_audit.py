# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The audit of a fleet: all that a run's folder and the ledger say, as concerns, against the nights before."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _delivery as delivery
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _lint as lint
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._cases import of_cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._compare import compare
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._evidence import HostView, read
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._found import (
    of_findings,
    of_listings,
    of_sender_dns,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._looked import NOT_LOOKED_AT, Looked
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern, Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import read as read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Run, Runs
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import OPEN

FILE = "audit.json"
SCHEMA = 1
# Who has not audited for longer begins anew.
_LOOKED_BACK = datetime.timedelta(days=400)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Night:
    """One run: its folder, its hosts, when it was, and whether what it finds is known from now on."""

    run_dir: Path
    hosts: t.Sequence[str]
    at: datetime.datetime
    actor: str
    lists_asked: bool
    baseline: bool
    merged: t.Sequence[str] = ()  # names of runs: parts of this night, and so no nights before it


def audited(night: Night, known: Knowledge, runs: Runs, cases: t.Sequence[Case] | None) -> dict[str, t.Any]:
    """Return the content of audit.json.

    :param cases: the open cases, or none where no ledger keeps any
    """
    views = read(night.run_dir / "evidence", known)
    diagnosis = read_findings(night.run_dir / "findings.json")
    rates, findings = diagnosis.head["rates"], [line.read() for line in diagnosis.findings]
    lists = json.loads((night.run_dir / "listings.json").read_bytes()) if night.lists_asked else None
    hosts = sorted(view.host for view in views)
    run = Run(
        run_id=night.run_dir.name,
        at=night.at,
        actor=night.actor,
        data={"hosts": hosts, "rates": rates, "baseline": night.baseline},
    )
    before = runs.open_concerns(without=night.merged)
    earlier = runs.runs(since=night.at - _LOOKED_BACK, without=night.merged)
    nights = [run for run in earlier if run.at >= delivery.compared_since(night.at)]
    measured = delivery.measures(rates, nights, before, hosts)
    found = [
        *_of_run(findings, lists, views),
        *_of_hosts(views, night.at),
        *delivery.warnings(measured, known, hosts=hosts),
        *of_cases(cases or (), night.at, hosts=night.hosts),
    ]
    looked = _looked(night, views, lists, measured, cases=cases is not None)
    last = next((run for run in earlier if set(run.data["hosts"]) & set(night.hosts)), None)
    return {
        "schema": SCHEMA,
        "run_id": run.run_id,
        "at": night.at.isoformat(timespec="microseconds"),
        "actor": run.actor,
        "baseline": night.baseline,
        "compared_with": None if last is None else {"run_id": last.run_id, "at": _text(last.at)},
        "hosts": hosts,
        "rates": rates,
        "unknown": _unknown(lists),
        "concerns": compare(found, before, looked, run_id=run.run_id, at=night.at, baseline=night.baseline),
        "elsewhere": _elsewhere(before, looked, found),
    }


def run_of(content: Data) -> Run:
    """Return the run that an audit.json is of, to be remembered; C(warned): the early warnings that were open."""
    warned = [
        concern["id"] for concern in content["concerns"] if concern["check"] == "delivery" and concern["state"] in OPEN
    ]
    return Run(
        run_id=content["run_id"],
        at=datetime.datetime.fromisoformat(content["at"]),
        actor=content["actor"],
        data={**{name: content[name] for name in ("hosts", "rates", "baseline")}, "warned": warned},
    )


def _of_run(findings: t.Sequence[Data], lists: Data | None, views: t.Sequence[HostView]) -> t.Iterator[Concern]:
    hosts_of: dict[str, set[str]] = collections.defaultdict(set)
    for view in views:
        for ip in view.configured:
            hosts_of[ip].add(view.host)
    for finding in findings:
        if finding["egress_ip"] and finding["confidence"] != "low":
            hosts_of[finding["egress_ip"]].update(finding["hosts"])
    senders = {ip: sorted(hosts) for ip, hosts in hosts_of.items()}
    yield from of_findings(findings)
    if lists is not None:
        yield from of_listings(lists, senders)
        yield from of_sender_dns(lists, senders)


def _of_hosts(views: t.Iterable[HostView], now: datetime.datetime) -> t.Iterator[Concern]:
    for view in views:
        looks = view.looks or ()
        yield from lint.of_faults(view.host, looks)
        yield from lint.of_changes(view.host, looks, now)
        yield from lint.of_queue(view.host, view.queue, looks)


def _looked(
    night: Night,
    views: t.Sequence[HostView],
    lists: Data | None,
    measured: t.Iterable[delivery.Measure],
    *,
    cases: bool,
) -> Looked:
    return Looked(
        # The folder may hold the evidence of other slices of the fleet too.
        play=frozenset(night.hosts) | {view.host for view in views},
        read=frozenset(view.host for view in views),
        linted=frozenset(view.host for view in views if view.looks is not None),
        layered=frozenset(
            view.host
            for view in views
            if view.looks is not None and all(look["layers"] is not None for look in view.looks)
        ),
        measured=frozenset(delivery.id_of(measure.receiver, measure.code) for measure in measured),
        queued=frozenset(view.host for view in views if view.queue is not None),
        delivered={view.host: view.left for view in views},
        lists=lists,
        cases=cases,
    )


def _unknown(lists: Data | None) -> dict[str, t.Any]:
    """Return how many answers stayed unknown, of how many, and the percentage; null where nobody was asked."""
    totals = lists["totals"] if lists else {}
    asked = sum(totals.get(name, 0) for name in ("listed", "allowed", "clean", "unknown"))
    unknown = totals.get("unknown", 0)
    return {"asked": asked, "unknown": unknown, "percent": round(100.0 * unknown / asked, 1) if asked else None}


def _elsewhere(before: t.Mapping[str, Data], looked: Looked, found: t.Iterable[Concern]) -> list[Data]:
    """Return what is open and was not looked at this time, as far as accepted.yml may name it."""
    seen = {concern.id for concern in found}
    return [
        {name: concern[name] for name in ("id", "check", "state", "subject", "receiver", "list", "hosts")}
        for name, concern in sorted(before.items())
        if name not in seen and looked.fate(concern) == NOT_LOOKED_AT
    ]


def _text(moment: datetime.datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")
