# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Texts from outside as Markdown that reads as they stand."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

# What Markdown, or the HTML within it, gives a meaning; addresses that a viewer would make a link of by itself.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BEGINNING_OF_A_BLOCK = re.compile(r"^([0-9]{1,9}(?=[.)](?: |$))|(?=[-+=#]))")

# A page that knowledge names, or that the counterpart prints below one of its own domains.
PAGE = re.compile(r"https?://[^\s<>\"`]{3,500}")


def linked(text: object, pages: t.Collection[str]) -> str:
    """A text as one line of Markdown in which these pages, and nothing else, are links."""
    known = [page for page in pages if page and PAGE.fullmatch(page)]
    if not known:
        return escaped(text)
    parts = re.split(f"({'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})", plain(text))
    # What stands between two pages is no beginning of a line.
    shown = [f"<{part}>" if number % 2 else _escaped(part) for number, part in enumerate(parts)]
    return _BEGINNING_OF_A_BLOCK.sub(r"\1\\", shown[0]) + "".join(shown[1:])


def escaped(text: object) -> str:
    """A text as one line of Markdown that reads as it stands."""
    return _BEGINNING_OF_A_BLOCK.sub(r"\1\\", _escaped(plain(text)))


def _escaped(line: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", line)
