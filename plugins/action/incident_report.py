# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports a run on the controller; documented in plugins/modules/incident_report.py."""

from __future__ import annotations

import datetime
import re
import sys
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _report as audits
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._look import open_cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import (
    Command,
    of_this_run,
    shown_path,
    sibling,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._notice import (
    Change,
    change,
    message,
    run_before,
    webhook_body,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._notice_send import post, send
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import CODES, Rules
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy_accepted import AcceptedError, read
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _screen_audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._elsewhere import (
    append_to_step_summary,
    write_metrics,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._formats import FORMATS, Setting, write
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather, host_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import head, summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import RunFolderError, write_pieces
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": ["markdown", "html", "junit"]},
    "step_summary": {"type": "path"},
    "metrics_file": {"type": "path"},
    "notify_urls": {"type": "list", "elements": "str", "no_log": True, "default": []},
    "notify_webhook": {"type": "str", "no_log": True},
    "notify_always": {"type": "bool", "default": False},
    "gathered": {"type": "str", "default": "evidence_host"},
    "diagnosis": {"type": "str", "default": "diagnosis_made"},
    "lists": {"type": "str", "default": "diagnosis_listed"},
    "request": {"type": "str", "default": "request_written"},
    "audit": {"type": "str", "default": "audit_made"},
    "fail_on": {"type": "list", "elements": "str", "choices": list(CODES), "default": list(CODES)},
    "max_unknown": {"type": "float", "default": 50.0},
    "accepted": {"type": "path"},
    "ledger": {"type": "str", "no_log": True},
}

# The short extra vars of the playbooks that a repeated command needs, where they are plain words.
_REPEATED = ("since", "language")
# The steps of findings that a playbook carries out.
_CARRIED_OUT = ("hold",)
_PLAIN_WORD = re.compile(r"[\w.:+-]+")


class ActionModule(ActionBase):
    """In process, once for all hosts. Writes into the run's own log, in check mode too; never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        texts = Texts(options["language"])
        cwd = Path.cwd()
        try:
            report = _report(cwd / options["run_dir"], options, variables, texts)
            setting = Setting(texts, _again(variables, cwd), cwd)
            notices: list[dict[str, t.Any]] = []
            before = run_before(report.run_dir, [host.name for host in report.hosts]) if _tells(options) else None
            path = report.run_dir / "summary.json"
            write_pieces(path, summary(report, texts))
            files = write(report, options["formats"], setting)
            Display().display(f"\n{_screen(report, setting, files)}\n")
            if not self._task.check_mode:
                notices = _notify(report, change(report, before), options, setting) if _tells(options) else []
                if notices:
                    write_pieces(path, summary(report, texts, notices=notices))
                _elsewhere(report, options, setting)
        except AcceptedError as exc:
            raise AnsibleActionFail(str(exc)) from None
        except (RunFolderError, OSError, ValueError) as exc:
            raise AnsibleActionFail(f"The report cannot be written: {exc}") from None
        policy = head(report, texts)["policy"]
        return {**result, "changed": False, "path": str(path), "files": files, "policy": policy, "notices": notices}


def _report(run_dir: Path, options: dict[str, t.Any], variables: dict[str, t.Any], texts: Texts) -> Report:
    hosts = [
        host_of(
            str(name),
            variables["hostvars"][name].get(options["gathered"]),
            without_result=texts.say("no_result"),
        )
        for name in variables["ansible_play_hosts_all"]
    ]
    now = datetime.datetime.now().astimezone()
    audit = _audit(options, variables, now)
    steps = {step: variables.get(options[step]) or {} for step in ("diagnosis", "lists", "request")}
    return gather(
        run_dir,
        hosts=hosts,
        finished_at=now,
        failed_steps={step: reason_of(result) for step, result in steps.items() if result.get("failed")},
        lists_asked="path" in steps["lists"],
        commands={
            **{name: _carried_out_by(name, variables, f"run={run_dir.name}") for name in _CARRIED_OUT},
            "follow_up": _carried_out_by("follow_up", variables),
        },
        fail_on=options["fail_on"],
        audit=audit,
        # An audit has them among its concerns.
        cases=((), "") if audit else open_cases(options["ledger"], [host.name for host in hosts], now=now),
    )


def _audit(options: dict[str, t.Any], variables: dict[str, t.Any], now: datetime.datetime) -> audits.Audit | None:
    """Return the audit of this very run, if there was one."""
    path = (variables.get(options["audit"]) or {}).get("path")
    if path is None:
        return None
    accepted = read(Path.cwd() / options["accepted"]) if options["accepted"] else []
    rules = Rules(fail_on=options["fail_on"], max_unknown=options["max_unknown"], accepted=accepted)
    return audits.gathered(Path(path), rules, today=now.date())


def _elsewhere(report: Report, options: dict[str, t.Any], setting: Setting) -> None:
    """Write what lies outside the run's folder: last, so that all the rest is there if it cannot be."""
    if options["metrics_file"]:
        write_metrics(setting.cwd / options["metrics_file"], FORMATS["prometheus"].render(report, setting))
    if options["step_summary"]:
        whole = "".join(FORMATS["markdown"].render(report, setting))
        more = setting.texts.say("markdown", "cut", path=report.run_dir)
        append_to_step_summary(setting.cwd / options["step_summary"], whole, more=more)


def _carried_out_by(playbook: str, variables: dict[str, t.Any], *extra: str) -> Command:
    """The command of the playbook that does what a step or a case wants."""
    return of_this_run(
        context.CLIARGS,
        program=sys.argv[0],
        cwd=Path.cwd(),
        playbook=sibling(context.CLIARGS, playbook),
        extra=[*extra, *_said(variables, ("language",))],
    )


def _tells(options: dict[str, t.Any]) -> bool:
    return bool(options["notify_urls"] or options["notify_webhook"])


def _notify(report: Report, changed: Change, options: dict[str, t.Any], setting: Setting) -> list[dict[str, t.Any]]:
    """Tell who wants to know, if there is something new; a message that does not arrive is said, and fails nothing."""
    if not changed.is_one and not options["notify_always"]:
        return []
    texts, run_dir = setting.texts, shown_path(report.run_dir, setting.cwd)
    sent = []
    if options["notify_webhook"]:
        sent.append(post(options["notify_webhook"], webhook_body(report, changed, texts, run_dir=run_dir)))
    if options["notify_urls"]:
        sent += send(options["notify_urls"], *message(report, changed, texts, run_dir=run_dir))
    for notice in sent:
        if notice.reason:
            Display().warning(texts.say("notice", "failed", to=notice.to, reason=notice.reason))
    return [notice.to_data() for notice in sent]


def _screen(report: Report, setting: Setting, files: dict[str, str]) -> str:
    if report.audit is None:
        return screen(report, **setting._asdict(), written=files)
    own = Texts(setting.texts.language, file="audit")
    return _screen_audit.screen(
        report, report.audit, texts=own, said=setting.texts, again=setting.again, cwd=setting.cwd, written=files
    )


def _again(variables: dict[str, t.Any], cwd: Path) -> Command:
    return of_this_run(context.CLIARGS, program=sys.argv[0], cwd=cwd, extra=_said(variables, _REPEATED))


def _said(variables: dict[str, t.Any], names: t.Iterable[str]) -> list[str]:
    given = {name: variables.get(name) for name in names}
    return [f"{name}={value}" for name, value in given.items() if _PLAIN_WORD.fullmatch(str(value or ""))]
