# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the addresses of an answer mean in a zone, and what an answer makes of those before it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, library, names, tally
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Verdict, Zone
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.conftest import (
    LISTS,
    Ask,
    entry,
    make_zone,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import (
    ScriptedServer,
    answer,
    rcode,
)

NAME = {"en": "A list", "ja": "リスト"}
OPEN = {"en": "asked through a public resolver", "ja": "公開リゾルバー"}
OLD = {"en": "an old entry", "ja": "古い登録"}
NEAR = {"en": "a neighbour", "ja": "近隣"}
SPAM = {"en": "it sent spam", "ja": "スパムを送信"}


@pytest.fixture
def zone() -> Zone:
    return make_zone(
        codes={"127.0.0.2": "bad", "127.0.0.3": "worse", "127.0.0.9": "good"},
        errors={"127.255.255.*": OPEN},
        neutral={"127.0.1.1": NEAR},
        classes={"127.0.0.3": OLD},
    )


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (["127.0.0.2"], Verdict("listed", ("127.0.0.2",), ("bad",), (NAME,))),
        (["127.0.0.3"], Verdict("listed", ("127.0.0.3",), ("worse",), (OLD,))),
        (["127.0.0.2", "127.0.0.3"], Verdict("listed", ("127.0.0.2", "127.0.0.3"), ("bad", "worse"), (NAME, OLD))),
        (["127.0.0.2", "127.0.1.1"], Verdict("listed", ("127.0.0.2", "127.0.1.1"), ("bad",), (NAME,))),
        (["127.0.1.1"], Verdict("clean", ("127.0.1.1",), meanings=(NEAR,))),
        (["127.0.0.77"], Verdict("unknown", ("127.0.0.77",), cause="unrecognised")),
        (["127.0.1.1", "127.0.0.77"], Verdict("unknown", ("127.0.1.1", "127.0.0.77"), cause="unrecognised")),
        (["127.0.0.2", "127.255.255.254"], Verdict("unknown", ("127.0.0.2", "127.255.255.254"), meanings=(OPEN,),
                                                   cause="refused")),
        (["127.0.0.2", "203.0.113.1"], Verdict("unknown", ("127.0.0.2", "203.0.113.1"), cause="poisoned")),
    ],
)  # fmt: skip
def test_an_answer_is_judged_as_a_whole(zone: Zone, said: list[str], verdict: Verdict) -> None:
    assert zone.judge(said) == verdict


@pytest.mark.parametrize(
    ("last", "lists", "says"),
    [
        (2, ("bad",), (SPAM,)),
        (4, ("worse",), (NAME,)),
        (6, ("bad", "worse"), (SPAM,)),
        (10, ("bad",), (SPAM, OLD)),
    ],
)
def test_each_bit_of_an_answer_has_its_list_and_its_meaning(
    last: int, lists: tuple[str, ...], says: tuple[dict[str, str], ...]
) -> None:
    masks = make_zone(codes=None, masks={"2": "bad", "4": "worse"}, classes={"2": SPAM, "8": OLD, "127.0.1.*": NEAR})
    assert masks.judge([f"127.0.0.{last}"]) == Verdict("listed", (f"127.0.0.{last}",), lists, says)


@pytest.mark.parametrize(
    ("slugs", "gravest"),
    [
        (("bad", "worse"), "worse"),
        (("worse", "bad"), "worse"),
        (("worse", "zzz", "bad"), "worse"),
        (("good", "zzz"), "zzz"),
        (("good",), None),
        ((), None),
    ],
)
def test_the_gravest_list_speaks_for_all(slugs: tuple[str, ...], gravest: str | None) -> None:
    lists = {**LISTS, "zzz": entry(severity="low")}
    assert Zone({"zone": "bl.test", "kind": "block", "targets": ["ip4"]}, lists).gravest(slugs) == gravest


@pytest.mark.parametrize(
    ("limits", "per_run"),
    [
        ({}, None),
        ({"per_day": 100}, 100),
        ({"per_30_days": 300}, 300),
        ({"per_day": 100, "per_30_days": 30}, 30),
        ({"per_second": 5}, None),
    ],
)
def test_a_run_has_what_the_shortest_allowance_has(limits: dict[str, int], per_run: int | None) -> None:
    assert make_zone(limits=limits).per_run == per_run


