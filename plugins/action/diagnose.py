# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes findings of a run's evidence; documented in plugins/modules/diagnose.py."""

from __future__ import annotations

import typing as t
from collections import Counter
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import dumped
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_pieces

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}


class ActionModule(ActionBase):
    """In process: 200 hosts' evidence costs a second here, and minutes as variables."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        run_dir = Path(options["run_dir"])
        if not run_dir.is_dir():
            raise AnsibleActionFail(f"{run_dir} is not the folder of a run")
        path = run_dir / "findings.json"
        try:
            found = diagnose(run_dir / "evidence", knowledge_paths=options["knowledge_paths"])
            # The run's own log: written in check mode too, and never counted as a change.
            write_pieces(path, dumped(found))
        except KnowledgeError as exc:
            raise AnsibleActionFail(str(exc)) from None
        except OSError as exc:
            raise AnsibleActionFail(f"{path} cannot be written: {exc.strerror}") from None
        findings = found["findings"]
        return {
            **result,
            "changed": False,
            "path": str(path),
            "count": len(findings),
            "causes": dict(sorted(Counter(finding["cause"] for finding in findings).items())),
            "notes": found["notes"],
            "addresses": found["addresses"],
            "domains": found["domains"],
            "helo": found["helo"],
        }
