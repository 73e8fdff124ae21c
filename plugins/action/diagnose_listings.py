# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins what the DNS said to the findings of a run; documented in plugins/modules/diagnose_listings.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import dumped, read
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import Asker, listings_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings_findings import with_listings
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json, write_pieces

ARGUMENT_SPEC: dict[str, t.Any] = {
    "run_dir": {"type": "path", "required": True},
    "places": {"type": "list", "elements": "str", "required": True},
    "targets": {"type": "list", "elements": "str", "default": []},
    "lists": {"type": "list", "elements": "str", "default": ["diagnosis_lists_asked", "diagnosis_lists_again"]},
    "sender_dns": {"type": "str", "default": "diagnosis_sender_dns"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}


class ActionModule(ActionBase):
    """In process, once for all hosts. Writes into the run's own log, in check mode too; never counts as changed."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        run_dir = Path.cwd() / options["run_dir"]
        try:
            content = _joined(run_dir, options, task_vars or {})
        except (OSError, ValueError, KeyError) as exc:
            raise AnsibleActionFail(f"{run_dir} holds no findings that listings can be joined to ({exc})") from None
        except KnowledgeError as exc:
            raise AnsibleActionFail(str(exc)) from None
        return {**result, "changed": False, "path": str(run_dir / "listings.json"), "totals": content["totals"]}


def _joined(run_dir: Path, options: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
    known = load(options["knowledge_paths"])
    askers = [
        Asker(place, said)
        for place, name in zip(options["places"], options["lists"], strict=False)
        if (said := _said(variables, name))
    ]
    facts = _said(variables, options["sender_dns"])
    content = listings_of(
        askers, Asker(options["places"][0], facts) if facts else None, targets=options["targets"], known=known
    )
    path = run_dir / "findings.json"
    head, lines = read(path)
    found = (with_listings(line.read(), content, known) for line in lines)
    write_pieces(path, dumped({**head, "findings": found}))
    write_json(run_dir / "listings.json", content)
    return content


def _said(variables: dict[str, t.Any], name: str) -> dict[str, t.Any] | None:
    """Return the result of a task, unless it was left out."""
    result = variables.get(name)
    return None if not result or result.get("skipped") else result
