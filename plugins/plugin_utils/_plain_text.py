# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Text from outside as harmless text: one line, printable, measured in the columns of a terminal."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE_SEQUENCE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\\\|\x9c|$)"  # OSC, DCS, ...: titles, links, up to their end
    "|\x1b[ -/]*[0-~]?",
    re.DOTALL,
)
# Controls, invisible and direction-changing characters, line separators, surrogates, private use.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_WIDE = frozenset({"W", "F"})
_ZERO_WIDTH = frozenset({"Mn", "Me"})

# What a line may be broken into: words, and East Asian characters with the punctuation that holds on to them.
_EAST_ASIAN = "\u2e80-\ufaff\uff00-\uffef"
_OPENING = "（「『【［〈《"
_CLOSING = "、。，．・：；！？）」』】］〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_EAST_ASIAN}]|[^\s{_EAST_ASIAN}]+)[{_CLOSING}]*\s*|\s+")

MORE = "..."
_IN_BRACKETS = re.compile(r" ?[(（][^()（）]*[)）]")


def plain(text: object) -> str:
    """One printable line: no terminal escape, control or direction character, blanks collapsed."""
    text = str(text)
    if text.isprintable():  # most are: nothing to be replaced, no line to be broken
        return " ".join(text.split())
    without_escapes = _ESCAPE_SEQUENCE.sub(" ", text)
    return " ".join(
        "".join(" " if unicodedata.category(char) in _UNPRINTABLE else char for char in without_escapes).split()
    )


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: an East Asian wide character takes two."""
    return len(text) if text.isascii() else sum(_width(char) for char in text)


def clip(text: str, width: int) -> str:
    """The text, cut at C(width) columns with a sign that there is more."""
    if columns(text) <= width:
        return text
    return _head(text, width - len(MORE)).rstrip() + MORE


def clip_name(text: str, width: int) -> str:
    """The text; where it is too long, without what names add in brackets, and then cut."""
    return clip(text if columns(text) <= width else _IN_BRACKETS.sub("", text), width)


def clip_start(text: str, width: int) -> str:
    """The end of the text, with the same sign where its beginning is cut."""
    if columns(text) <= width:
        return text
    return MORE + _head(text[::-1], width - len(MORE))[::-1].lstrip()


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most C(width) columns, broken at blanks, or anywhere after a wide character."""
    lines = [""]
    for piece in _pieces(text):
        candidate = lines[-1] + piece
        if columns(candidate.rstrip()) <= width:
            lines[-1] = candidate
        else:
            lines += _slices(piece.strip(), width)
            lines[-1] += piece[len(piece.rstrip()) :]
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text)


def _slices(word: str, width: int) -> list[str]:
    """A word that may be too long for one line."""
    slices = [""]
    used = 0
    for char in word:
        used += _width(char)
        if used > width:
            slices.append("")
            used = _width(char)
        slices[-1] += char
    return slices


def _head(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += _width(char)
        if used > width:
            return text[:index]
    return text


def _width(char: str) -> int:
    if unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1
