# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Before anything is believed: does the resolver tell the truth, and is each list alive and willing to answer us?"""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, names, tally
from ansible_collections.postmaster.delist.plugins.module_utils._dns.exchange import Exchange
from ansible_collections.postmaster.delist.plugins.module_utils._dns.pace import PacedFeed
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Feed, Question

# Names that nobody has: a reserved one (RFC 6761), and one of the kind that resolvers like to rewrite.
_NOWHERE = ("{0}.invalid", "www.{0}.com")


class Resolver(t.NamedTuple):
    """C(state) is C(truthful), C(rewriting) or C(silent)."""

    state: str
    answers: tuple[str, ...] = ()


def resolver(exchange: Exchange) -> Resolver:
    """Ask for names that do not exist; a resolver that finds them an address invents answers."""
    heard: list[answers.Answer] = []
    questions = (
        Question(names.question(names.wire_labels(name.format("x" + uuid.uuid4().hex)), names.A)) for name in _NOWHERE
    )
    exchange.run(Feed(questions), lambda _question, answer: heard.append(answer))
    invented = sorted({address for answer in heard for address in answer.data("A")})
    if invented:
        return Resolver("rewriting", tuple(invented))
    silent = all(answer.status in (answers.TIMEOUT, answers.DEADLINE) for answer in heard)
    return Resolver("silent" if silent else "truthful")


def zones(exchange: Exchange, tallies: t.Iterable[tally.Tally]) -> None:
    """Ask each zone for what it must list and what it must not, and set its C(health)."""
    heard: dict[tuple[int, str], answers.Answer] = {}
    tallies = list(tallies)

    def questions(order: int, each: tally.Tally) -> t.Iterator[Question]:
        for point, value in sorted(each.zone.test_points(each.kind).items()):
            if value is not None:
                labels = names.reverse_labels(value) if each.kind != "domain" else names.wire_labels(value)
                yield Question(names.question(labels + each.zone.labels, names.A), (order, point))

    sources = [(questions(order, each), each.zone.per_second) for order, each in enumerate(tallies)]
    exchange.run(PacedFeed(sources), lambda question, answer: heard.__setitem__(question.tag, answer))
    for order, each in enumerate(tallies):
        points = {point: heard[order, point] for point in ("clean", "listed") if (order, point) in heard}
        if len(points) < sum(value is not None for value in each.zone.test_points(each.kind).values()):
            each.stop(answers.DEADLINE)  # Time was up before it was asked: that says nothing about its entries.
        else:
            _assess(each, points)


def _assess(each: tally.Tally, points: dict[str, answers.Answer]) -> None:
    each.probe = {point: answer.data("A") or [answer.status] for point, answer in points.items()}
    found = {point: answer.data("A") for point, answer in points.items()}
    for addresses in found.values():
        verdict = each.zone.judge(addresses)
        if verdict.cause in ("refused", "poisoned"):
            each.says = verdict.meanings
            each.stop(verdict.cause)
            return
    failed = [answer.status for answer in points.values() if not answer.known]
    if failed:
        each.stop(tally.health_of(failed[0]))
    elif found.get("clean"):
        each.stop("wildcard")
    elif "listed" not in points:
        each.health = tally.UNPROVEN
    elif not found["listed"]:
        each.stop("empty_or_dead")
    else:
        each.health = tally.HEALTHY
