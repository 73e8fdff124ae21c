# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One log of each format that hosts write, its truth counted by hand."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _render
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import sums_of

LOGS = pathlib.Path(__file__).with_name("logs")

# How a reply begins, its relay, stage, outcomes, addresses named, distinct recipients.
Truth = t.Tuple[str, t.Optional[str], t.Optional[str], t.Dict[str, int], t.List[str], int]
MS = "example-com.mail.protection.outlook.com"
TO = "mx01.t-online.example"
MTA = "mta.example.net"
REPLIES: dict[str, list[Truth]] = {
    # rsyslog on Debian 11 and Ubuntu 22, maillog_file of Postfix itself, RHEL
    "debian11": [("550 5.7.1 Service unavailable; Cl", MS, "RCPT TO", {"bounced": 2}, ["203.0.113.7"], 2)],
    # rsyslog on Debian 12 and later
    "debian12": [
        ("554 IP=* - A problem", "mx00.t-online.example", "greeting", {"non_final": 1}, ["203.0.113.8"], 0),
        ("554 IP=* - A problem", TO, "greeting", {"deferred": 2, "suspended": 1, "expired": 1}, ["203.0.113.8"], 2),
    ],
    # two instances of Postfix
    "rhel": [
        ("421 4.7.0 [TSS04]", MTA, "MAIL FROM", {"deferred": 1}, ["203.0.113.9"], 1),
        ("connect to mta.example.net[*]:25: Connection timed out", MTA, None, {"deferred": 1}, [], 1),
        ("lost connection with mta", MTA, "HELO", {"deferred": 1}, [], 1),
        ("554 5.7.1 * is blocked", MTA, "RCPT TO", {"deferred": 1, "soft_bounced": 1}, ["203.0.113.9"], 1),
        ("550 5.1.1 unknown", MTA, "RCPT TO", {"undeliverable": 1}, [], 0),
    ],
    # a content filter on loopback, a transport with its own name, stamps with an offset, IPv6
    "suse": [
        (
            "554 Message rejected: Email",
            "email-smtp.us-east-1.amazonaws.com",
            "end of DATA",
            {"bounced": 1},
            [],
            1,
        ),
        ("550 5.7.1 [*] Our system has", "mx.example.com", "end of DATA", {"bounced": 1}, ["2001:db8::7"], 1),
    ],
    # syslogd -v; one reply that names two of our addresses is two groups
    "freebsd": [
        ("550 5.7.1 SC-001 (*) Unf", "mx.example.com", "MAIL FROM", {"bounced": 1}, ["203.0.113.10"], 1),
        ("550 5.7.1 SC-001 (*) Unf", "mx.example.com", "MAIL FROM", {"bounced": 1}, ["203.0.113.11"], 1),
    ],
    # busybox; the last line was cut off
    "alpine": [
        ("450 4.2.0 <*>: Recipient", "mx.example.com", "RCPT TO", {"deferred": 1}, [], 1),
        ("554 5.7.1 Service unavailable; Client", "mx.example.com", None, {"bounced": 1}, ["203.0.113.12"], 1),
    ],
}
DELIVERED = {
    "debian11": {("postfix/smtp", "mx.example.org"): 1},
    "debian12": {},
    "rhel": {("postfix-out/smtp", MTA): 1},
    "suse": {("postfix/ses/smtp", "email-smtp.us-east-1.amazonaws.com"): 1},
    "freebsd": {("postfix/smtp", "mx.example.com"): 1},
    "alpine": {("postfix/smtp", "mx.example.com"): 2},
}
SENDERS = {
    "debian11": [("hanako@example.jp", "hanako", "pc12.example.jp[192.0.2.12]", 1, 2)],
    "debian12": [("www-data@web.example.jp", None, None, 1, 2), (None, None, None, 1, 0)],
}
LOST = {
    "debian11": [("one@example.jp", "a@example.com", "bounced"), ("one@example.jp", "b@example.com", "bounced")],
    "debian12": [("form@web.example.jp", "d@t-online.example", "expired")],
    "alpine": [(None, "u@example.com", "bounced")],
}


def lines_of(name: str) -> bytes:
    return (LOGS / f"{name}.log").read_bytes()


@pytest.mark.parametrize("name", REPLIES)
def test_the_replies_are_those_counted_by_hand(name: str) -> None:
    replies = _render.replies(sums_of(lines_of(name)), Privacy("full"))
    assert len(replies) == len(REPLIES[name])
    for begin, relay, stage, outcomes, named, recipients in REPLIES[name]:
        (reply,) = [
            one
            for one in replies
            if one["signature"].startswith(begin) and one["relay_host"] == relay and one["named_ips"] == named
        ]
        assert {outcome: number for outcome, number in reply["outcomes"].items() if number} == outcomes
        assert (reply["stage"], reply["recipients"]) == (stage, recipients)


@pytest.mark.parametrize("name", DELIVERED)
def test_the_deliveries_are_those_counted_by_hand(name: str) -> None:
    counts = sums_of(lines_of(name)).relays.counts
    assert {relay: count.number for relay, count in counts.items()} == DELIVERED[name]


@pytest.mark.parametrize("name", SENDERS)
def test_the_senders_are_those_of_the_refused_mail(name: str) -> None:
    senders = _render.top_senders(sums_of(lines_of(name)), Privacy("full"))
    assert [tuple(one.values()) for one in senders] == SENDERS[name]


@pytest.mark.parametrize("name", LOST)
def test_lost_is_what_bounced_or_expired(name: str) -> None:
    rows = _render.lost(sums_of(lines_of(name)), Privacy("full"))
    assert [(row["message_id"], row["recipient"], row["outcome"]) for row in rows] == LOST[name]


@pytest.mark.parametrize("name", REPLIES)
def test_nothing_of_a_real_log_is_called_unreadable(name: str) -> None:
    assert sums_of(lines_of(name)).unparsed == 0


def test_a_cut_line_is_marked() -> None:
    replies = _render.replies(sums_of(lines_of("alpine")), Privacy("domains"))
    assert [reply.get("truncated", False) for reply in replies] == [False, True]
