# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._restore_undo import Undo, undos

REPLY = "554 5.7.1 {{ lookup('pipe', 'id') }} not welcome"
ASKED = {"run": "r1", "receivers": ["outlook_com"], "causes": [], "everywhere": False, "signatures": []}
HOLD = {"asked": [ASKED], "backoff": "1h"}
RELAY = {
    "scope": "destinations", "region": "eu-central-1", "host": "email-smtp.eu-central-1.amazonaws.com", "port": 587,
    "syslog_name": "postfix/ses", "domains": ["a.example", "b.example"], "exceptions": [], "probes": ["me@a.example"],
    "delay": 1, "recipients": 7, "rate": 14.0, "hosts": 2, "ca_file": None, "override": ["quota"], "expires": "7d",
    "expires_at": "2026-12-01T09:15:00+09:00", "asked": {"run": "r1", "domains": ["b.example"]},
}  # fmt: skip


def of(was: t.Any, *runs: str) -> list[Undo]:
    return undos(was, lambda run: run in runs)


def test_only_what_was_there_comes_back_the_hold_first() -> None:
    both = {"relay": RELAY, "hold": HOLD}
    assert [
        (one.playbook, one.hosts) for one in of({"mx1": both, "mx2": {"hold": HOLD, "relay": None}, "mx3": {}})
    ] == [
        ("hold", ("mx1", "mx2")),
        ("relay", ("mx1",)),
    ]
    assert of({"mx1": {"hold": None, "relay": None}}) == []


def test_a_hold_comes_back_as_it_was_asked_for_each_time() -> None:
    more = {**ASKED, "run": "r2", "receivers": [], "signatures": [REPLY]}
    first, second = of({"mx1": {"hold": {"asked": [ASKED, more], "backoff": None}}}, "r1")
    assert (first.run, first.variables) == ("r1", {"hold_receivers": ["outlook_com"]})
    # The findings of the other are not there any more: it gathers them anew.
    assert (second.run, second.variables) == (None, {"hold_signatures": [REPLY]})


def test_a_relay_comes_back_with_all_that_was_recorded() -> None:
    (alone,) = of({"mx1": {"relay": RELAY}})
    assert alone.variables == {
        "relay_scope": "destinations", "relay_region": "eu-central-1", "relay_port": 587, "relay_max_domains": 1000,
        "relay_domains": ["a.example", "b.example"], "relay_probes": ["me@a.example"], "relay_override": ["quota"],
        "relay_rate": 14.0, "relay_sharing": 2, "relay_expires": "7d",
    }  # fmt: skip
    assert alone.left_out == ()


def test_hosts_whose_domains_the_same_run_named_share_a_command() -> None:
    was = {"mx1": {"relay": RELAY}, "mx2": {"relay": {**RELAY, "domains": ["b.example", "c.example"]}}}
    (together,) = of(was, "r1")
    assert (together.hosts, together.run, together.variables["relay_domains"]) == (("mx1", "mx2"), "r1", ["b.example"])
    assert len(of(was)) == 2


def test_another_server_and_a_relay_of_all_mail() -> None:
    elsewhere = {**RELAY, "scope": "all", "domains": [], "host": "vpce-1.example.com", "expires": None}
    (undo,) = of({"mx1": {"relay": elsewhere}})
    assert undo.variables["relay_endpoint"] == "vpce-1.example.com"
    assert undo.variables["relay_expires"] == ""
    assert "relay_domains" not in undo.variables


@pytest.mark.parametrize("value", ["{{ lookup('pipe', 'id') }}", "{% raw %}", "{# x", "a\nb", "a\x1b[2J"])
def test_what_a_host_says_becomes_no_template(value: str) -> None:
    hostile = {**RELAY, "domains": [value], "region": value, "probes": {"x": value}, "rate": [value]}
    held = {"asked": [{**ASKED, "run": value, "receivers": [value]}], "backoff": value}
    hold, relay = of({"mx1": {"relay": hostile, "hold": held}}, "r1")
    assert (hold.run, hold.variables, hold.left_out) == (None, {}, ("hold_backoff", "hold_receivers"))
    assert {"relay_region", "relay_probes", "relay_rate"} <= set(relay.left_out)
    assert value not in str(relay.variables)


@pytest.mark.parametrize("odd", ["text", 7, ["a", ["b"]], {"asked": "x"}, {"asked": ["x"], "domains": 3, "port": [1]}])
def test_whatever_a_host_says_the_others_are_told(odd: t.Any) -> None:
    told = of({"odd": {"hold": odd, "relay": odd}, "mx1": {"hold": HOLD}})
    assert [undo.playbook for undo in told if undo.hosts == ("mx1",)] == ["hold"]
