# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a host ask a receiver, and judges the answer; documented in plugins/modules/delivery_probe.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._probe_options import ACTION, MODULE
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._probe_judge import judge


class ActionModule(ActionBase):
    """The host only asks: what a reply means is known on the controller."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ACTION)[1]
        given = {name: options[name] for name in MODULE if options[name] is not None}
        result.update(self._execute_module("postmaster.delist.delivery_probe", module_args=given, task_vars=task_vars))
        if result.get("failed") or "answer" not in result:
            return result
        try:
            found = judge(
                result["answer"], blocked_at=options["blocked_at"], knowledge_paths=options["knowledge_paths"]
            )
        except KnowledgeError as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {
            **result,
            "verdict": found.verdict,
            "cause": found.cause,
            "reason": {"code": found.code, "en": found.en, "ja": found.ja},
        }
