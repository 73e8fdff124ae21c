# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The commands that carry out what a finding says to do: known only where the command line of the run is."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._command import Command

Data = t.Mapping[str, t.Any]


def with_commands(finding: Data, commands: t.Mapping[str, Command]) -> Data:
    """The finding with the commands of its steps, by action; none for a host that must not be changed for it.

    Nothing is changed on a host for what cannot be believed well enough, and what is only deferred stays by itself.
    """
    if finding["confidence"] == "low" or not finding["counts"]["bounced"]:
        return finding
    if not any(step["action"] in commands for step in finding["next_steps"]):
        return finding
    steps = [
        {**step, "command": commands[step["action"]].line() if step["action"] in commands else step["command"]}
        for step in finding["next_steps"]
    ]
    return {**finding, "next_steps": steps}
