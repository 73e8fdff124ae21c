# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Anything that a person pastes, as replies: log lines, a bounce message, bare replies, folded or several at once."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import PREFIX
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted import _mail as mail
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._lines import read as read_record
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import Pasted

__all__ = ["Pasted", "read"]

_MOST_CHARACTERS = 1024 * 1024
_MOST_RECORDS = 1000
# A record longer than this is cut; no reply is.
_MOST_OF_A_RECORD = 16 * 1024

# What begins a record of its own: a time stamp, a queue id, a reason in a listed queue, the marks of sendmail's and
# Exim's sections.
_START = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |" + PREFIX + r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"
    r"|[0-9A-Za-z]{6,24}: (?:to|from|host)[ =]"
    r"|\((?:host|connect to|lost connection|conversation|delivery temporarily) "
    r"|@[0-9a-f]{24} |----|\.\.\. while talking|<[^<>\s]+@[^<>\s]+>:)"
)
_CODE = re.compile(r"(?P<code>[45][0-9]{2})(?P<more>[ #-]|\Z)")
_QUOTED = re.compile(r"^(?:> ?)+", re.M)
# Behind these the message itself is quoted.
_COPY = re.compile(
    r"^(?:-{2,} ?(?:This is a copy of|Below this line is a copy|Original message|Returned message|Forwarded message)"
    r"|-{5,} Message header follows).*",
    re.I | re.M | re.S,
)


def read(text: str) -> list[Pasted]:
    """Return the replies in a text, in order.

    Where some have a code, what has none is the talk around them.
    """
    text = text[:_MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    line = text.strip()
    if "\n" not in line:
        return [read_record(line[:_MOST_OF_A_RECORD])] if line else []
    found = mail.read(text, _of_text) if mail.is_mail(text) else _of_text(text)
    coded = [item for item in found if item.has_code]
    return coded or found


def _of_text(text: str) -> list[Pasted]:
    found = [read_record(record) for record in _records(_COPY.sub("", text))]
    if any(item.has_code for item in found) or not text.strip():
        return found
    # No code anywhere: some servers only write prose.
    return [Pasted(" ".join(text[:_MOST_OF_A_RECORD].split()), has_code=False)]


def _records(text: str) -> t.Iterator[str]:
    """Yield what belongs together, each on one line: a record ends at an empty line or where another begins."""
    lines: list[str] = []
    number = 0
    if all(line.startswith(">") for line in text.split("\n") if line.strip()):
        text = _QUOTED.sub("", text)
    for line in [*text.split("\n"), ""]:
        line = line.strip()
        if lines and (not line or _begins(line, lines[-1])):
            yield " ".join(lines)[:_MOST_OF_A_RECORD]
            lines = []
            number += 1
            if number == _MOST_RECORDS:
                return
        if line:
            lines.append(line)


def _begins(line: str, before: str) -> bool:
    if _START.match(line):
        return True
    code = _CODE.match(line)
    if code is None or before.endswith((":", ">")) or before.startswith((">>>", "<<<")):
        return False
    earlier = _CODE.match(before)
    return not (earlier and earlier["code"] == code["code"] and earlier["more"] == "-")
