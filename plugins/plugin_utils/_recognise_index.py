# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which rules hold for one reply: each rule waits under its rarest word, so a reply meets only the few that may.

Literals are compared in lower case; where one begins or ends with an ASCII letter or digit, no other may touch it.
"""

from __future__ import annotations

import functools
import re
import typing as t
from collections import Counter, defaultdict

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import Reply, clean
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_model import Rule

_WORD = re.compile(r"[a-z0-9]+")
_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Subject(t.NamedTuple):
    """A reply, prepared for comparison."""

    text: str
    words: frozenset[str]
    code: int | None
    enhanced: str | None
    stage: str | None


def prepare(reply: Reply, *, dsn: str | None = None, stage: str | None = None) -> Subject:
    """Return what rules look at; C(dsn), the local view, stands in where the reply has no enhanced code."""
    text = reply.text.lower()
    enhanced = reply.enhanced or (dsn if dsn and not dsn.endswith(".0.0") else None)
    return Subject(text, frozenset(_WORD.findall(text)), reply.code, enhanced, stage)


class Literal:
    """A text that must occur."""

    __slots__ = ("closed", "is_code", "is_word", "length", "open", "text")

    def __init__(self, text: str) -> None:
        self.text = clean(text).lower()
        self.is_word = _WORD.fullmatch(self.text) is not None
        self.length = len(self.text)
        self.open = self.text[:1] in _ALNUM
        self.closed = self.text[-1:] in _ALNUM
        self.is_code = any(_is_code(word) for word in self.text.split())

    def words(self) -> list[str]:
        return _WORD.findall(self.text)

    def occurs(self, subject: Subject) -> bool:
        if self.is_word:
            return self.text in subject.words
        text = subject.text
        start = text.find(self.text)
        while start >= 0:
            end = start + self.length
            if not (self.open and text[start - 1 : start] in _ALNUM) and not (
                self.closed and text[end : end + 1] in _ALNUM
            ):
                return True
            start = text.find(self.text, start + 1)
        return False


def _is_code(word: str) -> bool:
    """Tell a party's own code or host name ("S3140", "AUP#CXBL", "csi.cloudmark.com") from a plain word."""
    has_letter = any(character.isalpha() for character in word)
    return has_letter and (any(character.isdigit() for character in word) or "." in word.strip(".") or "#" in word)


class Match(t.NamedTuple):
    """A rule that holds: how much of the reply it explains (the more, the surer), and whether a code is part of it."""

    rule: Rule
    weight: int
    has_code: bool


class Condition:
    """A rule, ready for comparison."""

    __slots__ = ("any_of", "has_code", "none_of", "rule", "tokens", "weight", "wordless")

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.tokens = tuple(Literal(text) for text in rule.tokens)
        self.any_of = tuple(Literal(text) for text in rule.any_of)
        self.none_of = tuple(Literal(text) for text in rule.none_of)
        self.has_code = any(literal.is_code for literal in self.tokens)
        self.wordless = not self.tokens and not self.any_of
        self.weight = (
            sum(literal.length for literal in self.tokens)
            + 8 * (bool(rule.pattern) + bool(rule.enhanced))
            + 4 * (bool(rule.codes) + bool(rule.stages))
        )

    def match(self, subject: Subject) -> Match | None:
        rule = self.rule
        if rule.enhanced and subject.enhanced not in rule.enhanced:
            return None
        if rule.codes and subject.code not in rule.codes and (self.wordless or subject.code is not None):
            return None
        if rule.stages and subject.stage not in rule.stages and (self.wordless or subject.stage is not None):
            return None
        for literal in self.tokens:
            if not literal.occurs(subject):
                return None
        weight, has_code = self.weight, self.has_code
        if self.any_of:
            found = [literal for literal in self.any_of if literal.occurs(subject)]
            if not found:
                return None
            weight += max(literal.length for literal in found)
            has_code = has_code or any(literal.is_code for literal in found)
        for literal in self.none_of:
            if literal.occurs(subject):
                return None
        if rule.pattern and not compiled(rule.pattern).search(subject.text):
            return None
        return Match(rule, weight, has_code)


@functools.cache
def compiled(pattern: str) -> t.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


class Index:
    """All rules, found by the words of a reply or, for rules without words, by its codes."""

    def __init__(self, rules: t.Iterable[Rule]) -> None:
        conditions = [Condition(rule) for rule in rules]
        self.vocabulary = Counter(word for condition in conditions for word in _vocabulary(condition))
        self._by_word: dict[str, list[Condition]] = defaultdict(list)
        self._by_enhanced: dict[str, list[Condition]] = defaultdict(list)
        self._by_code: dict[int, list[Condition]] = defaultdict(list)
        self._always: list[Condition] = []
        for condition in conditions:
            self._file(condition)

    def _file(self, condition: Condition) -> None:
        if condition.wordless:
            for enhanced in condition.rule.enhanced:
                self._by_enhanced[enhanced].append(condition)
            if not condition.rule.enhanced:
                for code in condition.rule.codes:
                    self._by_code[code].append(condition)
            return
        keys = self._keys(condition)
        if keys is None:
            self._always.append(condition)
        else:
            for key in keys:
                self._by_word[key].append(condition)

    def _keys(self, condition: Condition) -> set[str] | None:
        """Return the words under which a rule waits: one of a token, or one of each alternative."""
        words = [word for literal in condition.tokens for word in literal.words()]
        if words:
            return {self._rarest(words)}
        alternatives = [literal.words() for literal in condition.any_of]
        if condition.tokens or not all(alternatives):
            return None
        return {self._rarest(words) for words in alternatives}

    def _rarest(self, words: list[str]) -> str:
        return min(words, key=lambda word: (self.vocabulary[word], -len(word), word))

    def matches(self, subject: Subject) -> list[Match]:
        """Return the rules that hold."""
        candidates = {id(condition): condition for condition in self._always}
        for word in subject.words:
            for condition in self._by_word.get(word, ()):
                candidates[id(condition)] = condition
        if subject.enhanced is not None:
            for condition in self._by_enhanced.get(subject.enhanced, ()):
                candidates[id(condition)] = condition
        if subject.code is not None:
            for condition in self._by_code.get(subject.code, ()):
                candidates[id(condition)] = condition
        return [match for condition in candidates.values() if (match := condition.match(subject)) is not None]

    def rejoined(self, subject: Subject) -> Subject | None:
        """Return the reply with words that were folded in the middle made whole, or None when there are none.

        Two neighbours are one word when rules know the whole but not both halves ("S31 40", "Pleas e").
        """
        known = self.vocabulary
        text = subject.text
        pieces = text.split(" ")
        joined = pieces[:1]
        for piece in pieces[1:]:
            left = _LAST_WORD.search(joined[-1])
            right = _FIRST_WORD.match(piece)
            if left and right and left[0] + right[0] in known and not (left[0] in known and right[0] in known):
                joined[-1] += piece
            else:
                joined.append(piece)
        if len(joined) == len(pieces):
            return None
        text = " ".join(joined)
        return subject._replace(text=text, words=frozenset(_WORD.findall(text)))


_LAST_WORD = re.compile(r"[a-z0-9]+\Z")
_FIRST_WORD = re.compile(r"[a-z0-9]+")


def _vocabulary(condition: Condition) -> set[str]:
    return {word for literal in (*condition.tokens, *condition.any_of) for word in literal.words()}
