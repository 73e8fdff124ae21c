# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concerns, and runs of a fleet, as the tests of audits need them."""

from __future__ import annotations

import collections
import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._audit import Night, audited, run_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._looked import Looked
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._rates import Rates, rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Runs
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import report_factory

NOW = datetime.datetime(2026, 11, 24, 3, 0, tzinfo=datetime.UTC)
TEXT = {"en": "Something is wrong.", "ja": "問題があります。"}


def concern(key: str = "mx1/soft_bounce", *, check: str = "lint", severity: str = "high", **more: t.Any) -> Concern:
    return Concern(check=check, key=key, severity=severity, title=TEXT, action=TEXT, **{"hosts": ("mx1",), **more})


def looked(*read: str, play: t.Sequence[str] = ("mx1", "mx2"), **more: t.Any) -> Looked:
    """What a run looked at; all of the play unless hosts are named."""
    hosts = frozenset(read or play)
    return Looked(
        **{
            "play": frozenset(play),
            "read": hosts,
            "linted": hosts,
            "layered": hosts,
            "queued": hosts,
            "measured": frozenset(),
            "delivered": {},
            "lists": None,
            "cases": True,
            **more,
        }
    )


def evidence(host: str = "mx1", *, delivered: t.Mapping[str, int] | None = None, **more: t.Any) -> dict[str, t.Any]:
    relays = {"outlook-com.olc.protection.outlook.com": 900} if delivered is None else delivered
    rows = [{"relay_host": relay, "service": "postfix/smtp", "count": count} for relay, count in relays.items()]
    return report_factory.evidence(host, delivered=rows, **{"egress": {"configured": ["203.0.113.7"]}, **more})


def look(*faults: t.Mapping[str, str], layers: t.Sequence[t.Mapping[str, t.Any]] | None = ()) -> dict[str, t.Any]:
    return {
        "config_directory": "/etc/postfix",
        "helo": "mx1.example.jp",
        "resolvers": ["8.8.8.8"],
        "faults": list(faults),
        "layers": None if layers is None else list(layers),
        "notes": [],
    }


def night(
    folder: Path,
    ledger: Ledger,
    *,
    days: float = 0,
    hosts: t.Sequence[str] = ("mx1",),
    baseline: bool = False,
    remember: bool = True,
    **held: t.Any,
) -> dict[str, t.Any]:
    """Audit a run so many days after C(NOW), and remember it."""
    at = NOW + datetime.timedelta(days=days)
    run_dir = report_factory.run_folder(folder / f"{days:g}", rates=_rates(**held), **held)
    content = audited(
        Night(
            run_dir=run_dir,
            hosts=hosts,
            at=at,
            actor="tester",
            lists_asked=held.get("lists") is not None,
            baseline=baseline,
        ),
        load(),
        Runs(ledger),
        ledger.cases(open_only=True),
    )
    (run_dir / "audit.json").write_text(json.dumps(content), encoding="utf-8")
    if remember:
        assert Runs(ledger).remember(run_of(content), content["concerns"])
    return content


def _rates(
    findings: t.Sequence[t.Mapping[str, t.Any]] = (), evidences: t.Sequence[t.Mapping[str, t.Any]] = (), **_held: t.Any
) -> Rates:
    """As the diagnosis of these would have them."""
    known = load()
    taken: collections.Counter[str] = collections.Counter()
    for row in (row for one in evidences for row in one.get("delivered", ())):
        taken[str(answered_by(known, row["relay_host"]))] += row["count"]
    return rates(findings, taken, known)


def states(content: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {concern["id"]: concern["state"] for concern in content["concerns"]}
