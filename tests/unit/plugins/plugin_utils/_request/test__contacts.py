# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only the counterpart's own addresses and pages are used, whatever a reply prints."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _contacts as contacts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

OWN = ["acme.example"]


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("acme.example", True),
        ("ACME.example.", True),
        ("delist.acme.example", True),
        ("evilacme.example", False),
        ("acme.example.evil.example", False),
        ("example", False),
    ],
)
def test_below_own_domains(host: str, is_own: bool) -> None:
    assert contacts.is_below(host, OWN) is is_own
    assert contacts.is_own_address("delist@" + host, OWN) is (is_own and not host.endswith("."))


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example@evil.example/",
        "https://evil.example/acme.example",
        "https://acme.example.evil.example/",
        "javascript://acme.example/%0aalert(1)",
        "ftp://acme.example/",
        "https://[acme.example/",
    ],
)
def test_pages_that_only_look_own(url: str) -> None:
    assert not contacts.is_own_page(url, OWN)


@pytest.mark.parametrize(
    ("reply", "to"),
    [
        ("550 write to unblock@help.acme.example", "unblock@help.acme.example"),
        ("550 write to delist@acme.example or abuse@acme.example", "delist@acme.example"),
        ("550 write to delist@evil.example", "delist@acme.example"),
        ("550 write to delist@acme.example.evil.example", "delist@acme.example"),
        ("550 5.7.1 <victim@acme-users.example>: refused", "delist@acme.example"),
        ("550 no address at all", "delist@acme.example"),
        ("550 " + "a@" * 20_000, "delist@acme.example"),
    ],
)
def test_recipient(reply: str, to: str) -> None:
    assert make.writer().write(make.finding(evidence=[reply])).record["to"] == to


def test_foreign_contacts_are_shown_as_unverified() -> None:
    reply = "550 see https://evil.example/x and write to delist@evil.example"
    instruction = make.writer().write(make.finding(evidence=[reply])).record["instruction"]
    assert "do not trust): https://evil.example/x, delist@evil.example" in instruction["en"]
    assert "https://evil.example/x" in instruction["ja"]


def test_the_page_of_the_same_site_in_the_reply_carries_the_case() -> None:
    finding = make.finding(
        evidence=["550 see https://help.acme.example/unblock?case=123 or https://www.acme.example/?x=1."],
        remedy={"channel": "form", "key": "page"},
    )
    request = make.writer().write(finding)
    assert request.record["url"] == "https://help.acme.example/unblock?case=123"
    assert "`https://www.acme.example/?x=1`" in str(request.content)


def test_a_channel_outside_the_own_domains_is_no_contact() -> None:
    party = make.receiver(channels={"mail": make.channel(to="delist@other.example")})
    record = make.writer(known=make.knowledge(party)).write(make.finding(evidence=["550 no"])).record
    assert (record["to"], record["refused"]["code"]) == (None, "no_contact")
