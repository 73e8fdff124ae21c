# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that a page shows, in fences or indented."""

from __future__ import annotations

import re
import shlex
import typing as t
from pathlib import Path

FENCE = re.compile(r"^ *```.*?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^ {4,}(\S.*)$", re.MULTILINE)
COMMAND = re.compile(r"(?:[\w./]*/)?(?:ansible[\w-]*|make|git|python3?|pip|pipx|systemctl|sudo|cd|sqlite3|pg_dump) ")


def commands(page: Path) -> t.Iterator[tuple[str, list[str]]]:
    """(the line, its words without the comment) of each command, in the order of the page."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    fences = list(FENCE.finditer(text))
    blocks = [(fence.start(1), fence[1]) for fence in fences]
    blocks += [
        (line.start(1), line[1])
        for line in INDENTED.finditer(text)
        if not any(fence.start() <= line.start() < fence.end() for fence in fences)
    ]
    for _start, block in sorted(blocks):
        for line in map(str.strip, block.splitlines()):
            if COMMAND.match(line):
                yield line, shlex.split(line, comments=True)
