# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Checks that need one answer to know the next question, all of them side by side.

A check is a generator: it yields the names and types that it wants to know and is sent their answers; what it returns
is its result. In each round the wishes of all checks are asked together, and no question is asked twice.
"""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names
from ansible_collections.postmaster.delist.plugins.module_utils._dns.answers import MALFORMED, Answer
from ansible_collections.postmaster.delist.plugins.module_utils._dns.exchange import Exchange
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Feed, Question

# A name and the number of a type.
Wish = t.Tuple[str, int]
Result = t.TypeVar("Result")
Check = t.Generator[t.List[Wish], t.List[Answer], Result]


def gather(exchange: Exchange, checks: t.Iterable[Check[Result]]) -> list[Result]:
    """Run checks to their end and return their results, in the order of the checks."""
    running = list(enumerate(checks))
    results: dict[int, Result] = {}
    known: dict[Wish, Answer] = {}
    sent: dict[int, list[Answer]] = {}
    while running:
        wishes: dict[int, list[Wish]] = {}
        for number, check in running:
            try:
                wishes[number] = check.send(sent[number]) if number in sent else next(check)
            except StopIteration as end:
                results[number] = end.value
        running = [(number, check) for number, check in running if number not in results]
        _ask(exchange, {wish for wanted in wishes.values() for wish in wanted} - set(known), known)
        sent = {number: [known[wish] for wish in wanted] for number, wanted in wishes.items()}
    return [results[number] for number in sorted(results)]


def _ask(exchange: Exchange, wishes: set[Wish], known: dict[Wish, Answer]) -> None:
    questions = []
    for wish in sorted(wishes):
        try:
            questions.append(Question(names.question(names.wire_labels(wish[0]), wish[1]), wish, True))
        except names.NameProblem:
            known[wish] = Answer(MALFORMED)
    exchange.run(Feed(questions), lambda question, answer: known.__setitem__(question.tag, answer))
