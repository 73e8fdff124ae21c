# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which expressions knowledge files may use: those that Python and POSIX read alike, and that cost little.

A pattern also ends up in Postfix tables (hold), where C(\\d) matches nothing and C((?:) or a bare C(/) make Postfix
skip the rule. And it is searched in hostile texts, so its cost is bounded by its own form: no repetition without an
end, none inside another, no alternatives under one.
"""

from __future__ import annotations

import collections
import re
import typing as t
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]

# RE_DUP_MAX of POSIX.
_MAX_REPEAT = 255
# Ways in which the repetitions of one pattern can share out a text.
_MAX_WAYS = 300

_ESCAPES = frozenset(".[](){}*+?|^$\\/")
_LAZY = re.compile(r"(?<!\\)[*+?}][*+?]")


def complaint(pattern: str) -> str | None:
    """Return what is wrong with a pattern, or None."""
    complaint = _posix_complaint(pattern)
    if complaint is not None:
        return complaint
    try:
        re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError) as error:
        return f"a regular expression was expected: {error}"
    return _cost_complaint(pattern)


def _posix_complaint(pattern: str) -> str | None:
    in_brackets = False
    position = 0
    while position < len(pattern):
        character, following = pattern[position], pattern[position + 1 : position + 2]
        if in_brackets:
            if character == "\\":
                return "no backslash was expected inside [...]: POSIX takes it literally"
            if character == "/":
                return "no slash was expected inside [...]: it ends a pattern in a Postfix table, and \\/ is none there"
            if character == "[" and following in {":", ".", "="}:
                return f"no [{following} was expected inside [...]: Python reads it otherwise than POSIX"
            in_brackets = character != "]"
        elif character == "\\":
            if following not in _ESCAPES:
                return f"only punctuation was expected after a backslash, not \\{following}: POSIX has no such class"
            position += 1
        elif character == "/":
            return "a slash was expected as \\/: it ends a pattern in a Postfix table"
        elif character == "[":
            in_brackets = True
            position += len(re.match(r"\^?\]?", pattern[position + 1 :])[0])  # type: ignore[index]
        elif character == "(" and following == "?":
            return "no (? was expected: POSIX has plain groups only"
        position += 1
    if _LAZY.search(pattern):
        return "no lazy, possessive or doubled repetition was expected"
    return None


def _cost_complaint(pattern: str) -> str | None:
    try:
        ways = _ways(sre_parser.parse(pattern, re.IGNORECASE), frozenset({""}), repeated=False)
    except _Costly as error:
        return str(error)
    if ways > _MAX_WAYS:
        return f"shorter repetitions were expected: together they can match in {ways} ways, the limit is {_MAX_WAYS}"
    return None


class _Costly(Exception):
    pass


def _ways(parsed: t.Iterable[tuple[t.Any, t.Any]], after: _Heads, *, repeated: bool) -> int:
    """Return in how many ways a part of a pattern can match at one place; C(after) is how what follows it begins."""
    ways = 1
    for operation, argument in _backwards(parsed):
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            ways *= _ways_of_repeat(argument, after, repeated=repeated)
        elif operation is sre.SUBPATTERN:
            ways *= _ways(argument[-1], after, repeated=repeated)
        elif operation is sre.BRANCH:
            if repeated:
                raise _Costly("no alternatives were expected under a repetition")
            ways *= _ways_of_branch(argument[1], after)
        after = _before(operation, argument, after)
    return ways


def _backwards(parsed: t.Iterable[tuple[t.Any, t.Any]]) -> t.Iterator[tuple[t.Any, t.Any]]:
    """Yield the steps of a pattern from its end; a word is one step."""
    word = ""
    for operation, argument in reversed(list(parsed)):
        if operation is sre.LITERAL:
            word = chr(argument).lower() + word
            continue
        if word:
            yield sre.LITERAL, word
            word = ""
        yield operation, argument
    if word:
        yield sre.LITERAL, word


def _ways_of_repeat(argument: tuple[int, t.Any, t.Any], after: _Heads, *, repeated: bool) -> int:
    least, most, body = argument
    if most is sre.MAXREPEAT or most > _MAX_REPEAT:
        raise _Costly(f"a repetition with an end was expected, such as {{0,40}}, at most {_MAX_REPEAT}")
    if repeated and most != least:
        raise _Costly("no repetition was expected inside another")
    ways = _ways(body, after if most == 1 else _ANYTHING, repeated=repeated or most > 1)
    if most == 1 and not _alike(_heads(body, after), after):
        return ways
    return int(most - least + 1) * ways


def _ways_of_branch(alternatives: t.Iterable[t.Any], after: _Heads) -> int:
    """Of alternatives that begin otherwise only one can match at one place."""
    choices = [(_ways(each, after, repeated=False), _heads(each, after)) for each in alternatives]
    begins: dict[str, set[int]] = collections.defaultdict(set)
    whole: dict[str, set[int]] = collections.defaultdict(set)
    for number, (_ways_of_it, heads) in enumerate(choices):
        for head in heads:
            whole[head].add(number)
        for beginning in _beginnings(heads):
            begins[beginning].add(number)
    most = 0
    for head in whole:
        same = begins[head].union(*(whole[head[:length]] for length in range(len(head)) if head[:length] in whole))
        most = max(most, sum(choices[number][0] for number in same))
    return most


# How a match can begin: letters that are written out, as far as they are.
_Heads = frozenset[str]
_ANYTHING: _Heads = frozenset({""})
_LONGEST_HEAD = 12
_MOST_HEADS = 4096


def _heads(parsed: t.Iterable[tuple[t.Any, t.Any]], after: _Heads) -> _Heads:
    for operation, argument in _backwards(parsed):
        after = _before(operation, argument, after)
    return after if len(after) <= _MOST_HEADS else _ANYTHING


def _before(operation: t.Any, argument: t.Any, after: _Heads) -> _Heads:
    if operation is sre.LITERAL:
        rest = max(0, _LONGEST_HEAD - len(argument))
        return frozenset(argument[:_LONGEST_HEAD] + head for head in {head[:rest] for head in after})
    if operation is sre.SUBPATTERN:
        return _heads(argument[-1], after)
    if operation is sre.IN and all(kind is sre.LITERAL for kind, _letter in argument):
        return frozenset().union(*(_before(sre.LITERAL, chr(letter).lower(), after) for _kind, letter in argument))
    if operation is sre.BRANCH:
        return frozenset().union(*(_heads(each, after) for each in argument[1]))
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, most, body = argument
        heads = _heads(body, after if most == 1 else _ANYTHING)
        return heads if least else heads | after
    return after if operation is sre.AT else _ANYTHING


def _alike(heads: _Heads, others: _Heads) -> bool:
    """Tell whether one of these can be the beginning of the same text as one of the others."""
    if heads is others:
        return True
    return not heads.isdisjoint(_beginnings(others)) or not others.isdisjoint(_beginnings(heads))


def _beginnings(heads: _Heads) -> set[str]:
    return {head[:length] for head in heads for length in range(len(head) + 1)}
