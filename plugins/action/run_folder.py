# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the folder of a run on the controller; documented in plugins/modules/run_folder.py."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._run_folder import RunFolderError, about, open_run

ARGUMENT_SPEC: dict[str, t.Any] = {"path": {"type": "path", "default": "out"}, "run": {"type": "str"}}


class ActionModule(ActionBase):
    """In process: the folder is the run's own log, so it is made in check mode too and never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        try:
            folder = open_run(
                Path.cwd() / options["path"],
                hosts=[str(host) for host in (task_vars or {}).get("ansible_play_hosts_all", ())],
                started_at=datetime.datetime.now().astimezone(),
                run_id=options["run"],
            )
        except RunFolderError as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {**result, **about(folder), "changed": False, "path": str(folder)}
