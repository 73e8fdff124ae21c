# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import KINDS, Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import STATES, fold, refusal
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    FINDING,
    TIMINGS,
    after,
    case_of,
    event,
)

WAY = [
    event("detected"),
    event("ready", 1),
    event("sending", 2, message_id="<1@example.jp>"),
    event("sent", 2.1, message_id="<1@example.jp>"),
    event("acknowledged", 2.2, tickets=["1318598611"], promised="PT24H"),
    event("decided", 20, verdict="removed", propagation="PT2H", tickets=["1318598611"]),
    event("probed", 24, outcome="deliverable"),
    event("delivered", 25, line="status=sent", at="2026-11-25T01:00:00+00:00"),
]


@pytest.mark.parametrize(
    ("events", "state", "due", "hours"),
    [
        (1, "detected", "ask", 0),
        (2, "ready", "send", 1),
        (3, "ready", "find_out_whether_sent", 2),
        (4, "submitted", "chase", 2.1 + 72),
        (5, "acknowledged", "chase", 2.2 + 24),
        (6, "propagating", "retest", 22),
        (7, "retesting", "prove", 28),
    ],
)
def test_each_step_of_the_way_says_what_is_due_and_when(events: int, state: str, due: str, hours: float) -> None:
    case = fold(WAY[:events], TIMINGS)
    assert (case.state, case.due, case.due_at) == (state, due, after(hours))


def test_only_a_delivery_closes_a_case() -> None:
    assert fold(WAY[:-1], TIMINGS).is_open
    case = fold(WAY, TIMINGS)
    assert (case.state, case.due, case.due_at) == ("closed", None, None)
    assert case.proof == WAY[-1].data


def test_what_is_known_of_the_request_is_kept() -> None:
    case = fold(WAY, TIMINGS)
    assert case.message_ids == ["<1@example.jp>"]
    assert case.tickets == ["1318598611"]
    assert case.verdict == WAY[5].data


def test_a_request_that_was_begun_may_have_been_sent() -> None:
    assert fold(WAY[:3], TIMINGS).possibly_sent == "<1@example.jp>"
    assert fold(WAY[:4], TIMINGS).possibly_sent is None


def test_a_failure_before_the_server_took_it_is_no_sending() -> None:
    case = fold([*WAY[:3], event("unsent", 3, message_id="<1@example.jp>", reason="connection refused")], TIMINGS)
    assert (case.state, case.possibly_sent, case.due) == ("ready", None, "send")


@pytest.mark.parametrize(
    ("verdict", "state", "due"),
    [
        ("removed", "propagating", "retest"),
        ("mitigated", "propagating", "retest"),
        ("conditionally_mitigated", "propagating", "retest"),
        ("denied", "denied", "escalate"),
        ("not_listed", "decided", "retest"),
        ("redirected", "decided", "answer"),
    ],
)
def test_a_verdict_says_what_comes_next(verdict: str, state: str, due: str) -> None:
    case = case_of("ready", "submitted", event("decided", 3, verdict=verdict))
    assert (case.state, case.due) == (state, due)


def test_what_the_channel_says_of_itself_comes_before_the_default() -> None:
    opened = event("detected", timings={"propagation": "PT1H", "chase_after": "nonsense"})
    case = fold([opened, event("submitted", 1)], TIMINGS)
    assert case.due_at == after(1 + 72)
    case = fold([opened, event("submitted", 1), event("decided", 2, verdict="removed")], TIMINGS)
    assert case.due_at == after(3)


def test_what_holds_at_once_is_asked_about_at_once() -> None:
    case = case_of("submitted", event("decided", 2, verdict="removed", propagation="PT0M"))
    assert (case.state, case.due_at) == ("propagating", after(2))


def test_a_probe_that_fails_reopens() -> None:
    case = case_of("submitted", event("decided", 2, verdict="removed"), event("probed", 60, outcome="undeliverable"))
    assert (case.state, case.due) == ("reopened", "escalate")


