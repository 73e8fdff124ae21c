# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The words of an HTML mail, a line for each block. One pass over the text, whatever is broken in it."""

from __future__ import annotations

import html
import re

_TOKEN = re.compile(r"<!--|-->|<(/?)([A-Za-z][A-Za-z0-9]{0,15})[^<>]{0,4000}>|<[!?/][^<>]{0,4000}>|[^<-]+|[<-]")
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})
# A quotation is what we said ourselves.
_QUOTED = frozenset({"blockquote"})
_BLOCKS = frozenset(
    "address article br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table tr ul".split()
)
_CELLS = frozenset({"td", "th"})


def text_of_html(source: str) -> str:
    """Return the visible text."""
    pieces: list[str] = []
    hidden: dict[str, int] = {}
    in_comment = False
    for token in _TOKEN.finditer(source):
        text, tag = token.group(), (token.group(2) or "").lower()
        if text == "<!--":
            in_comment = True
        elif text == "-->":
            in_comment = False
        elif in_comment:
            continue
        elif tag in _UNSEEN or tag in _QUOTED:
            hidden[tag] = max(0, hidden.get(tag, 0) + (-1 if token.group(1) else 1))
            pieces.append("\n")
        elif any(hidden.values()):
            continue
        elif tag:
            pieces.append("\n" if tag in _BLOCKS else " " if tag in _CELLS else "")
        elif not text.startswith("<"):
            pieces.append((" ".join(text.split()) and text.replace("\r", " ").replace("\n", " ")) or " ")
    lines = (" ".join(line.split()) for line in html.unescape("".join(pieces)).split("\n"))
    return "\n".join(lines)
