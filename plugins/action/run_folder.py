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
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import RunFolderError, about, open_run
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._retention import remove_old

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "path", "default": "out"},
    "run": {"type": "str"},
    "keep_runs": {"type": "int"},
    "keep_days": {"type": "float"},
}


class ActionModule(ActionBase):
    """In process: the folder is the run's own log, so it is made in check mode too and never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        for name in ("keep_runs", "keep_days"):
            if options[name] is not None and options[name] <= 0:
                raise AnsibleActionFail(
                    f"{name} is {options[name]}: a number above 0 was expected, or none to keep all"
                )
        now = datetime.datetime.now().astimezone()
        try:
            folder = open_run(
                Path.cwd() / options["path"],
                hosts=[str(host) for host in (task_vars or {}).get("ansible_play_hosts_all", ())],
                started_at=now,
                run_id=options["run"],
            )
        except RunFolderError as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {
            **result,
            **about(folder),
            "changed": False,
            "path": str(folder),
            "removed": [] if self._task.check_mode else _remove_old(folder, options, now),
        }


def _remove_old(folder: Path, options: dict[str, t.Any], now: datetime.datetime) -> list[str]:
    try:
        return remove_old(folder.parent, now=now, runs=options["keep_runs"], days=options["keep_days"], besides=folder)
    except OSError as exc:
        # The run that begins matters more than those that are over.
        Display().warning(f"An old run cannot be removed from {folder.parent}: {exc}")
        return []