def test_a_star_is_any_octet() -> None:
    zone = make_zone(codes={"127.0.*.2": "bad"})
    assert [zone.judge([f"127.0.{octet}.2"]).state for octet in (0, 1, 255)] == ["listed"] * 3


def test_what_is_known_of_a_list_is_kept() -> None:
    zone = make_zone(lookup="https://list.example/{target}")
    assert zone.entry("bad") is LISTS["bad"]
    assert (zone.lookup, make_zone().lookup) == ("https://list.example/{target}", None)


def counted(*statuses: str) -> tally.Tally:
    """A healthy zone after these answers about as many targets, and one more that nobody has asked about."""
    targets = names.targets([f"45.60.1.{last}" for last in range(1, len(statuses) + 2)], [])
    made = tally.Tally(make_zone(), "ip4", targets)
    made.health = tally.HEALTHY
    for index, status in enumerate(statuses):
        made.record(index, answers.PLAIN_NXDOMAIN if status == "clean" else answers.Answer(status))
    return made


def test_a_zone_is_given_up_after_so_many_failures_in_a_row() -> None:
    failing = [answers.TIMEOUT] * (tally.PATIENCE - 1)
    assert not counted(*failing).stopped
    assert not counted(*failing, "clean", *failing).stopped
    given_up = counted(*failing, answers.TIMEOUT)
    assert given_up.stopped
    assert (given_up.health, given_up.cause(tally.PATIENCE)) == ("timeout", "timeout")
    assert given_up.cause(0) == answers.TIMEOUT
    assert list(given_up.noteworthy()) == []


def test_each_target_keeps_its_own_reason() -> None:
    made = counted(answers.TIMEOUT, answers.DEADLINE, "clean")
    assert [made.cause(index) for index in range(4)] == ["timeout", "deadline", None, "deadline"]
    assert list(made.noteworthy()) == [0, 1]


def test_who_is_refused_trusts_no_earlier_clean() -> None:
    made = counted("clean", answers.REFUSED)
    assert (made.stopped, made.health) == (True, "refused")
    assert [made.cause(index) for index in range(3)] == ["refused", "refused", "refused"]


def test_of_a_poisoned_zone_nothing_is_believed() -> None:
    made = counted("clean")
    made.record(1, answers.Answer(answers.ANSWER, (library.Record("x.bl.test", "A", 300, "127.0.0.2"),)))
    assert [made.state(index) for index in range(2)] == [tally.CLEAN, tally.LISTED]
    made.stop("poisoned")
    assert [(made.state(index), made.cause(index)) for index in range(2)] == [(tally.UNKNOWN, "poisoned")] * 2
    assert made.hits == {}


def test_what_the_probe_answered_is_told(server: ScriptedServer, ask: Ask) -> None:
    server.healthy("bl.test")
    server.on("2.0.0.127.two.test", rcode("SERVFAIL"))
    found = ask([make_zone(), make_zone("two.test")], ["45.60.1.7"])
    assert found.zones["bl.test"]["probe"]["ip4"] == {"listed": ["127.0.0.2"], "clean": ["nxdomain"]}
    probe: t.Any = found.zones["two.test"]["probe"]["ip4"]
    assert probe["listed"] == ["servfail"]


def test_a_probe_that_a_server_refuses_is_a_refusal(server: ScriptedServer, ask: Ask) -> None:
    server.on("2.0.0.127.bl.test", rcode("REFUSED"))
    assert ask(make_zone(), ["45.60.1.7"]).zones["bl.test"]["health"] == "refused"


def test_a_probe_that_is_answered_by_a_refusal_says_which(server: ScriptedServer, ask: Ask) -> None:
    server.on("2.0.0.127.bl.test", answer("127.255.255.254"))
    found = ask(make_zone(errors={"127.255.255.*": OPEN}), ["45.60.1.7"])
    assert found.zones["bl.test"]["health"] == "refused"
    assert found.state("45.60.1.7") == ("unknown", "refused")
