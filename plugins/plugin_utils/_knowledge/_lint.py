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
        ways = _ways(sre_parser.parse(pattern, re.IGNORECASE), repeated=False)
    except _Costly as error:
        return str(error)
    if ways > _MAX_WAYS:
        return f"shorter repetitions were expected: together they can match in {ways} ways, the limit is {_MAX_WAYS}"
    return None


class _Costly(Exception):
    pass


def _ways(parsed: t.Iterable[tuple[t.Any, t.Any]], *, repeated: bool) -> int:
    ways = 1
    for operation, argument in parsed:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            ways *= _ways_of_repeat(argument, repeated=repeated)
        elif operation is sre.SUBPATTERN:
            ways *= _ways(argument[-1], repeated=repeated)
        elif operation is sre.BRANCH:
            if repeated:
                raise _Costly("no alternatives were expected under a repetition")
            ways *= _ways_of_branch(argument[1])
    return ways


def _ways_of_branch(alternatives: t.Iterable[t.Any]) -> int:
    """Alternatives that begin with different letters never match at the same place."""
    anywhere = 0
    by_letter: t.Counter[str] = collections.Counter()
    for alternative in alternatives:
        ways = _ways(alternative, repeated=False)
        if len(alternative) and alternative[0][0] is sre.LITERAL:
            by_letter[chr(alternative[0][1]).lower()] += ways
        else:
            anywhere += ways
    return anywhere + max(by_letter.values(), default=0)


def _ways_of_repeat(argument: tuple[int, t.Any, t.Any], *, repeated: bool) -> int:
    least, most, body = argument
    if most is sre.MAXREPEAT or most > _MAX_REPEAT:
        raise _Costly(f"a repetition with an end was expected, such as {{0,40}}, at most {_MAX_REPEAT}")
    if repeated and most != least:
        raise _Costly("no repetition was expected inside another")
    return int(most - least + 1) * _ways(body, repeated=repeated or most > 1)
