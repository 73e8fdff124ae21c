# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mailbox whose mail arrives at a blocked address cannot hold the conversation."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import (
    UNCHECKED,
    Lookup,
    Mailbox,
    blocked_addresses,
    check,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make


def answers(*addresses: str, cause: str | None = None) -> Lookup:
    def lookup(domain: str) -> tuple[Sequence[str], str | None]:
        assert domain == "example.org"
        return addresses, cause

    return lookup


@pytest.mark.parametrize(
    ("addresses", "blocked", "ip"),
    [
        (["198.41.0.4"], ["198.41.0.4"], "198.41.0.4"),
        (["192.5.6.30", "198.41.0.4"], ["198.41.0.4"], "198.41.0.4"),
        (["198.41.0.77"], ["198.41.0.0/24"], "198.41.0.77"),
        (["2001:503:BA3E::2:30"], ["2001:503:ba3e::2:30"], "2001:503:ba3e::2:30"),
        (["2001:503:ba3e::2:30"], ["198.41.0.4"], None),
        (["192.5.6.30"], ["198.41.0.4"], None),
        (["192.5.6.30"], [], None),
        (["192.5.6.30"], ["yy.yy.yy.yyy"], None),
    ],
)
def test_where_the_mail_goes(addresses: list[str], blocked: list[str], ip: str | None) -> None:
    expected = Mailbox("behind_block", ip=ip) if ip else Mailbox("ok")
    assert check("postmaster@Example.ORG", blocked, answers(*addresses)) == expected


@pytest.mark.parametrize("literal", ["postmaster@[198.41.0.4]", "postmaster@[IPv6:2001:503:ba3e::2:30]"])
def test_an_address_literal_needs_no_lookup(literal: str) -> None:
    assert check(literal, ["198.41.0.4", "2001:503:ba3e::/48"], None).state == "behind_block"


def test_what_is_not_known_is_said() -> None:
    assert check("a@example.org", ["198.41.0.4"], answers(cause="timeout")) == Mailbox("unknown", cause="timeout")
    assert check("a@example.org", ["198.41.0.4"], None) == UNCHECKED
    assert check("", ["198.41.0.4"], None) == UNCHECKED


def test_blocked_are_the_subjects_and_egress_addresses_of_ip_findings() -> None:
    findings = [
        make.finding(egress_ip="192.5.6.30"),
        make.finding(subject={"kind": "range", "value": "198.41.0.0/24"}, scope="range", egress_ip=None),
        make.finding(subject={"kind": "none", "value": "mx1"}, scope="recipient", egress_ip="192.33.14.30"),
    ]
    assert blocked_addresses(findings) == (make.IP, "192.5.6.30", "198.41.0.0/24")
