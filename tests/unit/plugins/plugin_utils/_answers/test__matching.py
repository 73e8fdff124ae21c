# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cases an answer names, and which of them it may advance."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._matching import Cases, match_all
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import CASE, case_of, event

KNOWN = SimpleNamespace(
    lists={},
    mailbox_domains=frozenset({"outlook.com"}),
    party={"x": SimpleNamespace(own_domains=["example.net"])}.__getitem__,
)


def a_case(*more, receiver="x"):
    case = case_of(event("submitted", 1, message_id="<1@example.jp>", tickets=["SRX100ID"]), *more)
    case.facts["receiver"] = receiver
    return case


def answer(*, tickets=(), references=(), cases=(), ips=(), vouched=("mail.example.net",)):
    return {
        "tickets": [{"number": number} for number in tickets],
        "references": list(references),
        "cases": list(cases),
        "verdicts": [{"ip": ip} for ip in ips],
        "authenticated": list(vouched),
    }


@pytest.mark.parametrize(
    ("names", "by"),
    [
        ({"tickets": ["100"]}, ["ticket"]),
        ({"references": ["<1@example.jp>"]}, ["message_id"]),
        ({"cases": [CASE]}, ["reference"]),
        ({"ips": ["203.0.113.7", None]}, ["address"]),
        ({"tickets": ["100"], "cases": [CASE]}, ["reference", "ticket"]),
    ],
)
def test_an_answer_names_a_case_by_what_is_its_own(names, by):
    assert Cases([a_case()], KNOWN).matches(answer(**names)) == [{"case": CASE, "by": by}]
    assert Cases([a_case()], KNOWN).matches(answer(tickets=["999"])) == []


@pytest.mark.parametrize(
    ("case", "names", "why"),
    [
        (a_case(), {"tickets": ["100"]}, None),
        (a_case(), {"ips": ["203.0.113.7"]}, "it names neither our ticket nor our Message-ID"),
        (a_case("expired"), {"tickets": ["100"]}, "the case is expired"),
        (a_case(), {"tickets": ["100"], "vouched": ["evil.example"]}, "its sender is not proven"),
        (a_case(receiver="nobody"), {"tickets": ["100"]}, "its sender is not proven"),
    ],
)
def test_only_a_proven_answer_to_our_own_request_advances(case, names, why):
    (told,) = match_all([answer(**names)], Cases([case], KNOWN))
    assert told["advances"] == ([CASE] if why is None else [])
    assert why is None or told["matches"][0]["why_not"].startswith(why)


def test_a_ticket_that_one_answer_proves_lets_the_next_name_the_case():
    first, second = answer(references=["<1@example.jp>"], tickets=["200"]), answer(tickets=["200"])
    told = match_all([second, first], Cases([a_case()], KNOWN))
    assert [each["advances"] for each in told] == [[CASE], [CASE]]
