# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a run whose findings can still be used; documented in plugins/modules/recent_run.py."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import named, newest
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import RunFolderError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "path", "default": "out"},
    "run": {"type": "str"},
    "max_age": {"type": "int", "default": 3600},
}


class ActionModule(ActionBase):
    """In process: the folders of runs are the controller's."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        parent = Path.cwd() / options["path"]
        hosts = [str(host) for host in (task_vars or {}).get("ansible_play_hosts_all", ())]
        oldest = datetime.datetime.now().astimezone() - datetime.timedelta(seconds=options["max_age"])
        try:
            found = named(parent, options["run"]) if options["run"] else newest(parent, hosts=hosts, since=oldest)
        except RunFolderError as exc:
            raise AnsibleActionFail(str(exc)) from None
        if found is None:
            return {**result, "changed": False, "found": False, "path": None, "run_id": None}
        return {**result, "changed": False, "found": True, "path": str(found), "run_id": found.name}
