# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several places heard of lists and DNS becomes one listings.json; nothing is believed that nobody said."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import Asker, listings_of, not_clean
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits


def fits(content, schema="listings.json"):
    return misfits(content, schema) == []


def test_a_whole_result_fits_the_schema():
    content = make.content(
        make.result(make.health(listed=1), make.health("relays.ordb.org", "dead"), listings=[make.row()]),
        facts=make.sender(make.problem()),
    )
    assert fits(content)
    (row,) = content["listings"]
    assert (row["from"], row["name"]["en"]) == ("controller", "Spamhaus CSS")
    assert row["delist"]["ready"] is False
    assert [(blocker["code"], blocker["wanted_by"]) for blocker in row["delist"]["blockers"]] == [
        ("no_ptr", ["spamhaus"])
    ]
    assert content["totals"] == {"listed": 1, "allowed": 0, "clean": 0, "unknown": 0, "coverage": 100.0}


def test_nobody_asked_fits_the_schema_too():
    content = listings_of([], None, targets=[], known=load())
    assert fits(content)
    assert content["totals"]["coverage"] is None
    assert content["sender_dns"]["known"] is False


@pytest.mark.parametrize(
    ("facts", "ready"),
    [
        (make.sender(), True),
        (make.sender(make.problem(subject="203.0.113.9")), True),
        (make.sender(make.problem(wanted_by=["gmail"])), True),
        (make.sender(make.problem(blocks=False)), True),
        (make.sender(make.problem(subject="example.jp")), False),
        (make.sender(make.problem("ptr_unknown", blocks=None, wanted_by=[])), None),
        ({"failed": True, "msg": "no resolver"}, None),
    ],
)
def test_ready_is_false_only_for_what_the_list_wants_and_null_where_nothing_is_known(facts, ready):
    content = make.content(make.result(make.health(listed=1), listings=[make.row()]), facts=facts)
    assert content["listings"][0]["delist"]["ready"] is ready
    assert fits(content)


def test_a_list_of_a_sites_own_has_its_zone_for_a_name():
    row = make.row("bl.example.org", list="site_own", lists=["site_own"])
    content = make.content(make.result(make.health("bl.example.org", listed=1), listings=[row]))
    assert content["listings"][0]["name"] == {"en": "bl.example.org", "ja": "bl.example.org"}
    assert content["listings"][0]["delist"]["ready"] is True


def test_the_second_place_counts_where_the_first_was_refused():
    content = make.content(
        make.result(make.health("zen.spamhaus.org", "refused", unknown=1), make.health("bl.spamcop.net", clean=1)),
        make.result(make.health("zen.spamhaus.org", listed=1), listings=[make.row()]),
    )
    assert [(row["zone"], row["health"], row["from"]) for row in content["lists"]] == [
        ("zen.spamhaus.org", "healthy", "mx1"),
        ("bl.spamcop.net", "healthy", "controller"),
    ]
    assert [(row["zone"], row["from"]) for row in content["listings"]] == [("zen.spamhaus.org", "mx1")]
    assert content["totals"] == {"listed": 1, "allowed": 0, "clean": 1, "unknown": 0, "coverage": 100.0}


def test_where_the_second_heard_nothing_either_the_first_cause_stands():
    content = make.content(
        make.result(make.health(health="refused", unknown=1)), make.result(make.health(health="timeout", unknown=1))
    )
    assert [(row["health"], row["from"]) for row in content["lists"]] == [("refused", "controller")]


def test_a_place_that_could_not_ask_says_why_and_spoils_nothing():
    content = make.content(
        make.result(make.health(clean=1)),
        {"unreachable": True, "msg": "Failed to connect to the host via ssh: no route"},
    )
    assert [asked["problem"] for asked in content["asked"]] == [None, "no route"]
    assert content["totals"]["clean"] == 1
    assert fits(content)


def test_too_much_unknown_is_said_and_what_was_found_stays():
    content = make.content(make.result(make.health(listed=1), listings=[make.row()], msg="60 % stay unknown"))
    assert content["asked"][0]["problem"] == "60 % stay unknown"
    assert len(content["listings"]) == 1


