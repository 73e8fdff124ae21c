# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the requests of a run on the controller; documented in plugins/modules/delist_request.py."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._dns.mailbox import mail_addresses
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _in_run as in_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._knowledge import load as load_wordings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as folder
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import blocked_addresses, check
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import LANGUAGES, Library, Writer
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import TemplateProblem
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import words_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import (
    FindingsError,
    checked,
    read_findings,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path"},
    "findings": {"type": "list", "elements": "dict"},
    "organisation": {"type": "str"},
    "contact_name": {"type": "str"},
    "contact_phone": {"type": "str"},
    "sender": {"type": "str"},
    "reply_to": {"type": "str"},
    "fixed_text": {"type": "raw"},
    "answer": {"type": "path"},
    "new_facts": {"type": "str"},
    "domains": {"type": "list", "elements": "str", "default": []},
    "website": {"type": "str"},
    "ip_ownership": {"type": "str"},
    "volume": {"type": "str"},
    "sender_names": {"type": "dict", "default": {}},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "mail_language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "allow_documentation": {"type": "bool", "default": False},
    "check_mailbox": {"type": "bool", "default": True},
    "dns_server": {"type": "str"},
    "dns_port": {"type": "int", "default": 53},
    "template_paths": {"type": "list", "elements": "path", "default": []},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}


class ActionModule(ActionBase):
    """In process, once for all hosts. Writes into the run's own log, in check mode too; never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_one_of=[["run_dir", "findings"]])[1]
        try:
            return {**result, "changed": False, **_requests(options)}
        except (FindingsError, KnowledgeError, TemplateProblem) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"The requests cannot be written: {exc}") from None


def _requests(options: dict[str, t.Any]) -> dict[str, t.Any]:
    run = Path.cwd() / options["run_dir"] if options["run_dir"] else None
    if options["findings"] is not None:
        findings = checked(options["findings"], "findings")
    else:
        findings = read_findings(t.cast(Path, run))
    cases, others = in_run.read(run) if run and options["findings"] is None else ({}, [])
    findings = [*findings, *checked(others, in_run.CASES)]
    words = words_of(options)
    lookup = functools.partial(mail_addresses, server=options["dns_server"], port=options["dns_port"])
    writer = Writer(
        knowledge=load(options["knowledge_paths"]),
        words=words,
        mailbox=check(words.reply_to, blocked_addresses(findings), lookup if options["check_mailbox"] else None),
        language=options["language"],
        mail_language=options["mail_language"],
        allow_documentation=options["allow_documentation"],
        answer=_answer(options),
        cases=cases,
        library=Library([Path.cwd() / path for path in (*options["template_paths"], *options["knowledge_paths"])]),
    )
    requests = [writer.write(finding) for finding in findings]
    if run is None:
        return {"requests": [{**request.record, "files": dict(request.files)} for request in requests]}
    folder.write(run, requests)
    return {"requests": [request.record for request in requests], "path": str(run / folder.REQUESTS)}


def _answer(options: dict[str, t.Any]) -> dict[str, t.Any] | None:
    if not options["answer"]:
        return None
    try:
        source = (Path.cwd() / options["answer"]).read_bytes()
    except OSError as exc:
        raise AnsibleActionFail(f"The answer {options['answer']} cannot be read ({exc.strerror})") from None
    return parse(source, load_wordings(options["knowledge_paths"]))
