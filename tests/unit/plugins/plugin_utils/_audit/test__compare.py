# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._compare import compare
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._looked import Left, Looked
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as lists
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.audit_factory import NOW, concern, looked


def before(*found: Concern, baseline: bool = False) -> dict[str, dict[str, t.Any]]:
    rows = compare(found, {}, looked(), run_id="night-1", at=NOW, baseline=baseline)
    return {row["id"]: row for row in rows}


def tonight(found: t.Iterable[Concern], known: t.Mapping[str, t.Any], at: Looked, **more: t.Any) -> dict[str, t.Any]:
    rows = compare(found, known, at, run_id="night-2", at=NOW.replace(day=25), **more)
    return {row["id"]: row for row in rows}


def test_new_still_and_cleared() -> None:
    rows = tonight([concern("mx1/a"), concern("mx1/b")], before(concern("mx1/b"), concern("mx1/c")), looked())
    assert {name: row["state"] for name, row in rows.items()} == {
        "lint/mx1/a": "new",
        "lint/mx1/b": "still",
        "lint/mx1/c": "cleared",
    }
    assert (rows["lint/mx1/a"]["since_run"], rows["lint/mx1/b"]["since_run"]) == ("night-2", "night-1")


def test_the_gravest_comes_first() -> None:
    found = [concern("mx1/a", severity="low"), concern("mx1/b", severity="critical"), concern("mx1/c")]
    rows = compare(found, {}, looked(), run_id="night-1", at=NOW)
    assert [row["severity"] for row in rows] == ["critical", "high", "low"]


def test_a_baseline_is_kept_until_it_was_gone_once() -> None:
    known = before(concern("mx1/a"), baseline=True)
    assert known["lint/mx1/a"]["baseline"]
    still = tonight([concern("mx1/a")], known, looked())
    assert still["lint/mx1/a"]["baseline"]
    unknown = tonight([], known, looked("mx2"))
    assert (unknown["lint/mx1/a"]["state"], unknown["lint/mx1/a"]["baseline"]) == ("unknown_now", True)
    back = tonight([concern("mx1/a")], {}, looked())  # the ledger holds what is open
    assert (back["lint/mx1/a"]["state"], back["lint/mx1/a"]["baseline"]) == ("new", False)


def test_a_baseline_does_not_hide_what_has_become_worse() -> None:
    known = before(concern("mx1/hold", severity="low"), baseline=True)
    for worse in (concern("mx1/hold", severity="critical"), concern("mx1/hold", severity="low", overdue=True)):
        rows = tonight([worse], known, looked())
        assert (rows["lint/mx1/hold"]["state"], rows["lint/mx1/hold"]["baseline"]) == ("still", False)
        as_before = tonight([concern("mx1/hold", severity="low")], rows, looked())
        assert as_before["lint/mx1/hold"]["baseline"]
        again = tonight([worse], rows, looked(), baseline=True)
        assert tonight([worse], again, looked())["lint/mx1/hold"]["baseline"]


def test_hosts_that_are_not_in_the_play_are_left_alone() -> None:
    known = before(concern("mx1/a"), concern("both", hosts=("mx1", "mx2")))
    assert tonight([], known, looked("mx2", play=["mx2"])) == {}
    rows = tonight([], known, looked("mx1", play=["mx1", "mx2"]))
    assert {name: row["state"] for name, row in rows.items()} == {"lint/both": "unknown_now", "lint/mx1/a": "cleared"}


IP = "203.0.113.7"
OURS: Left = [frozenset({IP})]


def block(**refused: list[str]) -> Concern:
    hosts = tuple(sorted({host for hosts in refused.values() for host in hosts}))
    return concern(f"outlook_com/ip/{IP}/x", check="finding", hosts=hosts, about={"refused": refused, "from": IP})


FINDING = block(outlook_com=["mx1"])


def test_a_host_that_was_not_read_keeps_its_part_of_what_is_still_there() -> None:
    first = before(block(outlook_com=["mx1", "mx2"]), concern("both", check="listing", hosts=("mx1", "mx2")))
    for at in (looked("mx1"), looked("mx1", play=["mx1"])):
        second = tonight([block(outlook_com=["mx1"]), concern("both", check="listing")], first, at)
        assert [row["hosts"] for row in second.values()] == [["mx1", "mx2"]] * 2
        delivered = {"mx1": {"outlook_com": OURS}}
        third = tonight([], second, looked("mx1", delivered=delivered))
        assert third[FINDING.id]["state"] == "unknown_now"
        fourth = tonight([], third, looked(delivered={"mx2": {"outlook_com": OURS}}))
        assert fourth[FINDING.id]["state"] == "cleared"  # mx1 has shown it the night before


def test_each_host_and_each_receiver_must_be_shown_to_take_mail() -> None:
    known = before(block(gmail=["mx1", "mx2"], t_online=["mx1"]))
    both = {"gmail": OURS, "t_online": OURS}
    for delivered, state in (
        ({"mx1": both}, "unknown_now"),
        ({"mx1": {"gmail": OURS}, "mx2": both}, "unknown_now"),
        ({"mx1": both, "mx2": {"gmail": OURS}}, "cleared"),
    ):
        assert tonight([], known, looked(delivered=delivered))[FINDING.id]["state"] == state


