# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a host's evidence gathered, and keeps it as a file of the run; documented in plugins/modules/bounce_info.py."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._options import MODULE
from ansible_collections.postmaster.delist.plugins.plugin_utils import _shipping
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._lint import handed_over
from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import (
    EvidenceFileError,
    NotReachedError,
    notes,
    taken_from,
    write,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import LINT_FACTS, write_json

# Once, before Ansible forks a process for each host.
_shipping.packed()


class ActionModule(ActionBase):
    """A file, not a variable: evidence of a fleet is large, and text from outside is never to be templated."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=MODULE)[1]
        folder, knowledge_paths = options.pop("evidence_dir"), options.pop("knowledge_paths")
        host = options["host"] or str((task_vars or {}).get("inventory_hostname", "localhost"))
        if from_runs := options.pop("from_runs"):
            return {**result, "changed": False, **_merged(host, folder, from_runs)}
        if options["lint"] and not options["facts"]:
            options["facts"] = _facts(None if folder is None else Path.cwd() / folder, knowledge_paths)
        given = {name: value for name, value in options.items() if value is not None}
        given["host"] = host
        result.update(
            _shipping.answered(self, "_evidence._answer", given, task_vars or {})
            or self._execute_module("postmaster.delist.bounce_info", module_args=given, task_vars=task_vars)
        )
        result["changed"] = False
        result.pop("invocation", None)
        evidence = result.get("evidence")
        if folder is None or not isinstance(evidence, dict):
            return result
        del result["evidence"]
        # Nothing that one host says is kept as the word of another.
        return {**result, **_written(folder, {**evidence, "host": host})}


def _merged(host: str, folder: str | None, runs: list[str]) -> dict[str, t.Any]:
    if folder is None:
        raise AnsibleActionFail("from_runs takes the evidence of other runs into evidence_dir, which is missing")
    try:
        return _written(folder, taken_from(Path.cwd() / folder, host, runs))
    except NotReachedError as error:
        return {"failed": True, "not_reached": True, "msg": str(error)}
    except EvidenceFileError as error:
        raise AnsibleActionFail(str(error)) from None


def _written(folder: str, evidence: dict[str, t.Any]) -> dict[str, t.Any]:
    try:
        # The run's own log: written in check mode too, and never counted as a change.
        path = write(Path.cwd() / folder, evidence)
    except OSError as exc:
        raise AnsibleActionFail(f"The evidence cannot be written below {folder}: {exc.strerror}") from None
    return {"path": str(path), "totals": evidence["totals"], "notes": notes(evidence)}


def _facts(folder: Path | None, knowledge_paths: t.Sequence[str]) -> dict[str, t.Any]:
    """Return what a look over a Postfix has to know; made once in a run.

    The task of each host is a process of its own, and would read all knowledge anew: in a fleet that costs more than
    what the hosts do.
    """
    if folder is None:
        return _made(knowledge_paths)
    kept = folder.parent / LINT_FACTS
    with _one_at_a_time(folder.parent):
        if kept.is_file():
            return t.cast("dict[str, t.Any]", json.loads(kept.read_bytes()))
        facts = _made(knowledge_paths)
        with contextlib.suppress(OSError):
            write_json(kept, facts)
        return facts


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> t.Iterator[None]:
    """Several hosts begin at once: one does it, the others wait; where the folder cannot be locked, each by itself."""
    with contextlib.ExitStack() as locked:
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            locked.callback(os.close, directory)
            fcntl.flock(directory, fcntl.LOCK_EX)
        yield


def _made(knowledge_paths: t.Sequence[str]) -> dict[str, t.Any]:
    try:
        return handed_over(load(knowledge_paths))
    except KnowledgeError as error:
        raise AnsibleActionFail(str(error)) from None
