# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding learns where its address is listed, what stands in the way of a request, and what its list says now."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings_findings import with_listings
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import report_factory

CLEAN = {"state": "clean", "zones": ["zen.spamhaus.org"], "cause": None}


def zen(**over):
    return report_factory.finding(list="spamhaus_zen", receiver=None, rules=["spamhaus/zen"], **over)


def joined(finding, *lists, listings=(), **over):
    return with_listings(finding, make.content(make.result(*lists, listings=listings), **over), load())


def test_its_address_is_listed_whoever_refuses():
    rows = [make.row(), make.row(target="203.0.113.9"), make.row("b.example", state="unknown")]
    finding = joined(
        report_factory.finding(), make.health(listed=2), make.health("b.example", unknown=1), listings=rows
    )
    assert [(row["target"], row["zone"]) for row in finding["listings"]] == [(make.IP, "zen.spamhaus.org")]
    assert finding["list_state"] is None


@pytest.mark.parametrize(
    ("wanted_by", "finding", "stands"),
    [
        (["outlook_com"], report_factory.finding(), True),
        (["gmail"], report_factory.finding(), False),
        (["proofpoint"], report_factory.finding(receiver="example.net", rules=["proofpoint/pdr"]), True),
        (["spamhaus"], zen(), True),
        (["outlook_com"], zen(), False),
    ],
)
def test_blockers_are_what_those_want_who_are_asked(wanted_by, finding, stands):
    facts = make.sender(make.problem(wanted_by=wanted_by))
    assert bool(joined(finding, make.health(), facts=facts)["blockers"]) is stands


def test_what_a_sending_domain_lacks_blocks_too_and_advice_does_not():
    facts = make.sender(
        make.problem("no_spf", subject="example.jp", wanted_by=["outlook_com"]),
        make.problem("dkim_short", subject="example.jp", wanted_by=["outlook_com"], blocks=False),
        make.problem(subject="203.0.113.9", wanted_by=["outlook_com"]),
    )
    finding = joined(report_factory.finding(), make.health(), facts=facts)
    assert [(blocker["subject"], blocker["code"]) for blocker in finding["blockers"]] == [("example.jp", "no_spf")]


@pytest.mark.parametrize(
    ("lists", "listings", "state"),
    [
        ([make.health(clean=1)], [], CLEAN),
        ([make.health(listed=1)], [make.row()], {**CLEAN, "state": "listed"}),
        ([make.health(listed=1)], [make.row(target="203.0.113.9")], CLEAN),
        ([make.health(health="refused", unknown=1)], [], {**CLEAN, "state": "unknown", "cause": "refused"}),
        ([make.health(unknown=1)], [make.row(state="unknown")], {**CLEAN, "state": "unknown", "cause": "timeout"}),
        ([make.health("bl.spamcop.net", clean=1)], [], None),
        ([], [], None),
    ],
)
def test_the_list_that_the_reply_names_is_looked_up(lists, listings, state):
    assert joined(zen(), *lists, listings=listings)["list_state"] == state


def test_a_named_sublist_is_looked_for_in_the_zones_that_carry_it():
    finding = report_factory.finding(list="spamhaus_pbl", receiver=None, rules=["spamhaus/pbl"])
    lists = [make.health(clean=1), make.health("dbl.spamhaus.org", "refused", unknown=1)]
    assert joined(finding, *lists)["list_state"] == CLEAN


def test_an_address_that_was_not_asked_about_has_no_state():
    assert joined(zen(), make.health(clean=1), targets=["example.jp"])["list_state"] is None


def test_a_finding_without_address_has_none_of_it():
    finding = report_factory.finding(subject={"kind": "none", "value": None}, egress_ip=None)
    found = joined(finding, make.health(listed=1), listings=[make.row()])
    assert (found["listings"], found["list_state"]) == ([], None)
