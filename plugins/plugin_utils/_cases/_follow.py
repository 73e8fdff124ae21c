# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The operations of M(postmaster.delist.delist_case) that follow cases by themselves, in the playbook C(follow_up)."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _deliveries as deliveries
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _in_run as in_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _own_hosts as own_hosts
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _probes as probes
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._keep import opened
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._postmortem import write_postmortem
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._task import Done, Task
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings


def relays(task: Task) -> Done:
    """Return the relays whose deliveries could close a case of these hosts."""
    return {"relays": deliveries.wanted_relays(_of_these_hosts(task), task.known)}


def delivered(task: Task) -> Done:
    """Close what the deliveries in the evidence of a run prove to be over, and write what was learnt from it."""
    found = deliveries.read(task.run / "evidence")
    closed: list[Snapshot] = []
    for case in _of_these_hosts(task) if found else ():

        def decide(seen: Snapshot) -> Event | None:
            case = t.cast(Case, seen.case)
            data = deliveries.proof_of(case, found, task.known, timings()) if case.is_open else None
            return new(case.id, "delivered", data, actor=task.actor, at=task.now) if data else None

        snapshot, written = task.ledger.record(case.id, decide)
        closed += [snapshot] if written else []
    files = [path for seen in closed for path in write_postmortem(seen, task.run / "postmortems", task.known)]
    in_run.save(task.ledger, task.run, hosts=task.hosts)
    cases = [to_data(t.cast(Case, seen.case)) for seen in closed]
    return {"changed": bool(closed), "cases": cases, "files": [str(path) for path in files]}


def retests(task: Task) -> Done:
    """Return what is to be asked of receivers now: one host, one mailbox each."""
    hosts = [str(name) for name in task.variables.get("ansible_play_hosts") or ()]
    cases = [case for case in _of_these_hosts(task) if case.due_at is not None and case.due_at <= task.now]
    return {"retests": [probe._asdict() for probe in probes.wanted(cases, task.options["mailboxes"], hosts)]}


def probed(task: Task) -> Done:
    """Record what receivers have answered on the hosts."""
    changed, cases = False, []
    for answer in probes.given(task.variables, task.hosts, task.options["registered"]):

        def decide(seen: Snapshot, answer: probes.Answer = answer) -> Event | None:
            if seen.case is None or seen.case.due not in probes.DUE:
                return None
            return new(answer.case, "probed", answer.data, actor=task.actor, at=task.now)

        snapshot, written = task.ledger.record(answer.case, decide)
        changed = changed or written
        cases += [to_data(snapshot.case)] if written and snapshot.case else []
    in_run.save(task.ledger, task.run, hosts=task.hosts)
    return {"changed": changed, "cases": cases}


def own_side(task: Task) -> Done:
    """Note in its cases what was changed on our own hosts; what a run has found there has cases from now on."""
    hosts = own_hosts.changed_hosts(task.hosts, task.variables["hostvars"], task.options["registered"])
    if not hosts:
        return {"cases": []}
    changed = opened(task)["changed"] if task.options["run_dir"] else False
    concerned, noted = own_hosts.note(task.ledger, task.options["event"], hosts, actor=task.actor, now=task.now)
    return {"changed": changed or noted, "cases": [to_data(task.ledger.case(case_id)) for case_id in concerned]}


def postmortem(task: Task) -> Done:
    """Write what a case that is over has shown."""
    task.ledger.case(task.options["case"])
    seen = task.ledger.read(task.options["case"])
    files = write_postmortem(seen, in_run.folder_of(task.options["path"]), task.known, dry_run=task.ledger.dry_run)
    return {"changed": bool(files), "files": [str(path) for path in files]}


def _of_these_hosts(task: Task) -> list[Case]:
    hosts = set(task.hosts)
    return [case for case in task.ledger.cases(open_only=True) if hosts & set(case.facts.get("hosts") or ())]
