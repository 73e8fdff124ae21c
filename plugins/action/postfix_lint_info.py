# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a host's evidence gathered, and keeps it as a file of the run; documented in plugins/modules/bounce_info.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._lint import OPTIONS
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._lint import handed_over
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load


class ActionModule(ActionBase):
    """Hands the module plain data: a host has no knowledge/."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=OPTIONS)[1]
        try:
            options["facts"] = options["facts"] or handed_over(load(options.pop("knowledge_paths")))
        except KnowledgeError as error:
            raise AnsibleActionFail(str(error)) from None
        given = {name: value for name, value in options.items() if value is not None}
        result.update(
            self._execute_module("postmaster.delist.postfix_lint_info", module_args=given, task_vars=task_vars)
        )
        result.pop("invocation", None)
        return result
