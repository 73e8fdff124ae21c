# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The commands that carry out what a finding says to do: known only where the command line of the run is."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import changed, words_of

Data = t.Mapping[str, t.Any]


def may_change_a_host(finding: Data) -> bool:
    """Nothing is changed for what cannot be believed well enough, and what is only deferred stays by itself."""
    return bool(finding["confidence"] != "low" and finding["counts"]["bounced"])


def with_commands(words: bytes, commands: t.Mapping[str, Command]) -> bytes:
    """The words of findings (second part of their lines) with the commands of their steps, by action."""
    steps = words_of(words)["next_steps"]
    if not any(step["action"] in commands for step in steps):
        return words
    told = {action: command.line() for action, command in commands.items()}
    return changed(words, next_steps=[{**step, "command": told.get(step["action"], step["command"])} for step in steps])