def test_the_gravest_listing_stands_first_and_unknown_last():
    rows = [make.row("b.example", state="unknown"), make.row("c.example", severity="low"), make.row()]
    lists = [make.health(row["zone"], listed=1) for row in rows]
    content = make.content(make.result(*lists, listings=rows))
    assert [row["zone"] for row in content["listings"]] == ["zen.spamhaus.org", "c.example", "b.example"]


def test_who_was_asked_by_which_resolver_is_told():
    (asked,) = make.content(make.result(make.health(clean=1), make.health("relays.ordb.org", "dead")))["asked"]
    assert asked == {
        "from": "controller",
        "servers": ["192.0.2.53"],
        "resolver": "truthful",
        "zones": ["zen.spamhaus.org"],
        "problem": None,
    }
    (mute,) = make.content({"failed": True, "msg": "no dnspython"})["asked"]
    assert (mute["servers"], mute["resolver"], mute["zones"], mute["problem"]) == ([], None, [], "no dnspython")


def test_what_the_dns_says_of_senders_has_a_reason_only_where_nothing_is_known():
    lists = make.result(make.health(clean=1))
    said = make.content(lists)["sender_dns"]
    assert (said["known"], said["problem"]) == (True, None)
    failed = make.content(lists, facts={"failed": True, "msg": "no resolver"})["sender_dns"]
    assert (failed["known"], failed["problem"], failed["problems"]) == (False, "no resolver", [])


def test_coverage_is_the_share_of_what_is_known_to_a_tenth():
    content = make.content(make.result(make.health(clean=1, unknown=2)))
    assert content["totals"]["coverage"] == 33.3


def test_listed_comes_before_unknown_however_grave_that_is():
    rows = [make.row("b.example", state="unknown", severity="critical"), make.row("c.example", severity="low")]
    lists = [make.health(row["zone"], listed=1) for row in rows]
    content = make.content(make.result(*lists, listings=rows))
    assert [row["zone"] for row in content["listings"]] == ["c.example", "b.example"]


def test_a_list_that_says_nothing_has_one_row():
    (row,) = not_clean(make.content(make.result(make.health(health="timeout", unknown=3))))
    assert (row["zone"], row["kind"], row["state"]) == ("zen.spamhaus.org", "block", "unknown")
    assert (row["cause_of_unknown"], row["target"], row["list"]) == ("timeout", None, None)


def test_not_clean_holds_what_is_listed_or_unknown_and_no_praise():
    rows = [make.row(), make.row("swl.example", kind="allow", delist=None), make.row("b.example", state="unknown")]
    lists = [
        make.health(listed=1),
        make.health("swl.example", allowed=1),
        make.health("b.example", unknown=1),
        make.health("dead.example", "empty_or_dead", unknown=1),
        make.health("relays.ordb.org", "dead"),
        make.health("psbl.surriel.com", clean=1),
    ]
    found = not_clean(make.content(make.result(*lists, listings=rows)))
    assert [(row["target"], row["zone"], row["state"], row["cause_of_unknown"]) for row in found] == [
        (make.IP, "zen.spamhaus.org", "listed", None),
        (make.IP, "b.example", "unknown", "timeout"),
        (None, "dead.example", "unknown", "empty_or_dead"),
    ]


def test_a_stranger_s_reason_is_one_line():
    asker = Asker("mx1", {"failed": True, "msg": "first\n\x1b[31msecond"})
    content = listings_of([asker], None, targets=[], known=load())
    assert content["asked"][0]["problem"] == "first second"


def test_a_zone_of_both_kinds_fits_the_schemas():
    row = make.row("hostkarma.junkemailfilter.com", kind="mixed", state="unknown")
    lists = [{**make.health(row["zone"], unknown=1), "kind": "mixed"}]
    content = make.content(make.result(*lists, listings=[row]))
    assert fits(content)
    assert fits(not_clean(content), "summary.json#/properties/listings_not_clean")


def test_every_kind_of_the_catalogue_fits_the_schemas():
    kinds = {zone["kind"] for operator in load().blocklists.values() for zone in operator.zones}
    for kind in kinds:
        assert fits([{**make.row(), "name": {"en": "x", "ja": "x"}, "from": "mx1", "kind": kind}], LISTING)


LISTING = "listings.json#/properties/listings"
