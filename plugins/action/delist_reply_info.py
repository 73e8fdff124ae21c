# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what receivers answered, on the controller; documented in plugins/modules/delist_reply_info.py."""

from __future__ import annotations

import datetime
import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _authentication as authentication
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._events import ANSWERS
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._files import Mail, SourceError, in_path
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._imap import Account, in_mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._matching import Cases, links, match_all
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._tables import MISSING
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _mail as mail
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._knowledge import load as load_wordings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json

_IMAP: dict[str, t.Any] = {
    "host": {"type": "str", "required": True},
    "user": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "port": {"type": "int"},
    "folder": {"type": "str", "default": "INBOX"},
    "tls": {"type": "str", "choices": ["implicit", "starttls"], "default": "implicit"},
    "ca_file": {"type": "path"},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "paths": {"type": "list", "elements": "path", "default": []},
    "imap": {"type": "dict", "options": _IMAP},
    "days": {"type": "int", "default": 14},
    "newest": {"type": "int", "default": 200},
    "authserv_ids": {"type": "list", "elements": "str", "default": []},
    "ledger": {"type": "str", "no_log": True},
    "run_dir": {"type": "path"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}


class ActionModule(ActionBase):
    """In process, once for all hosts; only reads."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC, required_one_of=[["paths", "imap"]])[1]
        try:
            mails, notes = _mails(options)
            answers = _answers(mails, options)
        except (KnowledgeError, LedgerError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        if mails == [] and notes:
            raise AnsibleActionFail("; ".join(notes))
        found: dict[str, t.Any] = {"schema": 1, "answers": answers, "notes": notes}
        if options["run_dir"]:
            path = Path.cwd() / options["run_dir"] / ANSWERS
            try:
                write_json(path, found)
            except OSError as exc:
                raise AnsibleActionFail(f"The answers cannot be written to {path}: {exc}") from None
            return {**result, "changed": False, "path": str(path), "count": len(answers), "notes": notes}
        return {**result, **found, "changed": False}


def _mails(options: dict[str, t.Any]) -> tuple[list[Mail], list[str]]:
    """Return all mails, and why some mailboxes could not be read: one of them never spoils the others."""
    mails: list[Mail] = []
    notes: list[str] = []
    since = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=options["days"])
    newest = options["newest"]
    sources: list[t.Callable[[], list[Mail]]] = [
        functools.partial(in_path, Path.cwd() / path, newest=newest) for path in options["paths"]
    ]
    if options["imap"]:
        sources.append(functools.partial(in_mailbox, Account(**options["imap"]), since=since, newest=newest))
    for source in sources:
        try:
            mails += source()
        except SourceError as exc:
            notes.append(str(exc))
    return mails, notes


def _answers(mails: list[Mail], options: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    wordings = load_wordings(options["knowledge_paths"])
    cases = Cases(_cases(options), load(options["knowledge_paths"]))
    answers: dict[str, dict[str, t.Any]] = {}
    for found in mails:
        answer = parse(found.data, wordings)
        proven = authentication.of_mail(found.data, options["authserv_ids"])
        answers.setdefault(
            answer["sha256"],
            {
                **answer,
                "source": found.source,
                "authenticated": sorted(proven.domains),
                "why_not_authenticated": proven.why_none,
                "links": links(mail.read(found.data).text),
            },
        )
    return match_all(list(answers.values()), cases)


def _cases(options: dict[str, t.Any]) -> list[Case]:
    """Return the cases there are; without a ledger there are none, and an answer is only read."""
    if MISSING:
        return []
    now = datetime.datetime.now(datetime.UTC)
    with open_ledger(options["ledger"] or place.default_url(), timings(), now=now, dry_run=True) as ledger:
        return ledger.cases()
