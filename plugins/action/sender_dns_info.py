# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what receivers want, and has the sender's DNS looked at; documented in plugins/modules/sender_dns_info.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._dns.options import SENDER
from ansible_collections.postmaster.delist.plugins.module_utils._dns.outcome import of_sender
from ansible_collections.postmaster.delist.plugins.plugin_utils._in_process import is_here
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._sender_dns import requirements


class ActionModule(ActionBase):
    """Hands the module plain data: a host has no knowledge/."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=SENDER)[1]
        if options["requirements"] is None:
            try:
                options["requirements"] = requirements(options["knowledge_paths"])
            except KnowledgeError as error:
                raise AnsibleActionFail(str(error)) from None
        if is_here(self, task_vars or {}):
            return {**result, **of_sender(options)}
        given = {name: value for name, value in options.items() if value is not None}
        result.update(self._execute_module("postmaster.delist.sender_dns_info", module_args=given, task_vars=task_vars))
        return result
