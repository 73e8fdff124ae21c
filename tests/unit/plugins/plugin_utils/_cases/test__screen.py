# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody sees of the cases who is looking for one of them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, markdown, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Step
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS, IP, followed
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import CASE, TIMINGS, event

LONG = {"title": {"en": "Microsoft 365 (Exchange Online Protection): IP address on the receiver's own block list"}}
NOWHERE = {"subject": {"kind": "none", "value": None}, "egress_ip": None}
TEXTS = Texts("en", file="cases")


def told(found: Followed) -> list[str]:
    return screen(found, texts=TEXTS, report="out/cases.md", again=Command((("follow_up",),))).split("\n")


def waiting(**facts: t.Any) -> Step:
    return Step(fold([event("detected", 0, **{**FACTS, **LONG, **facts}), event("submitted", 1)], TIMINGS), False, "")


@pytest.mark.parametrize(("facts", "subject"), [({}, IP), (NOWHERE, "mx1, mx2")], ids=["address", "hosts alone"])
def test_a_long_title_leaves_what_is_blocked(facts: dict[str, t.Any], subject: str) -> None:
    step = waiting(**facts)
    assert any(line.startswith(f"{CASE} {subject} Microsoft 365: IP") for line in told(Followed("r", [step])))
    assert f"{CASE} {subject} Microsoft 365" in markdown(Followed("r", [step]), texts=TEXTS)


def test_a_closed_case_says_what_was_blocked() -> None:
    case = followed(facts=LONG).case
    assert case is not None
    lines = told(Followed("r", [], closed=[case]))
    assert any(line.startswith(f"CLOSED  {CASE} {IP} Microsoft 365: IP address") for line in lines)


def test_who_waits_sees_until_when() -> None:
    below = told(Followed("r", [waiting()]))[2]
    assert "since 11-2" in below
    assert "due 11-2" in below


def due(kind: str = "ask", **more: t.Any) -> Step:
    case = dataclasses.replace(fold([event("detected", 0, **FACTS)], TIMINGS), due=kind)
    return Step(case, True, "Read what is drafted, and send it. " * 12, **more)


def test_what_is_due_says_what_to_do_and_how() -> None:
    send = Command((("ansible-playbook", "postmaster.delist.follow_up"), ("-e", "confirm=yes")))
    lines = told(Followed("r", [due(path="out/r/requests/a.eml", commands=[send], sends=True)]))
    assert any("out/r/requests/a.eml" in line for line in lines)
    assert any("postmaster.delist.follow_up -e confirm=yes" in line for line in lines)
    assert sum("Read what is drafted" in line for line in lines) == 3
    assert any(line.endswith("...") for line in lines)
    page = markdown(Followed("r", [due(path="out/r/requests/a.eml", commands=[send])]), texts=TEXTS)
    assert "out/r/requests/a.eml" in page
    assert "postmaster.delist.follow_up -e confirm=yes" in page


def test_links_of_answers_are_shown_to_who_has_to_confirm() -> None:
    links = {CASE: [f"https://receiver.example/{number}" for number in range(5)]}
    shown = [line for line in told(Followed("r", [due("confirm")], links=links)) if "receiver.example" in line]
    assert len(shown) == 3
    assert not any("receiver.example" in line for line in told(Followed("r", [due("ask")], links=links)))
    assert markdown(Followed("r", [due("ask")], links=links), texts=TEXTS).count("receiver.example") == 5


def test_what_went_wrong_comes_first_on_one_line_each() -> None:
    found = Followed(
        "r",
        [],
        failures=["The mailbox did not answer.\nSecond line"],
        unsent=[{"case": CASE, "reason": "the server refused\nit"}],
        unproven=[{"source": "answers/1.eml", "why": "no\nticket of ours"}],
    )
    lines = told(found)
    for words in ("The mailbox did not answer. Second line", "the server refused it", "no ticket of ours"):
        assert any(words in line for line in lines[:4]), words
        assert words in markdown(found, texts=TEXTS)


def test_a_closed_case_shows_the_line_that_proves_it() -> None:
    case = followed().case
    assert case is not None
    assert "status=sent (ok)" in markdown(Followed("r", [], closed=[case]), texts=TEXTS)


def test_more_cases_than_lines_are_counted() -> None:
    lines = told(Followed("r", [waiting()] * 60))
    assert any("out/cases.md" in line and "more" in line for line in lines)
