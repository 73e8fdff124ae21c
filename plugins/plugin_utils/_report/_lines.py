# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How the lines of a screen are laid out: 80 columns, and what is there to be copied is never cut."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, clip_start, columns, wrap
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

WIDTH = 80
INDENT = "  "
_LINES_OF_A_SAYING = 2


def reason_lines(text: str, *, indent: str = "") -> list[str]:
    """Why something is missing; where it is long, its middle is left out: the cause stands last."""
    room = WIDTH - len(indent)
    lines = wrap(text, room)
    shown = lines if len(lines) <= _LINES_OF_A_SAYING else [clip(text, room), clip_start(text, room)]
    return [indent + line for line in shown]


def wrapped(text: str) -> list[str]:
    """A long saying in as few lines as it may have."""
    room = WIDTH - len(INDENT)
    lines = wrap(text, room)
    shown = lines[:_LINES_OF_A_SAYING]
    if len(lines) > len(shown):
        shown[-1] = clip(f"{shown[-1]} {lines[len(shown)]}", room)
    return [INDENT + line for line in shown]


def packed(parts: t.Sequence[str], *, indent: str = INDENT) -> list[str]:
    """Short sayings, as many on a line as it takes."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} | {part}" if lines else ""
        if joined and columns(joined) <= WIDTH:
            lines[-1] = joined
        else:
            lines.append(clip(indent + part, WIDTH))
    return lines


def to_copy(what: str, copied: str, texts: Texts) -> list[str]:
    """A path or page behind its label, or below it where both are too long for a line."""
    line = INDENT + texts.say("next", what, copied=copied)
    if columns(line) <= WIDTH:
        return [line]
    return [(INDENT + texts.say("next", what, copied="")).rstrip(), INDENT + copied]
