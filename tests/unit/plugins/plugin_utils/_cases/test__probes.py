# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks which receiver when a retest is due, and what the answers say of the case."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _probes as probes
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, fold
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import CASE, TIMINGS, event

MAILBOXES = {"microsoft_365": "probe@example.com"}


def case(verdict: str = "removed") -> Case:
    kinds = [event(kind, number) for number, kind in enumerate(("sending", "sent"), 1)]
    return fold([event("detected", **FACTS), *kinds, event("decided", 3, verdict=verdict)], TIMINGS)


def test_one_host_of_the_case_asks_about_one_mailbox() -> None:
    (probe,) = probes.wanted([case()], MAILBOXES, ["mx9", "mx2", "mx1"])
    assert (probe.case, probe.receiver, probe.host, probe.recipient) == (
        CASE,
        "microsoft_365",
        "mx2",
        MAILBOXES["microsoft_365"],
    )


@pytest.mark.parametrize(
    ("about", "mailboxes", "hosts"),
    [(case("denied"), MAILBOXES, ["mx1"]), (case(), {"gmail": "x@gmail.com"}, ["mx1"]), (case(), MAILBOXES, ["mx9"])],
    ids=["no retest", "no mailbox", "no host"],
)
def test_nobody_asks_without_reason(about: Case, mailboxes: dict[str, str], hosts: list[str]) -> None:
    assert probes.wanted([about], mailboxes, hosts) == []


@pytest.mark.parametrize(
    ("verdict", "state", "due"),
    [("accepting", "retesting", "prove"), ("blocked", "reopened", "escalate"), ("inconclusive", "retesting", "prove")],
)
def test_an_answer_moves_the_case_and_none_closes_it(verdict: str, state: str, due: str) -> None:
    result: dict[str, t.Any] = {"item": {"case": CASE}, "verdict": verdict, "answer": {"text": "250 ok"}}
    failed = {"item": {"case": CASE}, "failed": True, "msg": "no route"}
    variables = {"hostvars": {"mx1": {"cases_probed": {"results": [failed, result]}}, "mx2": {}}}
    (answer,) = probes.given(variables, ["mx1", "mx2"], ["cases_probed"])
    events = [event("detected", **FACTS), event("sent", 1), event("decided", 2, verdict="removed")]
    after = fold([*events, event("probed", 60, **answer.data)], TIMINGS)
    assert (after.state, after.due) == (state, due)
