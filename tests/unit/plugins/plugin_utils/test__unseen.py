# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies from public logs, lists and forums, no sample of any rule; labelled before the first run over them.

Several causes of one label are those that an expert would let pass. C(first_score) is what the first run gave, before
anything was mended; docs/performance.md tells of it. Addresses and names of persons are made up.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain

BATCHES = sorted((Path(__file__).parent / "samples" / "unseen").glob("batch_*.json"))
LISTED = frozenset({"ip_blocklisted_receiver", "ip_blocklisted_dnsbl"})
BLOCKS = LISTED | {"ip_policy_range", "ip_reputation_deferred"}
SENDER_SIDE = BLOCKS | {
    *("rate_limited", "greylisted", "rdns_helo", "auth_failed", "content_rejected", "domain_blocklisted")
}


class Answer(t.NamedTuple):
    text: str
    causes: frozenset[str]  # the label
    cause: str
    named: list[str] | None  # addresses that the text names, where that was looked at
    found: list[str]

    @property
    def is_right(self) -> bool:
        return self.cause in self.causes


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return [_answer(reply) for path in BATCHES for reply in json.loads(path.read_text(encoding="utf-8"))["replies"]]


def _answer(reply: dict[str, t.Any]) -> Answer:
    diagnoses = explain(reply["text"], relay=reply.get("relay"))
    first = diagnoses[0] if diagnoses else {"cause": "unclassified", "reply": {"named_ips": []}}
    named = sorted(reply["ips"]) if "ips" in reply else None
    return Answer(reply["text"], frozenset(reply["causes"]), first["cause"], named, sorted(first["reply"]["named_ips"]))


def share(of: list[bool]) -> float:
    return sum(of) / len(of)


def test_several_hundred_replies_are_kept(answers):
    assert len(answers) >= 300


def test_of_all_causes_nearly_all_are_right(answers):
    wrong = [answer for answer in answers if not answer.is_right]
    assert share([answer.is_right for answer in answers]) >= 0.95, wrong


def test_the_causes_on_the_senders_side_are_right(answers):
    on_our_side = [answer for answer in answers if answer.causes <= SENDER_SIDE]
    assert share([answer.is_right for answer in on_our_side]) >= 0.95


def test_the_senders_side_is_told_from_the_other(answers):
    sided = [answer for answer in answers if answer.causes <= SENDER_SIDE or not answer.causes & SENDER_SIDE]
    told = [(answer.cause in SENDER_SIDE) == (answer.causes <= SENDER_SIDE) for answer in sided]
    assert share(told) >= 0.95


def test_every_block_is_seen_as_one(answers):
    blocks = [answer for answer in answers if answer.causes <= BLOCKS]
    assert len(blocks) >= 80
    assert [answer for answer in blocks if answer.cause not in BLOCKS] == []


def test_no_other_reply_is_taken_for_a_block(answers):
    others = [answer for answer in answers if not answer.causes & BLOCKS]
    assert len(others) >= 150
    assert [answer for answer in others if answer.cause in LISTED] == []


def test_few_are_left_unclassified(answers):
    assert share([answer.cause == "unclassified" for answer in answers]) <= 0.05


def test_the_named_addresses_are_exact_and_none_is_invented(answers):
    looked_at = [answer for answer in answers if answer.named is not None]
    assert len(looked_at) >= 100
    assert [answer for answer in looked_at if answer.found != answer.named] == []
    assert [answer for answer in answers for address in answer.found if address not in answer.text] == []
