# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives the command of this run, or of what undoes it; documented in plugins/modules/command_info.py."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

from ansible import context
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import of_this_run, sibling

ARGUMENT_SPEC: dict[str, t.Any] = {
    "playbook": {"type": "str"},
    "extra": {"type": "dict", "default": {}},
    "show": {"type": "str"},
}

_PLAIN_WORD = re.compile(r"[\w.:+-]{1,200}")


class ActionModule(ActionBase):
    """In process: only here is the command line known."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)[1]
        # What a template left open is no word of a command.
        extra = {name: str(value) for name, value in options["extra"].items() if value not in (None, "", [])}
        plain = {name: value for name, value in extra.items() if _PLAIN_WORD.fullmatch(value)}
        command = of_this_run(
            context.CLIARGS,
            program=sys.argv[0],
            cwd=Path.cwd(),
            playbook=sibling(context.CLIARGS, options["playbook"]) if options["playbook"] else None,
            extra=[f"{name}={value}" for name, value in plain.items()],
        )
        left_out = sorted({*command.left_out, *(set(extra) - set(plain))})
        if options["show"]:
            # Not left to a callback: YAML folds a long line, and JSON escapes its quotes.
            Display().display(f"\n{command.shown(options['show'], left_out)}\n")
        return {
            **result,
            "changed": False,
            "command": command.line(),
            "left_out": left_out,
            "told": command.told(left_out),
        }
