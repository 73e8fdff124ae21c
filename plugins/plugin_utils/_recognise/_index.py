# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which rules hold for one reply: those whose literals stand in it, or, for rules without words, whose code it has.

Generic rules look past mail addresses and names of hosts; a receiver's own address may be what tells its reply.
"""

from __future__ import annotations

import functools
import re
import typing as t
from collections import defaultdict

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Rule
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._literals import (
    Literals,
    Subject,
    is_code,
    normal,
    outside_hosts,
    standing,
    without_addresses,
)


class Match(t.NamedTuple):
    """A rule that holds: how much of the reply it explains (the more, the surer), and whether a code is part of it."""

    rule: Rule
    weight: int
    has_code: bool


class _Condition:
    """A rule, ready for comparison."""

    __slots__ = (
        *("rule", "is_generic", "priority", "tokens", "any_of", "none_of"),
        *("codes", "wordless", "refined", "weight"),
    )

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.is_generic = rule.is_generic
        self.priority = rule.priority
        self.refined = bool(rule.enhanced or rule.codes or rule.stages or rule.relay_ports or rule.pattern)
        self.tokens = frozenset(map(normal, rule.tokens))
        self.any_of = frozenset(map(normal, rule.any_of))
        self.none_of = frozenset(map(normal, rule.none_of))
        self.codes = frozenset(filter(is_code, self.tokens | self.any_of))
        self.wordless = not self.tokens and not self.any_of
        refined = 8 * (bool(rule.pattern) + bool(rule.enhanced)) + 4 * (bool(rule.codes) + bool(rule.stages))
        self.weight = sum(map(len, self.tokens)) + refined

    def match(self, subject: Subject, occurring: set[str]) -> Match | None:
        if not self.tokens <= occurring or not self.none_of.isdisjoint(occurring):
            return None
        weight = self.weight
        if self.any_of:
            alternatives = self.any_of & occurring
            if not alternatives:
                return None
            weight += max(map(len, alternatives))
        if self.refined and not self._refines(subject):
            return None
        return Match(self.rule, weight, not self.codes.isdisjoint(occurring))

    def _refines(self, subject: Subject) -> bool:
        """Tell whether the conditions beside the literals hold; a code or stage that is not known counts for none."""
        rule = self.rule
        if rule.enhanced and subject.enhanced not in rule.enhanced:
            return False
        if rule.codes and not self._has_code(subject):
            return False
        if rule.relay_ports and subject.port not in rule.relay_ports:
            return False
        if rule.stages and subject.stage not in rule.stages and (self.wordless or subject.stage is not None):
            return False
        return not rule.pattern or _lowered(rule.pattern).search(subject.text) is not None

    def _has_code(self, subject: Subject) -> bool:
        codes = self.rule.codes
        if subject.code is not None or self.wordless:
            return subject.code in codes
        # "4.2.1 Sorry": the class is known at least.
        return subject.enhanced is None or any(subject.enhanced.startswith(str(code // 100)) for code in codes)


@functools.cache
def _lowered(pattern: str) -> t.Pattern[str]:
    """Return a pattern for texts in lower case: searching without regard to case would take three times as long.

    The subset that knowledge may use has no escape that is a letter.
    """
    return re.compile(pattern.lower())


@functools.cache
def compiled(pattern: str) -> t.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


class Index:
    """All rules, found by the literals of a reply or, for rules without words, by its codes."""

    def __init__(self, rules: t.Iterable[Rule]) -> None:
        conditions = [_Condition(rule) for rule in rules]
        self.literals = Literals({text for each in conditions for text in each.tokens | each.any_of | each.none_of})
        by_literal: dict[str, list[_Condition]] = defaultdict(list)
        self._by_enhanced: dict[str, list[_Condition]] = defaultdict(list)
        self._by_code: dict[int, list[_Condition]] = defaultdict(list)
        for condition in conditions:
            # One of the tokens is enough to find it by: the longest says most.
            for literal in (max(condition.tokens, key=len),) if condition.tokens else condition.any_of:
                by_literal[literal].append(condition)
            if condition.wordless:
                for enhanced in condition.rule.enhanced:
                    self._by_enhanced[enhanced].append(condition)
                for code in () if condition.rule.enhanced else condition.rule.codes:
                    self._by_code[code].append(condition)
        self._by_literal = dict(by_literal)

    def matches(self, subject: Subject) -> t.Iterator[list[Match]]:
        """Yield the rules that hold, those of the highest priority first; few replies need more than one step."""
        occurring = self.literals.occurring(subject)
        anybodys, among = subject, occurring
        if "@" in subject.text:
            anybodys = without_addresses(subject)
            among = standing(occurring, anybodys.text)
        among = outside_hosts(among, anybodys.text)
        by_literal = self._by_literal
        found = {each for literal in occurring for each in by_literal.get(literal, ())}
        found.update(self._by_enhanced.get(subject.enhanced or "", ()))
        found.update(self._by_code.get(subject.code or 0, ()))
        for priority in sorted({each.priority for each in found}, reverse=True):
            matches = []
            for each in found:
                if each.priority == priority:
                    match = each.match(anybodys, among) if each.is_generic else each.match(subject, occurring)
                    if match is not None:
                        matches.append(match)
            if matches:
                yield matches
