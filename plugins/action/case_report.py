# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what is due in the open cases, on the controller; documented in plugins/modules/case_report.py."""

from __future__ import annotations

import datetime
import sys
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _events as answers
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, markdown, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Setting, step_of, to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import (
    Command,
    of_this_run,
    shown_path,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather, host_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import head
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as folder
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import (
    RunFolderError,
    write_json,
    write_text,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "ledger": {"type": "str", "no_log": True},
    "mailboxes": {"type": "dict", "default": {}},
    "can_send": {"type": "bool", "default": False},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "gathered": {"type": "str"},
    "steps": {"type": "dict", "default": {}},
    "closed": {"type": "str"},
    "sent": {"type": "str"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}

Variables = t.Mapping[str, t.Any]


class ActionModule(ActionBase):
    """In process, once for all hosts. Writes into the run's own log, in check mode too; never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        now = datetime.datetime.now(datetime.UTC)
        try:
            with open_ledger(options["ledger"] or place.default_url(), timings(), now=now, dry_run=True) as ledger:
                done = _reported(ledger, options, task_vars or {}, now)
        except (LedgerError, RunFolderError, FindingsError, answers.AnswersError, KnowledgeError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"The report cannot be written: {exc}") from None
        return {**result, "changed": False, **done}


def _reported(ledger: Ledger, options: Variables, variables: Variables, now: datetime.datetime) -> dict[str, t.Any]:
    run, cwd = Path.cwd() / options["run_dir"], Path.cwd()
    texts = Texts(options["language"], file="cases")
    hosts = [str(name) for name in variables["ansible_play_hosts_all"]]
    setting = Setting(
        now=now,
        requests=_by_case(run),
        mailboxes=options["mailboxes"],
        can_send=options["can_send"],
        texts=texts,
        command=_command,
        shown=lambda path: shown_path(run / path, cwd) if (run / path).is_file() else None,
        known=load(options["knowledge_paths"]),
    )
    cases = [case for case in ledger.cases(open_only=True) if set(hosts) & set(case.facts.get("hosts") or ())]
    steps = [step_of(case, setting) for case in cases]
    failed = {step: _result(variables, name) for step, name in options["steps"].items()}
    failures = {step: reason_of(result) for step, result in failed.items() if result.get("failed")}
    closed = [ledger.case(entry["id"]) for entry in _result(variables, options["closed"]).get("cases") or ()]
    found = Followed(
        run_id=run.name,
        steps=steps,
        closed=[case for case in closed if case.state == "closed"],
        unproven=list(_unproven(run, {case.id for case in cases})),
        links=_links(run),
        failures=[f"{texts.say('step', step)}: {reason}" for step, reason in failures.items()],
        unsent=[mail for mail in _result(variables, options["sent"]).get("requests") or () if mail.get("reason")],
    )
    due = [to_data(step, setting) for step in found.steps if step.is_due]
    policy = _summarise(run, options, variables, due, {texts.say("step", k): v for k, v in failures.items()})
    write_text(run / "cases.md", markdown(found, texts=texts))
    Display().display(f"\n{screen(found, texts=texts, report=shown_path(run / 'cases.md', cwd), again=_command({}))}\n")
    return {"path": str(run / "cases.md"), "due": due, "policy": policy}


def _summarise(
    run: Path, options: Variables, variables: Variables, due: list[t.Any], failures: t.Mapping[str, str]
) -> dict[str, t.Any]:
    """Write summary.json as every run has it, with the cases that are due."""
    words = Texts(options["language"])
    names = variables["ansible_play_hosts_all"] if options["gathered"] else ()
    report = gather(
        run,
        hosts=[
            host_of(
                str(name), variables["hostvars"][name].get(options["gathered"]), without_result=words.say("no_result")
            )
            for name in names
        ],
        finished_at=datetime.datetime.now().astimezone(),
        failed_steps={},
    )
    summary = head(report, words)
    reasons = [*summary["policy"]["reasons"]]
    reasons += [words.say("policy", "step_failed", step=step, reason=reason) for step, reason in failures.items()]
    summary = {**summary, "policy": {**summary["policy"], "passed": not reasons, "reasons": reasons}, "cases_due": due}
    write_json(run / "summary.json", summary)
    return t.cast("dict[str, t.Any]", summary["policy"])


def _by_case(run: Path) -> dict[str, t.Any]:
    """Return all records of requests.json, also of requests that could not be written: those say why."""
    return {str(record["case"]): record for record in folder.read_records(run)}


def _answers(run: Path) -> list[dict[str, t.Any]]:
    return answers.read(run) if (run / answers.ANSWERS).is_file() else []


def _unproven(run: Path, cases: set[str]) -> t.Iterator[dict[str, str]]:
    """Yield the answers that seem to belong to a case and may not advance it, with the reason."""
    for answer in _answers(run):
        reasons = [match["why_not"] for match in answer["matches"] if match["case"] in cases and match["why_not"]]
        if reasons and not answer["advances"]:
            yield {"source": str(answer["source"]), "why": str(reasons[0])}


def _links(run: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for answer in _answers(run):
        for case in answer["advances"]:
            found.setdefault(str(case), []).extend(map(str, answer["links"]))
    return found


def _result(variables: Variables, name: str | None) -> Variables:
    """Return what the task before has registered, on whichever host it ran for all."""
    for host in variables["ansible_play_hosts_all"] if name else ():
        found = variables["hostvars"][host].get(name)
        if isinstance(found, t.Mapping):
            return found
    return {}


def _command(extra: t.Mapping[str, str]) -> Command:
    """Return the command of this run, with more extra vars."""
    values = [f"{name}={value}" for name, value in extra.items()]
    return of_this_run(context.CLIARGS, program=sys.argv[0], cwd=Path.cwd(), extra=values)