@pytest.mark.parametrize(
    ("refused_at", "state", "due"),
    [(3, "propagating", "retest"), (4, "propagating", "retest"), (5, "reopened", "escalate")],
)
def test_a_refusal_reopens_only_once_all_servers_should_have_known(refused_at: int, state: str, due: str) -> None:
    decided = event("decided", 2, verdict="removed", propagation="PT2H")
    case = case_of("submitted", decided, event("seen", 6, last_at=after(refused_at).isoformat()))
    assert (case.state, case.due) == (state, due)


def test_a_probe_before_anything_was_decided_says_nothing() -> None:
    assert case_of("submitted", event("probed", 2, outcome="undeliverable")).state == "submitted"


def test_what_expired_and_is_seen_again_reopens() -> None:
    assert case_of("expired", "seen").state == "reopened"


def test_a_late_acknowledgement_sets_nothing_back() -> None:
    case = case_of(
        "submitted", event("decided", 2, verdict="removed"), event("acknowledged", 3, tickets=["1"], promised="PT24H")
    )
    assert (case.state, case.tickets) == ("propagating", ["1"])


def test_an_impossible_step_is_kept_and_named() -> None:
    case = case_of("submitted", event("decided", 2, verdict="removed"), event("delivered", 60), event("sent", 61))
    assert case.state == "closed"
    assert [(entry["kind"], entry["why"]) for entry in case.ignored] == [("sent", refusal(case, "sent"))]


@pytest.mark.parametrize(
    ("before", "step", "state", "due", "due_at"),
    [
        (("submitted",), event("acknowledged", 3, promised="PT1H"), "acknowledged", "chase", 3 + 24),
        (("submitted",), event("acknowledged", 3), "acknowledged", "chase", 3 + 24),
        (("submitted",), event("acknowledged", 3, promised="PT30H"), "acknowledged", "chase", 3 + 30),
        (("submitted", "escalated"), event("acknowledged", 3), "acknowledged", "chase", 3 + 24),
        (("submitted",), event("asked", 3), "submitted", "answer", 3),
        (("submitted",), event("asked", 3, what="ask_again"), "submitted", "ask_again", 3),
        (("submitted",), event("chased", 3), "submitted", "escalate", 3 + 120),
        (("submitted",), event("escalated", 3), "escalated", "chase", 3 + 72),
        (("submitted",), event("decided", 3, verdict="removed"), "propagating", "retest", 3 + 48),
        (("submitted",), event("decided", 3, verdict="denied"), "denied", "escalate", 3),
        (("expired",), event("seen", 3), "reopened", "ask", 3),
        (("submitted",), event("expired", 3), "expired", None, None),
    ],
)
def test_a_step_says_what_is_due_and_when(
    before: tuple[str, ...], step: Event, state: str, due: str | None, due_at: float | None
) -> None:
    case = case_of(*before, step)
    assert (case.state, case.due, case.due_at) == (state, due, None if due_at is None else after(due_at))


@pytest.mark.parametrize("state", ["propagating", "retesting", "decided", "reopened"])
@pytest.mark.parametrize(
    ("outcome", "becomes", "due", "due_at"),
    [("undeliverable", "reopened", "escalate", 60), ("deliverable", "retesting", "prove", 64)],
)
def test_a_probe_counts_once_something_was_decided(
    state: str, outcome: str, becomes: str, due: str, due_at: float
) -> None:
    ways = {
        "propagating": ["submitted", event("decided", 2, verdict="removed")],
        "retesting": ["submitted", event("decided", 2, verdict="removed"), event("probed", 3)],
        "decided": ["submitted", event("decided", 2, verdict="redirected")],
        "reopened": ["expired", "seen"],
    }
    assert case_of(*ways[state]).state == state
    case = case_of(*ways[state], event("probed", 60, outcome=outcome))
    assert (case.state, case.due, case.due_at) == (becomes, due, after(due_at))


