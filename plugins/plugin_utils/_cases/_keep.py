# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The operations of M(postmaster.delist.delist_case) that keep the ledger itself: open, advance, list, exchange."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _events as answers
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _in_run as in_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._task import Done, Task
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _proof as proof
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import text_of, to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._exchange import export_lines, import_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import LedgerError, Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._opening import note_request, open_case
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as folder
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import read_findings


def opened(task: Task) -> Done:
    """Open, or bring up to date, the cases of a run's findings."""
    cases, changed = [], False
    requests = folder.read_requests(task.run)
    for finding in read_findings(task.run):
        if finding.get("opens_case"):
            case, written = open_case(task.ledger, finding, run_id=task.run.name, actor=task.actor, now=task.now)
            if case.id in requests:
                request = {**requests[case.id], "text": in_run.text_of_request(task.run, requests[case.id])}
                case, noted = note_request(task.ledger, case, request, actor=task.actor, now=task.now)
                written = written or noted
            cases.append(to_data(case))
            changed = changed or written
    in_run.save(task.ledger, task.run, hosts=task.hosts)
    return {"changed": changed, "cases": cases}


def advanced(task: Task) -> Done:
    """Record an event that somebody tells of."""
    options = task.options
    event = new(options["case"], options["event"], options["data"], actor=task.actor, at=task.now)
    before: list[str] = []

    def decide(seen: Snapshot) -> Event | None:
        before[:] = [seen.case.state] if seen.case else []
        if any(_same(event, old) for old in seen.events[-1:]):
            return None
        if seen.case and event.kind == "delivered":
            owner = answered_by(task.known, str(event.data.get("relay_host") or ""))
            why = proof.refusal(seen.case, event.data, [owner] if owner else [])
            if why:
                raise LedgerError(f"The case {seen.case.id} is not closed: {why}")
        return event

    snapshot, written = task.ledger.record(options["case"], decide)
    case = t.cast("t.Any", snapshot.case)
    after = f"{case.id}: {case.state}\n"
    diff = {"before": f"{case.id}: {before[0]}\n" if written else after, "after": after}
    return {"changed": written, "cases": [to_data(case, _history(task, snapshot))], "diff": diff}


def answered(task: Task) -> Done:
    """Record what the answers of a run say, each for the cases that it may advance."""
    changed, cases = False, {}
    for answer in sorted(answers.read(task.run), key=_written_at):
        for case_id in answer["advances"]:
            try:
                snapshot, written = answers.record(task.ledger, case_id, answer, actor=task.actor, now=task.now)
            except LedgerError as exc:
                cases[case_id] = {"id": case_id, "refused": str(exc)}
                continue
            changed = changed or written
            if snapshot.case and written:
                cases[case_id] = to_data(snapshot.case)
    return {"changed": changed, "cases": list(cases.values())}


def listed(task: Task) -> Done:
    """Return cases."""
    options = task.options
    wanted = [options["case"]] if options["case"] else task.ledger.case_ids(open_only=options["open_only"])
    snapshots = (task.ledger.read(case_id) for case_id in wanted)
    cases = [(to_data(seen.case, _history(task, seen))) for seen in snapshots if seen.case]
    if options["case"] and not cases:
        task.ledger.case(options["case"])
    return {"cases": [case for case in cases if _is_wanted(case, options)]}


def due(task: Task) -> Done:
    """Return what is due."""
    found = [
        {
            "case": item.case,
            "finding": item.finding,
            "state": item.state,
            "due": item.due,
            "due_at": text_of(item.due_at),
        }
        for item in task.ledger.due(task.now)
    ]
    return {"due": found}


def exported(task: Task) -> Done:
    """Write all events as JSON lines."""
    path = Path.cwd() / task.options["path"]
    text = "".join(export_lines(task.ledger))
    changed = not path.is_file() or path.read_text(encoding="ascii") != text
    if changed and not task.ledger.dry_run:
        unfinished = path.with_name(f".{path.name}.part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        unfinished.replace(path)
    return {"changed": changed, "events": text.count("\n")}


def imported(task: Task) -> Done:
    """Add the events of JSON lines that are not there yet."""
    with (Path.cwd() / task.options["path"]).open(encoding="utf-8", errors="replace") as lines:
        added = import_lines(task.ledger, lines)
    return {"changed": added > 0, "events": added}


def _written_at(answer: dict[str, t.Any]) -> tuple[float, str]:
    """In the order of their own dates: who confirms the receipt comes before who decides."""
    at = moment(answer["date"])
    return at.timestamp() if at else 0.0, answer["sha256"]


def _same(one: Event, other: Event) -> bool:
    """Tell whether this was just recorded: a play that is run again must not record it again."""
    return (one.kind, one.data, one.actor) == (other.kind, other.data, other.actor)


def _history(task: Task, seen: Snapshot) -> t.Iterable[Event] | None:
    return seen.events if task.options["history"] else None


def _is_wanted(case: t.Mapping[str, t.Any], options: t.Mapping[str, t.Any]) -> bool:
    receivers = {case["receiver"], *(case["receivers"] or ())}
    return (
        (not options["states"] or case["state"] in options["states"])
        and (not options["receiver"] or options["receiver"] in receivers)
        and (not options["egress_ip"] or options["egress_ip"] == case["egress_ip"])
    )
