# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _delivery as delivery
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.audit_factory import NOW

HOSTS = ("mx1", "mx2")


def numbers(delivered: int, refused: int = 0, reputation: int = 0) -> dict[str, dict[str, int]]:
    return {"outlook_com": {"delivered": delivered, "refused": refused, "reputation": reputation}}


def nights(*rates: dict[str, t.Any], hosts: t.Sequence[str] = HOSTS) -> list[Run]:
    """Earlier audits, the newest first."""
    return [
        Run(
            run_id=f"night-{number}",
            at=NOW - datetime.timedelta(days=number),
            actor="tester",
            data={"hosts": list(hosts), "rates": rate, "baseline": False},
        )
        for number, rate in enumerate(rates, start=1)
    ]


def warned(now: dict[str, t.Any], before: t.Sequence[Run]) -> dict[str, str]:
    found = delivery.warnings(delivery.measures(now, before, {}, HOSTS), load(), hosts=HOSTS)
    return {concern.key: concern.title["en"] for concern in found}


def test_deferrals_by_reputation_that_grow_are_told_before_the_block() -> None:
    quiet = nights(numbers(980, 20, 10), numbers(990, 10, 8), numbers(1000))
    told = warned(numbers(900, 100, 58), quiet)
    assert told == {
        "outlook_com/reputation": "Outlook.com (Hotmail, Live, MSN) defers more and more by reputation: "
        "5.8 % of the mail, 0.8 % before"
    }


def test_the_first_of_them_are_told_too() -> None:
    assert list(warned(numbers(900, 58, 58), nights(numbers(900)))) == ["outlook_com/reputation"]


def test_what_has_always_been_so_is_no_news() -> None:
    assert warned(numbers(900, 100, 58), nights(numbers(900, 100, 55), numbers(900, 90, 60))) == {}


def test_few_mails_prove_nothing() -> None:
    assert warned(numbers(5, 19, 19), nights(numbers(500))) == {}
    assert warned(numbers(2000, 30, 25), nights(numbers(2000))) == {}


def test_without_a_night_before_there_is_nothing_to_compare() -> None:
    assert warned(numbers(1, 500, 500), []) == {}
    assert warned(numbers(1, 500, 500), nights({})) == {}


def test_nights_of_other_hosts_do_not_count() -> None:
    assert warned(numbers(900, 58, 58), nights(numbers(900), hosts=["mx7", "mx8"])) == {}
    assert warned(numbers(900, 58, 58), nights(numbers(900), hosts=["mx1", "mx2", "mx3"]))


def test_one_bad_night_does_not_become_the_measure() -> None:
    before = nights(numbers(100, 900, 900), numbers(1000), numbers(1000))
    assert "outlook_com/reputation" in warned(numbers(900, 100, 100), before)


def test_a_receiver_that_takes_less_is_told() -> None:
    told = warned(numbers(500, 500), nights(numbers(950, 50), numbers(990, 10)))
    assert told == {
        "outlook_com/falling": "Outlook.com (Hotmail, Live, MSN) takes less of our mail: 50 % delivered, 97 % before"
    }
    assert warned(numbers(850, 150), nights(numbers(950, 50))) == {}
    assert warned(numbers(10, 30), nights(numbers(950, 50))) == {}


def test_a_warning_is_held_against_what_it_was_held_against_at_first() -> None:
    opened = {"delivery/outlook_com/falling": {"hosts": list(HOSTS), "about": {"share": 40.0, "before": 98.0}}}
    judged = [
        {measure.code: measure for measure in delivery.measures(now, nights(numbers(400, 600)), opened, HOSTS)}
        for now in (numbers(400, 600), numbers(960, 40), numbers(10, 30))
    ]
    assert [(rows["falling"].before, rows["falling"].worse) for rows in judged[:2]] == [(98.0, True), (98.0, False)]
    assert "falling" not in judged[2]


def test_nights_in_which_it_was_open_are_no_measure_later_either() -> None:
    before = nights(*[numbers(400, 600)] * 5, *[numbers(980, 20)] * 3)
    warned_then = [
        dataclasses.replace(run, data={**run.data, "warned": ["delivery/outlook_com/falling"]}) for run in before[:5]
    ]
    assert list(warned(numbers(400, 600), before)) == []
    assert list(warned(numbers(400, 600), [*warned_then, *before[5:]])) == ["outlook_com/falling"]


def test_few_deferrals_of_few_mails_are_no_all_clear() -> None:
    codes = [measure.code for measure in delivery.measures(numbers(11, 10, 10), nights(numbers(900)), {}, HOSTS)]
    assert "reputation" not in codes
