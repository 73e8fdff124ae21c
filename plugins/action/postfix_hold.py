# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses what a host has to hold, and has it held; documented in plugins/modules/postfix_hold.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._options import CHOSEN, HOLD
from ansible_collections.postmaster.delist.plugins.plugin_utils._hold import Asked, choose
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import (
    Knowledge,
    KnowledgeError,
    load,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import (
    FindingsError,
    checked,
    read_findings,
)


class ActionModule(ActionBase):
    """Hands the module plain data: a host has no knowledge/. Replies are taken as they are, never as templates."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = self.validate_argument_spec(argument_spec=HOLD, mutually_exclusive=[["run_dir", "findings"]])[1]
        signatures = _signatures(options, variables)
        given = {name: value for name, value in options.items() if value is not None}
        skipped: list[dict[str, str]] = []
        if options["state"] == "present":
            chosen = _chosen(options, signatures, str(variables.get("inventory_hostname", "localhost")))
            given.update({name: chosen[name] for name in CHOSEN})
            given["asked"] = _asked(options, signatures)
            skipped = chosen["skipped"]
        for name in ("run_dir", "findings", "signatures", "knowledge_paths"):
            given.pop(name, None)
        result.update(self._execute_module("postmaster.delist.postfix_hold", module_args=given, task_vars=task_vars))
        result.pop("invocation", None)
        return {**result, "not_held": skipped}


def _signatures(options: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return the replies as plain strings: neither looked at as templates here nor trusted as such later."""
    given = options["signatures"]
    if given is None:
        given = variables.get(options["signatures_variable"]) or ()
    if isinstance(given, str):
        given = [given]
    return tuple(str(each).encode(errors="replace").decode() for each in given)


def _asked(options: t.Mapping[str, t.Any], signatures: tuple[str, ...]) -> dict[str, t.Any]:
    """Return what somebody wanted, in their words: the host keeps it, for whoever wants the same again."""
    return {
        "run": Path(options["run_dir"]).name if options["run_dir"] else None,
        "signatures": list(signatures),
        **{name: options[name] for name in ("receivers", "causes", "everywhere")},
    }


def _chosen(options: t.Mapping[str, t.Any], signatures: tuple[str, ...], host: str) -> dict[str, t.Any]:
    try:
        known = load(options["knowledge_paths"])
        asked = Asked(
            receivers=tuple(options["receivers"]),
            causes=_causes(options["causes"], known),
            signatures=signatures,
            everywhere=options["everywhere"],
        )
        if options["findings"] is not None:
            findings = checked(options["findings"], "findings")
        elif options["run_dir"] is not None:
            findings = read_findings(Path.cwd() / options["run_dir"])
        else:
            findings = []
        return choose(findings, known, host=host, asked=asked)._asdict()
    except (FindingsError, KnowledgeError) as error:
        raise AnsibleActionFail(str(error)) from None


def _causes(given: t.Sequence[str], known: Knowledge) -> tuple[str, ...]:
    wrong = sorted(set(given) - set(known.causes))
    if wrong:
        raise AnsibleActionFail(f"causes: {', '.join(wrong)} is none; known are {', '.join(sorted(known.causes))}")
    return tuple(given)
