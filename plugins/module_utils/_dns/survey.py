# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One run over the block lists: the resolver first, then each list's health, the targets, the reasons of hits."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, names, probe
from ansible_collections.postmaster.delist.plugins.module_utils._dns.exchange import Exchange
from ansible_collections.postmaster.delist.plugins.module_utils._dns.pace import PacedFeed
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Question
from ansible_collections.postmaster.delist.plugins.module_utils._dns.redact import plain
from ansible_collections.postmaster.delist.plugins.module_utils._dns.tally import Tally
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Zone


class Way(t.NamedTuple):
    """How to ask."""

    servers: t.Sequence[str]
    port: int = 53
    timeout: float = 5.0
    retries: int = 5
    max_seconds: float | None = None


# Told how many of how many questions are answered.
Told = t.Callable[[int, int], None]


class Survey(t.NamedTuple):
    """What was found. C(strays) counts datagrams that belonged to no question."""

    resolver: probe.Resolver
    zones: t.Sequence[Zone]
    targets: list[names.Target]
    tallies: list[Tally]
    strays: int


def survey(zones: t.Sequence[Zone], targets: list[names.Target], way: Way, told: Told | None = None) -> Survey:
    """Ask every zone about every target of a kind that it has; C(told) hears of each answer."""
    fit: dict[str, list[names.Target]] = {"ip4": [], "ip6": [], "domain": []}
    for target in targets:
        if target.problem is None:
            fit[target.kind].append(target)
    tallies = [Tally(zone, kind, fit[kind]) for zone in zones for kind in fit if fit[kind] and kind in zone.targets]
    deadline = None if way.max_seconds is None else time.monotonic() + way.max_seconds
    with Exchange(way.servers, port=way.port, timeout=way.timeout, retries=way.retries, deadline=deadline) as exchange:
        resolver = probe.resolver(exchange)
        if resolver.state in ("rewriting", "silent"):
            for tally in tallies:
                tally.stop("resolver_rewrites" if resolver.state == "rewriting" else answers.TIMEOUT)
        else:
            probe.zones(exchange, tallies)
            exchange.run(PacedFeed(_sources(tallies)), _record if told is None else _recorder(tallies, told))
            exchange.run(PacedFeed((tally.reason_questions(), tally.zone.per_second) for tally in tallies), _explain)
        return Survey(resolver, zones, targets, tallies, exchange.strays)


def _sources(tallies: t.Sequence[Tally]) -> t.Iterator[tuple[t.Iterator[Question], int | None]]:
    left = {tally.zone.name: tally.zone.per_run for tally in tallies}
    for tally in tallies:
        allowance = left[tally.zone.name]
        if allowance is not None:
            left[tally.zone.name] = max(0, allowance - len(tally.targets))
        yield tally.questions(allowance=allowance), tally.zone.per_second


def _recorder(tallies: t.Sequence[Tally], told: Told) -> t.Callable[[Question, answers.Answer], None]:
    total, done = sum(len(tally.targets) for tally in tallies), 0

    def record(question: Question, answer: answers.Answer) -> None:
        nonlocal done
        _record(question, answer)
        done += 1
        told(done, total)

    return record


def _record(question: Question, answer: answers.Answer) -> None:
    tally, index = question.tag
    tally.record(index, answer)


def _explain(question: Question, answer: answers.Answer) -> None:
    tally, index = question.tag
    text = plain(" | ".join(sorted(answer.texts())))
    if text:
        tally.explain(index, text)
