# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An answer that says no is answered once, in its thread, with something new."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._replies import _knowledge as knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import Request
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

CASE = make.writer().write(make.finding()).record["case"]
REFUSED = "Not qualified for mitigation\n{ip}\nThe above IP(s) do not qualify for mitigation.\n"


def answer(body: str, *, sender: str = "desk@help.acme.example", subject: str = "RE: SRX1318598611ID") -> Any:
    head = f"From: Desk <{sender}>\nSubject: {subject}\n"
    ids = "Message-ID: <a1@help.acme.example>\nIn-Reply-To: <r0@example.org>\n\n"
    return parse(head + ids + body, knowledge.load())


def write(said: Any, new_facts: str = "Our complaint rate is 0.02 %.") -> Request:
    return make.writer(answer=said, new_facts=new_facts).write(make.finding())


def test_a_refusal_is_answered_in_its_thread() -> None:
    request = write(answer(REFUSED.format(ip=make.IP)))
    facts = request.record["escalation"]
    assert facts["path"] == "requests/acme-198-41-0-4-3fa1c2.escalation.eml"
    assert (facts["verdict"], facts["to"], facts["refused"]) == ("denied", "desk@help.acme.example", None)
    message: Any = email.message_from_bytes(request.files[facts["path"]].encode("ascii"), policy=email.policy.SMTP)
    assert not message.defects
    assert message["Subject"] == "Re: RE: SRX1318598611ID"
    assert message["In-Reply-To"] == "<a1@help.acme.example>"
    assert message["References"] == "<r0@example.org> <a1@help.acme.example>"
    body = message.get_content()
    for said in ("SRX1318598611ID", "Not qualified for mitigation", "0.02 %", make.finding()["evidence"][0], CASE):
        assert said in body
    assert facts["path"] in request.record["instruction"]["en"]


def test_our_reference_is_enough() -> None:
    said = answer(f"{CASE}: your request was denied.\n")
    assert write(said).record["escalation"]["verdict"] == "denied"


@pytest.mark.parametrize(
    "body",
    [
        REFUSED.format(ip="198.41.0.5"),
        "Your request was denied.\n",
        f"{make.IP} has been removed from our block list.\n",
        "Good morning.\n",
    ],
)
def test_answers_about_something_else_are_left_alone(body: str) -> None:
    assert write(answer(body)).record["escalation"] is None


@pytest.mark.parametrize(
    "sender", ["desk@evil.example", "desk@acme.example.evil.example", "", "a@b\r\nBcc: x@y.example"]
)
def test_a_foreign_sender_gets_no_reply(sender: str) -> None:
    facts = write(answer(REFUSED.format(ip=make.IP), sender=sender)).record["escalation"]
    assert (facts["path"], facts["to"]) == (None, None)
    assert facts["refused"]["code"] == "answer_unverified"


def test_without_something_new_there_is_no_reply() -> None:
    facts = write(answer(REFUSED.format(ip=make.IP)), new_facts=" ").record["escalation"]
    assert facts["refused"]["code"] == "new_facts_missing"


def test_a_hostile_answer_makes_no_header() -> None:
    said = answer(REFUSED.format(ip=make.IP), subject="=?utf-8?Q?x=0D=0ABcc:_x@y.example=1B[31m?=")
    request = write(said)
    text = request.files[request.record["escalation"]["path"]]
    assert "\nBcc:" not in text
    assert "\x1b" not in text
