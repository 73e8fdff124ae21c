# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what was planned, changed or asked on hosts; documented in plugins/modules/host_report.py."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._host_report import all_accept, lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

_REGISTERED = ("hold", "relay", "asked")

ARGUMENT_SPEC: dict[str, t.Any] = {
    **{name: {"type": "str"} for name in _REGISTERED},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "planned": {"type": "bool", "default": False},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
}


class ActionModule(ActionBase):
    """In process, once for all hosts. What hosts and receivers said is taken by name: nothing of it is a template."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        registered = {name: options[name] for name in _REGISTERED if options[name]}
        results = {
            str(host): {name: variables["hostvars"][host].get(its) or {} for name, its in registered.items()}
            for host in variables.get("ansible_play_hosts_all", ())
        }
        screen = lines(
            results,
            Texts(options["language"], file="hosts"),
            planned=options["planned"],
            present=options["state"] == "present",
        )
        if screen:
            Display().display("\n" + "\n".join(screen) + "\n")
        answers = [answer for its in results.values() for answer in (its.get("asked") or {}).get("results") or ()]
        return {**result, "changed": False, "screen": screen, "all_accept": all_accept(answers)}