def test_what_a_receiver_refused_once_is_owed_while_another_still_refuses() -> None:
    second = tonight([block(t_online=["mx1"])], before(block(gmail=["mx1"], t_online=["mx1"])), looked())
    assert second[FINDING.id]["about"]["refused"] == {"gmail": ["mx1"], "t_online": ["mx1"]}


@pytest.mark.parametrize(
    ("left", "state"),
    [
        ([frozenset()], "cleared"),  # behind NAT: nobody has named another address
        ([frozenset({IP, "203.0.113.8"})], "unknown_now"),
        ([frozenset({"203.0.113.8"})], "unknown_now"),
        ([frozenset({IP, "203.0.113.8"}), frozenset({IP})], "cleared"),
    ],
)
def test_a_delivery_by_another_address_clears_nothing(left: Left, state: str) -> None:
    rows = tonight([], before(FINDING), looked(delivered={"mx1": {"outlook_com": left}}))
    assert rows[FINDING.id]["state"] == state


def test_a_layer_is_gone_only_where_the_record_could_be_read() -> None:
    known = before(
        concern("mx1/hold", check="change", about={"layer": "hold"}), concern("mx1/queue_expiring", check="change")
    )
    none: frozenset[str] = frozenset()
    for at, hold, queue in (
        (looked(), "cleared", "cleared"),
        (looked(layered=none), "unknown_now", "unknown_now"),
        (looked(queued=none), "cleared", "unknown_now"),
    ):
        rows = tonight([], known, at)
        assert [rows[f"change/mx1/{name}"]["state"] for name in ("hold", "queue_expiring")] == [hold, queue]


@pytest.mark.parametrize(
    ("delivered", "read", "state"),
    [
        ({"mx1": {"outlook_com": OURS}}, ["mx1", "mx2"], "cleared"),
        ({"mx1": {"gmail": OURS}}, ["mx1", "mx2"], "unknown_now"),
        ({"mx2": {"outlook_com": OURS}}, ["mx1", "mx2"], "unknown_now"),
        ({}, ["mx1", "mx2"], "unknown_now"),
        ({}, ["mx2"], "unknown_now"),
    ],
)
def test_only_a_delivery_clears_a_block(
    delivered: t.Mapping[str, t.Mapping[str, Left]], read: t.Sequence[str], state: str
) -> None:
    rows = tonight([], before(FINDING), looked(*read, delivered=delivered))
    assert rows[FINDING.id]["state"] == state


LISTED = concern(
    "203.0.113.7/zen.spamhaus.org/spamhaus_css",
    check="listing",
    subject=lists.IP,
    hosts=("mx1",),
    about={"zone": "zen.spamhaus.org"},
)


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (lists.content(lists.result(lists.health(clean=1))), "cleared"),
        (lists.content(lists.result(lists.health(health="refused", unknown=1))), "unknown_now"),
        (
            lists.content(lists.result(lists.health(unknown=1), listings=[lists.row(state="unknown")])),
            "unknown_now",
        ),
        (lists.content(lists.result(lists.health("bl.spamcop.net", clean=1))), "unknown_now"),
        (lists.content(lists.result(lists.health(clean=1)), targets=["203.0.113.99"]), "unknown_now"),
        (None, "unknown_now"),
    ],
)
def test_only_a_list_that_answers_clears_a_listing(content: t.Any, state: str) -> None:
    rows = tonight([], before(LISTED), looked(lists=content))
    assert rows[LISTED.id]["state"] == state


def test_a_target_that_no_host_sends_from_and_that_was_not_asked_is_left_alone() -> None:
    nobodys = concern("203.0.113.8/z/l", check="listing", subject="203.0.113.8", hosts=(), about={"zone": "z"})
    assert tonight([], before(nobodys), looked()) == {}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (lists.sender(), "cleared"),
        (lists.sender(lists.problem("ptr_unknown", blocks=None)), "unknown_now"),
        ({"failed": True, "msg": "no dnspython"}, "unknown_now"),
    ],
)
def test_only_the_dns_clears_what_was_wrong_there(facts: t.Any, state: str) -> None:
    known = concern(f"{lists.IP}/no_ptr", check="sender_dns", subject=lists.IP, about={"code": "no_ptr"})
    content = lists.content(lists.result(lists.health(clean=1)), facts=facts)
    assert tonight([], before(known), looked(lists=content))[known.id]["state"] == state


def test_a_case_that_is_no_longer_there_is_cleared() -> None:
    known = concern("PD-1/submitted/chase", check="case", hosts=())
    assert tonight([], before(known), looked())[known.id]["state"] == "cleared"
    assert tonight([], before(known), looked(cases=False)) == {}


def test_a_name_has_room_in_the_ledger_and_stays_the_same() -> None:
    one, other = (concern(f"mx1/{'x' * 900}{end}") for end in ("a", "b"))
    assert len(one.id) == len(other.id) == 700
    assert one.id != other.id
    assert one.id == concern(f"mx1/{'x' * 900}a").id
