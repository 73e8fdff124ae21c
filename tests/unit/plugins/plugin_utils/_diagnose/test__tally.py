# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What replies of one finding come to together: who speaks for all, what is counted, in which order it is told."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make

IP = make.IP
TSS04 = f"421 4.7.0 [TSS04] Messages from {IP} temporarily deferred due to unexpected volume or user complaints"
YAHOO = "mta5.am0.yahoodns.net"
RATE = (
    "421 4.7.28 Gmail has detected an unusual rate of email originating from your IP address. To protect our users from"
    " spam, email sent from your IP address has been temporarily rate limited."
)
GMAIL = "gmail-smtp-in.l.google.com"
ZEN = f"554 5.7.1 Service unavailable; Client host [{IP}] blocked using zen.spamhaus.org"
BEGUN, ENDED = "2026-11-24T00:00:00+09:00", "2026-11-24T03:00:00+09:00"
Finding = dict[str, t.Any]


def one(folder: Path, *replies: Finding, **fields: t.Any) -> Finding:
    (found,) = diagnose(make.write(folder, make.host(*replies, **fields)))["findings"]
    return t.cast(Finding, found)


def deferred(text: str = TSS04, relay: str = YAHOO, **fields: t.Any) -> Finding:
    """A reply that becomes a case when it lasts."""
    lasting = {"outcomes": {"deferred": 9}, "recipients": 3, "first_at": BEGUN, "last_at": ENDED}
    return make.group(text, relay, **{**lasting, **fields})


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1, 2])))
def test_the_surest_reply_speaks_for_all(tmp_path: Path, order: t.Sequence[int]) -> None:
    replies = [
        make.group(relay=None, outcomes={"bounced": 9}),
        make.group(outcomes={"bounced": 1}),
        make.group(f"{make.FBLW15} again", relay=None, outcomes={"bounced": 5}),
    ]
    assert one(tmp_path, *(replies[number] for number in order))["confidence"] == "high"


@pytest.mark.parametrize(
    ("fields", "persistence"),
    [
        ({}, "transient_but_persistent"),
        ({"recipients": 2}, "transient"),
        ({"first_at": None}, "transient"),
        ({"last_at": None}, "transient"),
        ({"last_at": "2026-11-24T01:59:59+09:00"}, "transient"),
        ({"last_at": "2026-11-24T02:00:00+09:00"}, "transient_but_persistent"),
    ],
)
def test_a_deferral_that_lasts_is_no_passing_one(tmp_path: Path, fields: Finding, persistence: str) -> None:
    found = one(tmp_path / "a", deferred(RATE, GMAIL, **fields), configured=(IP,))
    assert found["persistence"] == persistence
    assert one(tmp_path / "b", deferred(**fields))["opens_case"] is (persistence != "transient")


@pytest.mark.parametrize(
    ("at", "opens"), [("2026-11-23T23:59:59+09:00", True), (BEGUN, False), ("2026-11-24T01:00:00+09:00", False)]
)
def test_a_delivery_since_the_first_refusal_says_that_it_passes(tmp_path: Path, at: str, opens: bool) -> None:
    delivered = [{"relay_host": YAHOO, "service": "postfix/smtp", "count": 1, "last_at": at}]
    assert one(tmp_path, deferred(), delivered=delivered)["opens_case"] is opens


def test_replies_without_a_time_make_a_finding_without_one(tmp_path: Path) -> None:
    found = one(tmp_path, make.group(first_at=None, last_at=None))
    assert (found["first_at"], found["last_at"]) == (None, None)


def test_recipients_that_were_not_all_told_apart_are_at_least_so_many(tmp_path: Path) -> None:
    assert "recipients_at_least" not in one(tmp_path / "a", make.group())["counts"]
    found = one(tmp_path / "b", make.group(recipients_at_least=True), make.group(f"{make.FBLW15} again"))
    assert found["counts"]["recipients_at_least"] is True


def test_receivers_come_by_how_much_they_refuse_in_whatever_way(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        make.group(ZEN, "mx.example.com", outcomes={"bounced": 2}),
        make.group(ZEN, "mx.example.net", outcomes={"deferred": 3}),
        make.group(ZEN, "mx.example.org", outcomes={"expired": 4}),
        make.group(ZEN, "mx.example.co.jp", outcomes={"deferred": 3}),
        make.group(ZEN, None),
    )
    slugs = [entry["slug"] for entry in found["receivers"]]
    assert slugs == ["example.org", "example.co.jp", "example.net", "example.com", "unknown"]


def test_replies_are_quoted_the_most_frequent_first_then_by_their_text(tmp_path: Path) -> None:
    texts = {"z": 5, "c": 1, "a": 1, "b": 1}
    replies = [make.group(f"{make.FBLW15} {text}", outcomes={"bounced": count}) for text, count in texts.items()]
    assert [text[-1] for text in one(tmp_path, *replies)["evidence"]] == ["z", "a", "b", "c"]


def test_relays_are_named_once_and_at_most_three(tmp_path: Path) -> None:
    relays = [f"{name}.mail.protection.outlook.com" for name in ("d", "c", "b", "a")]
    replies = [
        make.group(relay=relay, outcomes={"bounced": 2 if relay[0] == "d" else 1}) for relay in (*relays, relays[0])
    ]
    assert [relay[0] for relay in one(tmp_path, *replies)["relay_hosts"]] == ["d", "a", "b"]


@pytest.mark.parametrize("configured", [(), (IP, "203.0.113.8")])
@pytest.mark.parametrize("relayhost", [None, "[mx.example.com]:587"])
def test_an_address_that_nobody_knows_is_a_doubt_only_about_what_is_about_addresses(
    tmp_path: Path, configured: tuple[str, ...], relayhost: str | None
) -> None:
    egress = {"configured": list(configured), "relayhost": relayhost}
    reply = make.group("550 5.1.1 User unknown", "mx.example.com")
    assert one(tmp_path, reply, egress=egress)["doubts"] == []
    about = make.group("554 5.7.1 Your IP address is blocked", "mx.example.com")
    assert one(tmp_path, about, egress=egress)["doubts"] != []


@pytest.mark.parametrize(
    ("words", "to"),
    [
        ("delist@messaging.microsoft.com", "delist@messaging.microsoft.com"),
        ("other@messaging.microsoft.com", "other@messaging.microsoft.com"),
        ("other@messaging.microsoft.com or delist@messaging.microsoft.com", "delist@messaging.microsoft.com"),
        ("other@evil.example", "delist@messaging.microsoft.com"),
    ],
)
def test_a_contact_that_the_receiver_itself_prints_is_the_newer_one(tmp_path: Path, words: str, to: str) -> None:
    text = f"550 5.7.1 Service unavailable; Client host [{IP}] blocked using FBLW15; forward this message to {words}"
    assert one(tmp_path, make.group(text))["remedy"]["to"] == to


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("", "https://olcsupport.office.com"),
        ("See https://olcsupport.office.com/other for more", "https://olcsupport.office.com/other"),
        ("See https://sendersupport.olc.protection.outlook.com/pm/x", "https://olcsupport.office.com"),
        ("See https://olcsupport.office.com.evil.example/x", "https://olcsupport.office.com"),
    ],
)
def test_a_page_that_the_receiver_itself_prints_is_the_newer_one_of_the_same_desk(
    tmp_path: Path, words: str, url: str
) -> None:
    text = (
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent. Please contact your Internet service provider"
        f" since part of their network is on our block list (S3140). {words}"
    )
    assert one(tmp_path, make.group(text, "outlook-com.olc.protection.outlook.com"))["remedy"]["url"] == url
