# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a host ask a receiver, and judges the answer; documented in plugins/modules/delivery_probe.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._probe_options import ACTION, MODULE
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._probe_judge import judge, latest_stage, of_receiver
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError


class ActionModule(ActionBase):
    """The host only asks: what a reply means is known on the controller."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ACTION)[1]
        blocked_at = options["blocked_at"]
        if options["receiver"]:
            host = str((task_vars or {}).get("inventory_hostname", "localhost"))
            found = _findings(options, host)
            if not found:
                return {**result, "skipped": True, "msg": f"{options['receiver']} has not blocked {host} in this run"}
            blocked_at = blocked_at or latest_stage(finding.get("stage") for finding in found)
        given = {name: options[name] for name in MODULE if options[name] is not None}
        result.update(self._execute_module("postmaster.delist.delivery_probe", module_args=given, task_vars=task_vars))
        if result.get("failed") or "answer" not in result:
            return result
        try:
            said = judge(result["answer"], blocked_at=blocked_at, knowledge_paths=options["knowledge_paths"])
        except KnowledgeError as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {
            **result,
            "verdict": said.verdict,
            "cause": said.cause,
            "reason": {"code": said.code, "en": said.en, "ja": said.ja},
        }


def _findings(options: t.Mapping[str, t.Any], host: str) -> list[t.Mapping[str, t.Any]]:
    """Return what the receiver has against this host, as the run found it."""
    if not options["run_dir"]:
        raise AnsibleActionFail("receiver needs run_dir: the run that says at which stage it blocked")
    try:
        return of_receiver(Path.cwd() / options["run_dir"], host, options["receiver"])
    except FindingsError as exc:
        raise AnsibleActionFail(str(exc)) from None
