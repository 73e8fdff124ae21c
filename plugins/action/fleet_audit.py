# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a night with the nights before, and remembers it; documented in plugins/modules/fleet_audit.py."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._audit import FILE, Night, audited, run_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Runs
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json

OPERATIONS = ("compare", "remember")
ARGUMENT_SPEC: dict[str, t.Any] = {
    "operation": {"type": "str", "required": True, "choices": list(OPERATIONS)},
    "run_dir": {"type": "path", "required": True},
    "ledger": {"type": "str", "no_log": True},
    "actor": {"type": "str"},
    "baseline": {"type": "bool", "default": False},
    "merged": {"type": "list", "elements": "str", "default": []},
    "diagnosis": {"type": "str", "default": "diagnosis_made"},
    "lists": {"type": "str", "default": "diagnosis_listed"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}

_STEPS = {"diagnosis": "diagnosis", "lists": "joining of what the lists said"}

Options = dict[str, t.Any]


class ActionModule(ActionBase):
    """In process, once for all hosts. What it writes is the log of the run and of the nights: it changes no host."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        variables, now = task_vars or {}, datetime.datetime.now().astimezone()
        try:
            with open_ledger(
                options["ledger"] or place.default_url(), timings(), now=now, dry_run=self._task.check_mode
            ) as ledger:
                if options["operation"] == "remember":
                    return {**result, **_remember(ledger, Path.cwd() / options["run_dir"])}
                return {**result, **_compare(ledger, options, variables, now)}
        except (LedgerError, KnowledgeError) as exc:
            raise AnsibleActionFail(str(exc)) from None
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise AnsibleActionFail(
                f"{options['run_dir']} cannot be audited ({type(exc).__name__}: {exc}): the folder of a diagnosed run"
                " was expected"
            ) from None


def _compare(ledger: Ledger, options: Options, variables: dict[str, t.Any], now: datetime.datetime) -> dict[str, t.Any]:
    steps = {step: variables.get(options[step]) or {} for step in ("diagnosis", "lists")}
    for step, said in steps.items():
        if said.get("failed"):
            raise AnsibleActionFail(f"The {_STEPS[step]} failed: {reason_of(said)}")
    run_dir = Path.cwd() / options["run_dir"]
    night = Night(
        run_dir=run_dir,
        hosts=[str(host) for host in variables.get("ansible_play_hosts_all", ())],
        at=now,
        actor=options["actor"] or place.default_actor(),
        lists_asked="path" in steps["lists"],
        baseline=options["baseline"],
        merged=options["merged"],
    )
    content = audited(night, load(options["knowledge_paths"]), Runs(ledger), ledger.cases(open_only=True))
    write_json(run_dir / FILE, content)
    return {"changed": False, "path": str(run_dir / FILE), "count": len(content["concerns"])}


def _remember(ledger: Ledger, run_dir: Path) -> dict[str, t.Any]:
    content = json.loads((run_dir / FILE).read_bytes())
    remembered = Runs(ledger).remember(run_of(content), content["concerns"])
    return {"changed": False, "remembered": remembered, "count": len(content["concerns"])}
