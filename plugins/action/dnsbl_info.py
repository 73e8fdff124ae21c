# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects the zones, and has them asked where the task runs; documented in plugins/modules/dnsbl_info.py."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._dns.options import DNSBL
from ansible_collections.postmaster.delist.plugins.module_utils._dns.outcome import of_dnsbl
from ansible_collections.postmaster.delist.plugins.plugin_utils._in_process import is_here
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._progress import Progress
from ansible_collections.postmaster.delist.plugins.plugin_utils._zones import ZoneError, select


class ActionModule(ActionBase):
    """Hands the module plain data: a host has no knowledge/."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=DNSBL)[1]
        if options["catalogue"] is None:
            try:
                options["catalogue"] = select(
                    load(options["knowledge_paths"]),
                    names=options["zones"],
                    tags=options["tags"],
                    severity=options["severity"],
                    keys=[name for name, key in options["keys"].items() if key],
                )
            except (KnowledgeError, ZoneError) as error:
                raise AnsibleActionFail(str(error)) from None
        if is_here(self, task_vars or {}):
            return {**result, **of_dnsbl(options, Progress("lists: {done} of {total} questions answered"))}
        given = {name: value for name, value in options.items() if value is not None}
        result.update(self._execute_module("postmaster.delist.dnsbl_info", module_args=given, task_vars=task_vars))
        return result
