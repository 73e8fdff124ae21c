# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every block is told as one and nothing else is, in sentences that no receiver says just so."""

from __future__ import annotations

import re

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import refusal_grammar as grammar

BLOCKS = {"ip_blocklisted_receiver", "ip_blocklisted_dnsbl", "ip_policy_range", "ip_reputation_deferred"}
SAMPLED = 4000
SEED = 20261124


def cause(text):
    found = explain(text)
    return found[0]["cause"] if found else "unclassified"


def test_our_server_refused_is_a_block():
    missed = [refusal for refusal in grammar.blocks(SAMPLED, SEED) if cause(refusal.text) not in BLOCKS]
    assert missed == []


def test_anything_else_refused_is_none():
    told = [(refusal.thought, cause(refusal.text), refusal.text) for refusal in grammar.others(SAMPLED, SEED)]
    assert [each for each in told if each[1] in BLOCKS] == []


def test_what_else_is_refused_is_mostly_told():
    told = [cause(refusal.text) in refusal.causes for refusal in grammar.others(SAMPLED, SEED)]
    assert sum(told) / len(told) >= 0.96


def samples():
    """Yield what the generic rules of blocks know by words alone."""
    for party in load().generic.values():
        for rule, data in zip(party.rules, party.data["rules"], strict=True):
            if rule.cause in BLOCKS and not (rule.stages or rule.enhanced) and len(rule.codes) != 2:
                yield from (sample["reply"] for sample in data["samples"] if not sample.get("stage"))


@pytest.mark.parametrize("reply", sorted(samples()))
def test_a_block_is_one_whatever_its_code(reply):
    head = re.compile(r"(?<![0-9.])[45](?=[0-9]{2}[ -]|\.[0-9]\.[0-9])")
    other = head.sub(lambda match: "4" if match[0] == "5" else "5", reply)

    assert other != reply
    assert cause(other) in BLOCKS
