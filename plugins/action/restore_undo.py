# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says how to bring back what a restore took away; documented in plugins/modules/restore_undo.py."""

from __future__ import annotations

import datetime
import json
import os
import sys
import typing as t
from pathlib import Path

from ansible import context
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import (
    of_this_run,
    shown_path,
    sibling,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._restore_undo import HOLD, RELAY, Undo, undos
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import named
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import RunFolderError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "hold": {"type": "str", "default": "restore_hold"},
    "relay": {"type": "str", "default": "restore_relay"},
    "config_directory": {"type": "str"},
    "log_paths": {"type": "list", "elements": "str", "default": []},
    "path": {"type": "path", "default": "out"},
    "show": {"type": "str"},
}

_FOLDER = "restored"
# A secret is on no host in a form that it could be taken from; one of these pairs has to come from where it is kept.
_LOGINS = (("relay_user", "relay_password"), ("relay_access_key_id", "relay_secret_access_key"))


class ActionModule(ActionBase):
    """In process, once for all hosts. What the hosts had is taken by name: nothing of it is ever a template here."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        hosts = [str(host) for host in variables.get("ansible_play_hosts_all", ())]
        results = {
            host: {layer: variables["hostvars"][host].get(options[layer]) or {} for layer in (HOLD, RELAY)}
            for host in hosts
        }
        was = {
            host: {layer: its.get("was") for layer, its in layers.items() if its.get("changed")}
            for host, layers in results.items()
        }
        parent = Path.cwd() / options["path"]
        found = undos(was, lambda run: _is_diagnosed(parent, run))
        try:
            told = [
                _command(undo, _written(parent, number, undo, options), hosts, variables, options["show"] or "")
                for number, undo in enumerate(found, 1)
            ]
        except OSError as exc:
            raise AnsibleActionFail(f"What was taken away cannot be noted in {parent}: {exc.strerror}") from None
        shown = [one.pop("shown") for one in told]
        if options["show"] and shown:
            Display().display("\n" + "\n".join(shown) + "\n")
        return {**result, "changed": False, "undos": told, "commands": [one["told"] for one in told]}


def _is_diagnosed(parent: Path, run: str) -> bool:
    try:
        named(parent, run)
    except (RunFolderError, OSError, ValueError):
        return False
    return True


def _written(parent: Path, number: int, undo: Undo, options: t.Mapping[str, t.Any]) -> Path:
    """Write the variables into a file of their own: lists are long, and a reply is nothing for a command line."""
    folder = parent / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    path = folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{number}-{undo.playbook}.json"
    of_instance = {
        f"{undo.playbook}_{name}": options[name] for name in ("config_directory", "log_paths") if options[name]
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({**undo.variables, **of_instance}, file, indent=1)
    return path


def _command(
    undo: Undo, path: Path, hosts: t.Sequence[str], variables: t.Mapping[str, t.Any], label: str
) -> dict[str, t.Any]:
    cwd = Path.cwd()
    options = dict(context.CLIARGS)
    options["extra_vars"] = (*(options.get("extra_vars") or ()), f"@{shown_path(path, cwd)}")
    if set(undo.hosts) != set(hosts):
        options["subset"] = ",".join(undo.hosts)
    command = of_this_run(
        options,
        program=sys.argv[0],
        cwd=cwd,
        playbook=sibling(options, undo.playbook),
        extra=[*([f"run={undo.run}"] if undo.run else []), "confirm=yes"],
    )
    missing = () if undo.playbook != RELAY or any(map(variables.get, sum(_LOGINS, ()))) else _LOGINS[0]
    left_out = [*undo.left_out, *(name for name in command.left_out if name not in missing), *missing]
    return {
        "playbook": undo.playbook,
        "hosts": list(undo.hosts),
        "command": command.line(),
        "told": command.told(left_out),
        "shown": command.shown(label, left_out),
        "left_out": left_out,
        "path": str(path),
    }
