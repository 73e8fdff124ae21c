# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A run's folder -> its report."""

from __future__ import annotations

import datetime
import functools
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import FindingsFile
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import read as read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import CODES
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import added_up
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Data, Host, Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._steps import may_change_a_host, with_commands
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import about
from ansible_collections.postmaster.delist.plugins.plugin_utils._uncollected import uncollected


def gather(
    run_dir: Path,
    *,
    hosts: t.Sequence[Host],
    finished_at: datetime.datetime,
    failed_steps: t.Mapping[str, str],
    lists_asked: bool = False,
    commands: t.Mapping[str, Command] | None = None,
    fail_on: t.Collection[str] = CODES,
    audit: Audit | None = None,
    cases: tuple[t.Sequence[Case], str] = ((), ""),
) -> Report:
    """Read what the run's folder holds; what a failed step left out is simply not there.

    C(lists_asked) tells whether this very run asked them: the folder may hold what an earlier one heard.
    C(commands) carry out the steps of that action. C(cases) are the open ones, and why they are not known.
    """
    run = about(run_dir)
    diagnosis = _findings(run_dir / "findings.json")
    requests = _json(run_dir / "requests.json", {"requests": []})["requests"]
    request_of = {request["finding"]: request for request in requests}
    causes = read(SHIPPED / "causes.yml")["causes"]
    carried_out = functools.cache(functools.partial(with_commands, commands=commands or {}))
    with uncollected():
        items = []
        for line in diagnosis.findings:
            finding = line.read()
            if may_change_a_host(finding):
                line = line._replace(words=carried_out(line.words))
            request, cause = request_of.get(finding["id"], {}), causes[finding["cause"]]["title"]
            items.append(Item.of(line, finding, request=request, cause=cause))
    return Report(
        run_id=run["run_id"],
        run_dir=run_dir,
        started_at=run["started_at"],
        finished_at=finished_at.isoformat(timespec="seconds"),
        hosts=hosts,
        items=sorted(items, key=lambda item: item.rank),
        totals=added_up(run_dir / "evidence"),
        failed_steps=failed_steps,
        remarks=diagnosis.head["notes"],
        lists=_json(run_dir / "listings.json", None) if lists_asked else None,
        hold=(commands or {}).get("hold"),
        fail_on=fail_on,
        audit=audit,
        rates=audit.content["rates"] if audit else diagnosis.head.get("rates") or {},
        cases=cases[0],
        cases_unknown=cases[1],
        follow_up=(commands or {}).get("follow_up"),
    )


def host_of(name: str, result: Data | None, *, without_result: str) -> Host:
    """How the gathering ended on a host, from the result that its task registered."""
    if result is None:
        return Host(name=name, state="failed", reason=without_result)
    # A slice of the fleet may not have reached it; here it was not tried.
    lost = result.get("unreachable") or result.get("not_reached")
    state = "unreachable" if lost else "failed" if result.get("failed") else "ok"
    return Host(name=name, state=state, reason=reason_of(result) if state != "ok" else "")


def _findings(path: Path) -> FindingsFile:
    return read_findings(path) if path.exists() else FindingsFile({"notes": []}, iter(()))


def _json(path: Path, absent: t.Any) -> t.Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else absent
