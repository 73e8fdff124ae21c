# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is known of the wording of answers: replies.yml of receivers, and knowledge/replies/ for what several share."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _lint as lint
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._text import fold

FILES = ("receivers/*/replies.yml", "replies/*.yml")
GENERIC = "replies/generic.yml"

Data = Mapping[str, Any]
Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """One way in which somebody says a verdict. C(parties) are the receivers or operators who say it so."""

    name: str
    parties: tuple[str, ...]
    verdict: str
    language: str
    _any_of: Pattern | None
    _all_of: tuple[Pattern, ...]
    _pattern: Pattern | None

    def find(self, sentence: str) -> re.Match[str] | None:
        """Return where a folded sentence says it."""
        if not all(phrase.search(sentence) for phrase in self._all_of):
            return None
        return (self._any_of.search(sentence) if self._any_of else None) or (
            self._pattern.search(sentence) if self._pattern else None
        )


@dataclass(frozen=True, slots=True, eq=False)
class Time:
    """How a time is said: one number, or the ends of a range. C(of) is what it is the time of."""

    of: str
    minutes: int
    _pattern: Pattern
    _any_of: Pattern | None

    def find(self, sentence: str) -> tuple[int, int] | None:
        """Return least and most minutes that a folded sentence names."""
        match = self._pattern.search(sentence)
        if match is None or (self._any_of and not self._any_of.search(sentence)):
            return None
        numbers = [int(number) * self.minutes for number in match.groups() if number and number.isdigit()]
        return (min(numbers), max(numbers)) if numbers else None


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """How the moment of receipt is printed: month, day, year, hour, minute and AM or PM, in UTC."""

    _pattern: Pattern

    def find(self, sentence: str) -> tuple[str, ...] | None:
        match = self._pattern.search(sentence)
        return match.groups() if match else None


@dataclass(frozen=True, slots=True, eq=False)
class Wordings:
    """Everything that is known of answers. The particular comes before the generic."""

    verdicts: tuple[Wording, ...]
    tickets: tuple[Pattern, ...]
    stamps: tuple[Stamp, ...]
    times: tuple[Time, ...]
    negation: Pattern
    hypothesis: Pattern
    supposition: Pattern
    unreal: Pattern
    turn: Pattern
    harmless: Pattern
    cuts: tuple[Pattern, ...]
    attributions: tuple[Pattern, ...]
    labels: frozenset[str]
    common_words: Mapping[str, frozenset[str]]


def load(extra_paths: Sequence[str | Path] = ()) -> Wordings:
    """Return what is known; a site's files come first.

    :raises KnowledgeError: a site's file is malformed
    """
    return _load(tuple(Path(path) for path in extra_paths))


@functools.lru_cache(maxsize=4)
def _load(extra_paths: tuple[Path, ...]) -> Wordings:
    files = [data for root in (*extra_paths, SHIPPED) for data in _files_below(root)]
    generic = read(SHIPPED / GENERIC)
    language = generic["language"]
    files.append(generic)
    return Wordings(
        verdicts=tuple(wording for data in files for wording in _wordings(data)),
        tickets=(
            *(_pattern(pattern) for data in files for pattern in data.get("tickets") or ()),
            _number_after(language["ticket_words"]),
        ),
        stamps=tuple(Stamp(_pattern(pattern)) for data in files for pattern in data.get("received") or ()),
        times=tuple(_time(entry) for data in files for entry in data.get("times") or ()),
        negation=_one_of(language["negations"]),
        hypothesis=_one_of(language["hypotheses"]),
        supposition=_one_of(language["suppositions"]),
        unreal=_one_of(language["unreal"]),
        turn=_one_of(language["turns"]),
        harmless=_one_of(language["harmless"]),
        cuts=tuple(_pattern(pattern) for pattern in language["cuts"]),
        attributions=tuple(_pattern(pattern) for pattern in language["attributions"]),
        labels=frozenset(language["labels"]),
        common_words={name: frozenset(words) for name, words in language["common_words"].items()},
    )


def files(root: Path) -> Iterator[Path]:
    """Yield the files of wordings below a folder, in a fixed order; the generic one is not among them."""
    for pattern in FILES:
        yield from (path for path in sorted(root.glob(pattern)) if path != SHIPPED / GENERIC)


def complaints(document: Document) -> Iterator[KnowledgeError]:
    """Yield what is wrong with a file: its form, and patterns that are not allowed."""
    wrong = list(check.form_complaints("replies", document))
    yield from wrong
    if wrong:
        return
    for where, pattern in _patterns(document.data):
        complaint = lint.complaint(pattern)
        if complaint:
            yield document.error(where, complaint)


def _files_below(root: Path) -> Iterator[Data]:
    for path in files(root):
        if root == SHIPPED:
            yield read(path)
            continue
        document = read_with_lines(path)
        for complaint in complaints(document):
            raise complaint
        yield document.data


def _patterns(data: Data) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name in ("verdicts", "times"):
        for index, entry in enumerate(data.get(name) or ()):
            if entry.get("pattern"):
                yield (name, index, "pattern"), entry["pattern"]
    for name in ("tickets", "received"):
        yield from (((name, index), pattern) for index, pattern in enumerate(data.get(name) or ()))


def _wordings(data: Data) -> Iterator[Wording]:
    parties = tuple(data.get("parties") or ())
    for entry in data["verdicts"]:
        yield Wording(
            name=f"{parties[0] if parties else 'generic'}/{entry['id']}",
            parties=parties,
            verdict=entry["verdict"],
            language=entry["language"],
            _any_of=_one_of(entry["any_of"]) if entry.get("any_of") else None,
            _all_of=tuple(_one_of([phrase]) for phrase in entry.get("all_of") or ()),
            _pattern=_pattern(entry["pattern"]) if entry.get("pattern") else None,
        )


def _time(entry: Data) -> Time:
    return Time(
        of=entry["of"],
        minutes={"minutes": 1, "hours": 60, "days": 1440}[entry["unit"]],
        _pattern=_pattern(entry["pattern"]),
        _any_of=_one_of(entry["any_of"]) if entry.get("any_of") else None,
    )


def _pattern(pattern: str) -> Pattern:
    return re.compile(pattern, re.IGNORECASE)


def _number_after(words: Iterable[str]) -> Pattern:
    """Return the pattern of a ticket that is printed after one of these words."""
    return _pattern(f"(?:{'|'.join(map(re.escape, words))})[\\s.:,#(\\[は]{{1,3}}([A-Za-z]{{0,5}}[0-9-]{{4,14}})")


def _one_of(phrases: Iterable[str]) -> Pattern:
    """Return a pattern for literals; where one begins or ends with a letter or digit, the word ends there too."""
    return re.compile("|".join(map(_literal, phrases)))


def _literal(phrase: str) -> str:
    folded = fold(phrase)
    # Japanese has no blanks between words.
    before = "(?<![^\\W_])" if folded[:1].isalnum() and folded[:1] < "\u3000" else ""
    after = "(?![^\\W_])" if folded[-1:].isalnum() and folded[-1:] < "\u3000" else ""
    return before + re.escape(folded) + after
