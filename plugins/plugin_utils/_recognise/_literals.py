# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which of thousands of literals stand in a reply: each waits under its rarest pair of words, so a reply meets few.

Literals are compared in lower case; where one begins or ends with an ASCII letter or digit, no other may touch it.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter, defaultdict
from itertools import pairwise

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import Reply, clean

_WORD = re.compile(r"[a-z0-9]+")
_LAST_WORD = re.compile(r"[a-z0-9]+\Z")
# An address in angle brackets is one of the envelope; of a bare one the domain may be a list's or a receiver's.
_LOCAL = r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]"
_MAILBOX = re.compile(r"(?<=<)[^<>@\s]{1,64}@[^<>@\s]{1,253}(?=>)|(?<!" + _LOCAL + ")" + _LOCAL + r"{1,64}(?=@)")
_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


# A name of three labels or more is a host's, whatever words it is made of.
_HOST = re.compile(r"(?<![a-z0-9_.@/:=-])(?:[a-z0-9_-]{1,63}\.){2,8}[a-z]{2,10}(?![a-z0-9_-]|\.[a-z0-9])")


class Subject(t.NamedTuple):
    """A reply, prepared for comparison."""

    text: str
    code: int | None
    enhanced: str | None
    stage: str | None
    port: int | None  # of the relay


def prepare(reply: Reply, *, dsn: str | None = None, stage: str | None = None, port: int | None = None) -> Subject:
    """Return what rules look at; C(dsn), the local view, stands in where the reply has no enhanced code."""
    enhanced = reply.enhanced or (dsn if dsn and not dsn.endswith(".0.0") else None)
    return Subject(reply.text.lower(), reply.code, enhanced, stage, port)


def without_addresses(subject: Subject) -> Subject:
    """Return the reply without the names in its mail addresses: a mailbox called junkmail says nothing about spam."""
    return subject._replace(text=_MAILBOX.sub("*", subject.text))


def normal(literal: str) -> str:
    """Return a literal as it is compared."""
    return clean(literal).lower()


def is_code(literal: str) -> bool:
    """Tell a party's own code or host name ("S3140", "DT:SPM", "AUP#CXBL", "csi.cloudmark.com") from plain words."""
    return any(_is_code(word) for word in literal.split())


def _is_code(word: str) -> bool:
    has_letter = any(character.isalpha() for character in word)
    inside = word.strip(".:")
    return has_letter and (any(map(str.isdigit, word)) or "#" in word or "." in inside or ":" in inside)


class Literals:
    """All literals of all rules."""

    def __init__(self, literals: t.Iterable[str]) -> None:
        all_words = {literal: _WORD.findall(literal) for literal in literals}
        self._known = frozenset(word for words in all_words.values() for word in words)
        self._wordless: list[str] = []
        self._words: set[str] = set()
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._by_pair: dict[tuple[str, str], list[str]] = defaultdict(list)
        common = Counter(pair for words in all_words.values() for pair in pairwise(words))
        for literal, words in all_words.items():
            if len(words) > 1:
                self._by_pair[min(pairwise(words), key=lambda pair: (common[pair], pair))].append(literal)
            elif not words:
                self._wordless.append(literal)
            elif words[0] == literal:
                self._words.add(literal)
            else:
                self._by_word[words[0]].append(literal)
        self._signs = [literal for literal in self._wordless if literal.isascii()]

    def occurring(self, subject: Subject) -> set[str]:
        """Return the literals that stand in a reply."""
        text = subject.text
        words = _WORD.findall(text)
        found = self._words.intersection(words)
        wordless = self._signs if text.isascii() else self._wordless
        waiting = [literal for literal in wordless if literal in text]
        for word in self._by_word.keys() & words:
            waiting += self._by_word[word]
        for pair in self._by_pair.keys() & pairwise(words):
            waiting += self._by_pair[pair]
        return found | standing(waiting, text)

    def rejoined(self, subject: Subject) -> Subject | None:
        """Return the reply with words that were folded in the middle made whole, or None when there are none.

        Two neighbours are one word when rules know the whole but not both halves ("S31 40", "Pleas e").
        """
        known = self._known
        pieces = subject.text.split(" ")
        joined = pieces[:1]
        for piece in pieces[1:]:
            left = _LAST_WORD.search(joined[-1][-40:])
            right = _WORD.match(piece)
            if left and right and left[0] + right[0] in known and not (left[0] in known and right[0] in known):
                joined[-1] += piece
            else:
                joined.append(piece)
        return subject._replace(text=" ".join(joined)) if len(joined) < len(pieces) else None


def standing(literals: t.Iterable[str], text: str) -> set[str]:
    """Return those of a few literals that stand in a text."""
    return {literal for literal in literals if literal in text and _stands_alone(literal, text)}


def outside_hosts(literals: set[str], text: str) -> set[str]:
    """Return those of a text's literals that are not only part of a host's name: dialup.example.com is no dial-up.

    A literal with a dot is meant to be (part of) one.
    """
    words = _HOST.sub("*", text)
    if words == text:
        return literals
    named = {literal for literal in literals if "." in literal}
    return named | standing(literals - named, words)


def _stands_alone(literal: str, text: str) -> bool:
    open_end, closed_end = literal[0] in _ALNUM, literal[-1] in _ALNUM
    start = text.find(literal)
    while start >= 0:
        end = start + len(literal)
        if not (open_end and text[start - 1 : start] in _ALNUM) and not (closed_end and text[end : end + 1] in _ALNUM):
            return True
        start = text.find(literal, start + 1)
    return False