def test_a_state_is_known_since_it_was_reached_and_no_step_within_it_counts() -> None:
    assert case_of().since == after(0)
    assert case_of("submitted", event("chased", 5)).since == after(1)
    assert case_of("submitted", event("acknowledged", 5)).since == after(5)


@pytest.mark.parametrize(("refused_at", "state"), [(3, "retesting"), (5, "retesting"), (6, "reopened")])
def test_a_refusal_after_a_good_probe_reopens(refused_at: int, state: str) -> None:
    decided = event("decided", 2, verdict="removed", propagation="PT2H")
    seen = event("seen", 7, last_at=after(refused_at).isoformat())
    case = case_of("submitted", decided, event("probed", 5, outcome="deliverable"), seen)
    assert case.state == state


def test_what_is_seen_again_is_told_as_it_is_now() -> None:
    now = {"counts": {"bounced": 9}, "hosts": ["mx2"], "last_at": after(2).isoformat()}
    facts = case_of("submitted", event("seen", 2, **now, finding="another")).facts
    assert {name: facts[name] for name in now} == now
    assert facts["finding"] == FINDING


def test_each_ticket_and_each_message_is_kept_once_in_its_order() -> None:
    case = case_of(
        event("submitted", 1, message_id="<1@example.jp>"),
        event("acknowledged", 2, tickets=["B", "A"]),
        event("asked", 3, tickets=["A", "C"], what="answer"),
        event("escalated", 4, message_id="<2@example.jp>", tickets=["D"]),
        event("escalated", 5, message_id="<1@example.jp>"),
    )
    assert case.tickets == ["B", "A", "C", "D"]
    assert case.message_ids == ["<1@example.jp>", "<2@example.jp>"]


def test_the_last_answer_and_who_wrote_last_are_known() -> None:
    asked = event("asked", 3, what="answer", question="why?")
    case = case_of("submitted", asked)
    assert (case.answer, case.by) == (asked.data, "tester")
    assert case_of("ready").by is None
    assert case_of("ready").request == {}


def test_a_failed_sending_of_an_escalation_leaves_it_due() -> None:
    begun = event("sending", 4, message_id="<2@example.jp>")
    asked = case_of("submitted", event("decided", 3, verdict="denied"), begun, event("unsent", 5))
    assert (asked.state, asked.due, asked.due_at) == ("denied", "escalate", after(5))
    never = case_of("submitted", begun, event("unsent", 5))
    assert (never.state, never.due) == ("submitted", "send")


def test_events_before_the_detection_are_ignored_and_those_with_it_count() -> None:
    early, with_it = event("ready", -1), event("ready", 0)
    case = fold([event("detected"), early, with_it], TIMINGS)
    assert case.ignored == [{"event": early.id, "kind": "ready", "why": "it lies before the detection"}]
    assert case.state == "ready"


def test_nothing_is_unsent_that_was_never_begun() -> None:
    case = case_of("ready", "unsent")
    assert [entry["why"] for entry in case.ignored] == [
        "unsent is only possible while nobody knows whether a mail went out"
    ]
    assert refusal(case_of("expired"), "chased") == (
        "chased is not possible while the case is expired, only while it is submitted or acknowledged or decided or "
        "denied or escalated or propagating or retesting or reopened"
    )


def test_without_a_detection_there_is_no_case() -> None:
    with pytest.raises(ValueError, match="begins with the event detected"):
        fold([event("note")], TIMINGS)


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 200)), max_size=30), st.randoms())
def test_any_events_in_any_order_fold_to_the_same_valid_case(
    steps: list[tuple[str, int]], chance: random.Random
) -> None:
    events = [event("detected"), *(event(kind, hours, verdict="removed") for kind, hours in steps)]
    case = fold(events, TIMINGS)
    assert case.state in STATES
    assert (case.due is None) == (not case.is_open)
    assert (case.due_at is None) == (case.due is None)
    shuffled = [*events]
    chance.shuffle(shuffled)
    assert fold(shuffled, TIMINGS) == case
