# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the requests of a run, on the controller; documented in plugins/modules/delist_send.py."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as folder
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import blocked_addresses
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError, read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._send import (
    Draft,
    Outcome,
    obstacle,
    read_draft,
    send,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._submission import (
    Server,
    SubmissionError,
    connected,
)

_SERVER: dict[str, t.Any] = {
    "host": {"type": "str", "required": True},
    "user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "port": {"type": "int"},
    "tls": {"type": "str", "choices": ["implicit", "starttls"], "default": "starttls"},
    "ca_file": {"type": "path"},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "server": {"type": "dict", "options": _SERVER, "required": True},
    "cases": {"type": "list", "elements": "str", "default": []},
    "confirm": {"type": "bool", "default": False},
    "ledger": {"type": "str", "no_log": True},
    "actor": {"type": "str"},
}


class ActionModule(ActionBase):
    """In process, once for all hosts."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        run = Path.cwd() / options["run_dir"]
        really = options["confirm"] and not self._task.check_mode
        url = options["ledger"] or place.default_url()
        try:
            drafts = _drafts(run, options["cases"])
            blocked = blocked_addresses(read_findings(run))
            with open_ledger(url, timings(), now=_now(), dry_run=not really) as ledger:
                # Of the request and the answer of one case at most one makes sense; the other is not worth a word.
                drafts, plan = _sensible(drafts, [_planned(ledger, draft) for draft in drafts])
                if really and any(outcome.outcome == "planned" for outcome in plan):
                    plan = _sent(ledger, drafts, plan, options, blocked)
        except (LedgerError, SubmissionError, FindingsError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        counted = ("planned",) if self._task.check_mode and options["confirm"] else ("sent",)
        changed = any(outcome.outcome in counted for outcome in plan)
        done = {"requests": [outcome._asdict() for outcome in plan], "changed": changed}
        unsure = [outcome for outcome in plan if outcome.outcome in ("failed", "unknown")]
        if unsure:
            return {**result, **done, "failed": True, "msg": "; ".join(f"{one.case}: {one.reason}" for one in unsure)}
        return {**result, **done}


def _drafts(run: Path, wanted: t.Collection[str]) -> list[Draft]:
    requests = folder.read_requests(run)
    mails = [Draft(case, run / record["path"]) for case, record in requests.items() if record["kind"] == "email"]
    answers = {case: (record.get("escalation") or {}).get("path") for case, record in requests.items()}
    mails += [Draft(case, run / path, "escalated") for case, path in answers.items() if path]
    unknown = sorted(set(wanted) - {draft.case for draft in mails})
    if unknown:
        there = ", ".join(dict.fromkeys(draft.case for draft in mails)) or "none"
        raise SubmissionError(f"There is no mail for {', '.join(unknown)} in {run}: there are {there}")
    return [draft for draft in mails if not wanted or draft.case in wanted]


def _sensible(drafts: list[Draft], plan: list[Outcome]) -> tuple[list[Draft], list[Outcome]]:
    planned = {outcome.case for outcome in plan if outcome.outcome == "planned"}
    kept: dict[str, tuple[Draft, Outcome]] = {}
    for draft, outcome in zip(drafts, plan, strict=True):
        if outcome.outcome == "planned" or (outcome.case not in planned and outcome.case not in kept):
            kept[outcome.case] = (draft, outcome)
    return [draft for draft, _outcome in kept.values()], [outcome for _draft, outcome in kept.values()]


def _planned(ledger: Ledger, draft: Draft) -> Outcome:
    message_id = str(read_draft(draft.path)["Message-ID"]).strip()
    why = obstacle(ledger.read(draft.case).case, message_id, draft.kind)
    return Outcome(draft.case, "refused" if why else "planned", why, message_id)


def _sent(
    ledger: Ledger, drafts: list[Draft], plan: list[Outcome], options: dict[str, t.Any], blocked: t.Collection[str]
) -> list[Outcome]:
    actor = options["actor"] or place.default_actor()
    outcomes = []
    with connected(Server(**options["server"]), blocked) as session:
        for draft, planned in zip(drafts, plan, strict=True):
            if planned.outcome == "planned":
                mail = read_draft(draft.path)
                outcomes.append(send(ledger, session, draft.case, mail, kind=draft.kind, actor=actor, now=_now))
            else:
                outcomes.append(planned)
            if outcomes[-1].outcome == "unknown":
                # The connection is gone, and what follows was not begun.
                outcomes += plan[len(outcomes) :]
                break
    return outcomes


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
