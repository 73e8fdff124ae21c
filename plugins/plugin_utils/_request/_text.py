# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Foreign text made harmless: data for a header, a mail body or Markdown, never markup, header or terminal escape."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

LINE_LIMIT = 1000
BLOCK_LIMIT = 8192
_CUT = " […]"
# What is far beyond the limit need not be looked at: a reply may be as long as its sender likes.
_READ_AT_MOST = 4

_DURATION = re.compile(r"P(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?)?")
_BACKTICKS = re.compile("`+")


class Block(str):
    """Text that may hold several lines, cleaned; templates print everything else as one line."""

    __slots__ = ()


def line(value: Any, limit: int = LINE_LIMIT) -> str:
    """Return the value as one printable line of at most C(limit) characters."""
    return _cut(plain(str(value)[: limit * _READ_AT_MOST]), limit)


def block(value: Any, limit: int = BLOCK_LIMIT) -> Block:
    """Return the value as printable lines, at most C(limit) characters of it, without blank lines around."""
    lines = [plain(text_line) for text_line in str(value)[: limit * _READ_AT_MOST].splitlines()]
    return Block(_cut("\n".join(lines).strip("\n"), limit))


def indented(value: Any, prefix: str = "    ") -> Block:
    """Return the value with C(prefix) before each line."""
    return Block("\n".join((prefix + text_line).rstrip() for text_line in block(value).split("\n")))


def fenced(value: Any) -> Block:
    """Return the value as a Markdown code block that it cannot end by itself."""
    text = block(value)
    fence = "`" * max(3, _longest_run(text) + 1)
    return Block(f"{fence}text\n{text}\n{fence}")


def code(value: Any) -> Block:
    """Return the value as Markdown inline code that it cannot end by itself."""
    text = line(value)
    ticks = "`" * (_longest_run(text) + 1)
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return Block(f"{ticks}{padding}{text}{padding}{ticks}")


def minutes(duration: str) -> int:
    """Return an ISO 8601 duration of weeks, days, hours and minutes as minutes."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"{duration!r} is not a duration such as PT24H")
    weeks, days, hours, rest = (int(number or 0) for number in match.groups())
    return ((weeks * 7 + days) * 24 + hours) * 60 + rest


def finalize(value: Any) -> str:
    """Clean what a template prints: whatever is not a Block becomes one line."""
    if value is None:
        return ""
    return value if isinstance(value, Block) else line(value)


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT
