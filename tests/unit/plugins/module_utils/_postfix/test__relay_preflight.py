# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What in a host's configuration speaks against a relay, and what should be known before one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_preflight import objections, remarks

PLAIN = {
    "relay_domains": "",
    "relayhost": "",
    "sender_dependent_default_transport_maps": "",
    "sender_dependent_relayhost_maps": "",
    "smtp_fallback_relay": "",
    "smtp_sender_dependent_authentication": "no",
    "transport_maps": "",
}
SCOPES = ("destinations", "all", "relayhost")


def base(everything=None, **values):
    """A look at a host; `everything` is where its transport map sends `*`."""
    routes = {} if everything is None else {"*": everything}
    return SimpleNamespace(values={**PLAIN, **values}, routes=lambda names: routes)


@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_speaks_against_a_plain_host(scope):
    assert list(objections(base(), scope)) == []
    assert list(remarks(base(), scope)) == []


@pytest.mark.parametrize(("scope", "number"), [("destinations", 0), ("all", 1), ("relayhost", 1)])
def test_a_route_for_everything_outranks_all_but_destinations_and_cannot_be_overridden(scope, number):
    found = list(objections(base("smtp:[hub.example.jp]"), scope))
    assert len(found) == number
    assert all(name is None and "smtp:[hub.example.jp]" in said for name, said in found)


@pytest.mark.parametrize(
    ("setting", "value", "name"),
    [
        ("relayhost", "[hub.example.jp]", "existing_relayhost"),
        ("smtp_sender_dependent_authentication", "yes", "sender_dependent"),
    ],
)
def test_what_only_the_relayhost_meets_may_be_overridden_by_name(setting, value, name):
    there = base(**{setting: value})
    assert [each for each, _said in objections(there, "relayhost")] == [name]
    assert list(objections(there, "all")) == list(objections(there, "destinations")) == []


@pytest.mark.parametrize(
    ("setting", "scopes"),
    [
        ("transport_maps", {"all", "relayhost"}),
        ("sender_dependent_default_transport_maps", {"all", "relayhost"}),
        ("sender_dependent_relayhost_maps", {"relayhost"}),
        ("relay_domains", {"all", "relayhost"}),
        ("smtp_fallback_relay", {"relayhost"}),
    ],
)
def test_what_goes_another_way_is_told_where_it_does(setting, scopes):
    there = base(**{setting: "hash:/etc/postfix/x"})
    told = {scope: list(remarks(there, scope)) for scope in SCOPES}
    assert {scope for scope in SCOPES if told[scope]} == scopes
    assert all(len(told[scope]) == 1 and setting in told[scope][0] for scope in scopes)
    assert all("hash:/etc/postfix/x" in told[scope][0] for scope in scopes)


def test_the_domains_that_are_relayed_for_go_by_the_scope():
    there = base(relay_domains="example.org")
    assert "not through Amazon SES" in next(remarks(there, "all"))
    assert "through Amazon SES too" in next(remarks(there, "relayhost"))
