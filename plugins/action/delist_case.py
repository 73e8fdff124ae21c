# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps cases on the controller; documented in plugins/modules/delist_case.py."""

from __future__ import annotations

import datetime
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils import _request_folder as folder
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _events as answers
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _proof as proof
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import text_of, to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, EventError, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._exchange import export_lines, import_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import STATES
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import (
    Ledger,
    LedgerError,
    Snapshot,
    open_ledger,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._opening import note_request, open_case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._tables import MISSING
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings

OPERATIONS = ("advance", "answers", "due", "export", "import", "list", "open")
# What others record when they act; by hand, it would only be a claim.
BY_HAND = (
    "acknowledged", "asked", "chased", "decided", "delivered", "escalated", "expired", "note", "sent", "submitted",
    "unsent",
)  # fmt: skip
ARGUMENT_SPEC: dict[str, t.Any] = {
    "operation": {"type": "str", "required": True, "choices": list(OPERATIONS)},
    "ledger": {"type": "str", "no_log": True},
    "actor": {"type": "str"},
    "run_dir": {"type": "path"},
    "case": {"type": "str"},
    "event": {"type": "str", "choices": list(BY_HAND)},
    "data": {"type": "dict", "default": {}},
    "states": {"type": "list", "elements": "str", "choices": list(STATES)},
    "receiver": {"type": "str"},
    "egress_ip": {"type": "str"},
    "open_only": {"type": "bool", "default": True},
    "history": {"type": "bool", "default": False},
    "path": {"type": "path"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}
REQUIRED_IF = [
    ["operation", "open", ["run_dir"]],
    ["operation", "answers", ["run_dir"]],
    ["operation", "advance", ["case", "event"]],
    ["operation", "export", ["path"]],
    ["operation", "import", ["path"]],
]


class ActionModule(ActionBase):
    """In process, once for all hosts."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_if=REQUIRED_IF)[1]
        if MISSING:
            raise AnsibleActionFail(
                f"The ledger needs SQLAlchemy on the controller ({MISSING}): pip install 'SQLAlchemy>=2.0'"
            )
        now = datetime.datetime.now(datetime.UTC)
        try:
            with open_ledger(
                options["ledger"] or place.default_url(), timings(), now=now, dry_run=self._task.check_mode
            ) as ledger:
                done = _DO[options["operation"]](ledger, options, now)
        except (LedgerError, EventError, answers.AnswersError, folder.FindingsError, KnowledgeError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"The file {options['path']} cannot be used: {exc}") from None
        return {**result, "changed": False, **done}


Options = dict[str, t.Any]
Done = dict[str, t.Any]


def _open(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    """Open, or bring up to date, the cases of a run's findings."""
    run = Path.cwd() / options["run_dir"]
    cases, changed = [], False
    requests = folder.read_requests(run)
    for finding in folder.read_findings(run):
        if finding.get("opens_case"):
            case, written = open_case(ledger, finding, run_id=run.name, actor=_actor(options), now=now)
            if case.id in requests:
                case, noted = note_request(ledger, case, requests[case.id], actor=_actor(options), now=now)
                written = written or noted
            cases.append(to_data(case))
            changed = changed or written
    return {"changed": changed, "cases": cases}


def _advance(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    event = new(options["case"], options["event"], options["data"], actor=_actor(options), at=now)
    before: list[str] = []

    def decide(seen: Snapshot) -> Event | None:
        before[:] = [seen.case.state] if seen.case else []
        if any(_same(event, old) for old in seen.events[-1:]):
            return None
        if seen.case and event.kind == "delivered":
            relay = str(event.data.get("relay_host") or "")
            receiver = load(options["knowledge_paths"]).receiver_of(relay)
            why = proof.refusal(seen.case, event.data, [receiver] if receiver else [])
            if why:
                raise LedgerError(f"The case {seen.case.id} is not closed: {why}")
        return event

    snapshot, written = ledger.record(options["case"], decide)
    case = t.cast("t.Any", snapshot.case)
    after = f"{case.id}: {case.state}\n"
    diff = {"before": f"{case.id}: {before[0]}\n" if written else after, "after": after}
    return {"changed": written, "cases": [to_data(case, _history(options, snapshot))], "diff": diff}


def _answers(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    """Record what the answers of a run say, each for the cases that it may advance."""
    changed, cases = False, {}
    for answer in answers.read(Path.cwd() / options["run_dir"]):
        for case_id in answer["advances"]:
            try:
                snapshot, written = answers.record(ledger, case_id, answer, actor=_actor(options), now=now)
            except LedgerError as exc:
                cases[case_id] = {"id": case_id, "refused": str(exc)}
                continue
            changed = changed or written
            if snapshot.case and written:
                cases[case_id] = to_data(snapshot.case)
    return {"changed": changed, "cases": list(cases.values())}


def _list(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    wanted = [options["case"]] if options["case"] else ledger.case_ids(open_only=options["open_only"])
    snapshots = (ledger.read(case_id) for case_id in wanted)
    cases = [(to_data(seen.case, _history(options, seen))) for seen in snapshots if seen.case]
    if options["case"] and not cases:
        ledger.case(options["case"])
    return {"cases": [case for case in cases if _is_wanted(case, options)]}


def _due(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    due = [
        {
            "case": item.case,
            "finding": item.finding,
            "state": item.state,
            "due": item.due,
            "due_at": text_of(item.due_at),
        }
        for item in ledger.due(now)
    ]
    return {"due": due}


def _export(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    path = Path.cwd() / options["path"]
    text = "".join(export_lines(ledger))
    changed = not path.is_file() or path.read_text(encoding="ascii") != text
    if changed and not ledger.dry_run:
        unfinished = path.with_name(f".{path.name}.part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        unfinished.replace(path)
    return {"changed": changed, "events": text.count("\n")}


def _import(ledger: Ledger, options: Options, now: datetime.datetime) -> Done:
    with (Path.cwd() / options["path"]).open(encoding="utf-8", errors="replace") as lines:
        added = import_lines(ledger, lines)
    return {"changed": added > 0, "events": added}


def _same(one: Event, other: Event) -> bool:
    """Tell whether this was just recorded: a play that is run again must not record it again."""
    return (one.kind, one.data, one.actor) == (other.kind, other.data, other.actor)


def _actor(options: Options) -> str:
    return options["actor"] or place.default_actor()


def _history(options: Options, seen: Snapshot) -> t.Iterable[Event] | None:
    return seen.events if options["history"] else None


def _is_wanted(case: t.Mapping[str, t.Any], options: Options) -> bool:
    receivers = {case["receiver"], *(case["receivers"] or ())}
    return (
        (not options["states"] or case["state"] in options["states"])
        and (not options["receiver"] or options["receiver"] in receivers)
        and (not options["egress_ip"] or options["egress_ip"] == case["egress_ip"])
    )


_DO: t.Mapping[str, t.Callable[[t.Any, Options, datetime.datetime], Done]] = {
    "advance": _advance,
    "answers": _answers,
    "due": _due,
    "export": _export,
    "import": _import,
    "list": _list,
    "open": _open,
}
