# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _addresses


@pytest.mark.parametrize(
    "text",
    [
        "Client host [203.0.113.7] blocked using FBLW15",
        "Access denied, banned sender[203.0.113.7]. To request",
        "554 IP=203.0.113.7 - None/bad reputation",
        "553 5.3.0 host DNSBL:RBL 521< 203.0.113.7 >_is_blocked",
        "Blocked - see https://ipcheck.proofpoint.com/?ip=203.0.113.7",
        "https://postmaster.gmx.net/en/case?c=r0201&i=ip&v=203.0.113.7&r=0M1",
        "https://example.com/?ip%3D203.0.113.7%26x",
        "550 5.7.2 <203.0.113.7>: spam rate exceeded",
        "550-5.7.1 [203.0.113.7      12] Our system",
        "Messages from 203.0.113.7 temporarily deferred - 4.16.55.1; see https://example.com",
        "Messages from 203.0.113.7 temporarily deferred - 4.16.55.1",
        "550-203.0.113.7 is listed",
        "your address, 203.0.113.7.",
        "203.0.113.7/32 is listed",
        "from ::ffff:203.0.113.7 rejected",
        "host mx[198.51.100.9] said: 554 Client host mail.example.net [203.0.113.7] blocked",
        "Client host mail.example.net[203.0.113.7]: blocked",
        "Client host [203.0.113.7] blocked; Error: open resolver; https://check.spamhaus.org/returnc/pub/46.38.225.230/",
        "JunkMail rejected - mail.example.net [203.0.113.7]:24706 is in an RBL",
    ],
)
def test_the_named_address_is_found_and_no_other(text: str) -> None:
    assert _addresses.find_ips(text) == ["203.0.113.7"]


@pytest.mark.parametrize(
    "text",
    [
        "[2001:db8::7:0:1]",
        "[IPv6:2001:DB8::7:0:1]",
        "client 2001:0db8:0000:0000:0000:0007:0000:0001, see",
        "2001:db8::7:0:1: rejected",
    ],
)
def test_ipv6_in_every_spelling(text: str) -> None:
    assert _addresses.find_ips(text) == ["2001:db8::7:0:1"]


@pytest.mark.parametrize(
    "text",
    [
        "user complaints - 4.16.55.1; see https://example.com",
        "temporarily deferred due to user complaints - 4.16.55.1",
        "Microsoft ESMTP MAIL Service, Version: 6.0.3790.1830",
        "server build 4.16.55.1",
        "Please see RFC 2821 section 4.1.1.1",
        "Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
        "unable to connect to remote server [203.0.113.7:25]: Operation timed out",
        "undeliverable address: host mx.example.org[203.0.113.7] said: 550 5.1.1 User unknown",
        "host mx[203.0.113.7] refused to talk to me: 554 Go away",
        "mx.example.org[203.0.113.7]: server refused to talk to me: 421 Service not available",
        "host mx.example.org [203.0.113.7]: 550 no such user",
        "delivery temporarily suspended: connect to mx.example.org[203.0.113.7]:25: Connection timed out",
        "lost connection with mx.example.org[2001:db8::7] while sending RCPT TO",
        "listed at 7.113.0.203.zen.example.org",
        "static-203.0.113.7.example.net",
        "your network 203.0.113.0/24 is listed",
        "your network 2001:db8:7::/64 is listed",
        "Client host [yy.yy.yy.yyy] blocked",
        "x.x.x.x and 203.0.113.x and [****]",
        "host 10.0.0.5, 172.16.1.1, 192.168.7.7, 100.64.3.4, 127.0.0.2, 169.254.1.1, 224.0.0.9, 255.255.255.255",
        "fe80::1 fd00::25 ::1 ff02::1 64:ff9b::808:808",
        "Net::SMTP a::b 12:34:56 aa:bb:cc:dd:ee:ff",
        "203.0.113.007",
        "999.0.113.7",
        "1.2.3.4.5",
        "",
    ],
)
def test_what_names_no_public_address(text: str) -> None:
    assert _addresses.find_ips(text) == []


def test_the_server_that_was_called_is_no_sender() -> None:
    called = "unable to get a client 0.0.0.0 -> 198.51.100.40 : 25 - short response: [203.0.113.7] is blocked"
    assert _addresses.find_ips(called) == ["203.0.113.7"]
    assert _addresses.find_ips("2 retries -> [203.0.113.7] is blocked") == ["203.0.113.7"]


def test_order_of_appearance_without_repeats_and_without_the_relay() -> None:
    text = "host mx[198.51.100.9] said: 2001:db8::1 and 203.0.113.7, then 2001:DB8:0::1 and 192.0.2.5"
    assert _addresses.find_ips(text, exclude=["198.51.100.9"]) == ["2001:db8::1", "203.0.113.7", "192.0.2.5"]


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("203.0.113.07", None),
        ("example.com", None),
    ],
)
def test_normalise(ip: str, expected: str | None) -> None:
    assert _addresses.normalise(ip) == expected


@pytest.mark.parametrize(
    ("ip", "public", "documentation"),
    [
        ("8.8.8.8", True, False),
        ("203.0.113.7", True, True),
        ("2001:db8::1", True, True),
        ("2606:4700::1", True, False),
        ("10.1.2.3", False, False),
        ("100.64.0.1", False, False),
        ("198.18.0.1", False, False),
        ("fd00::1", False, False),
        ("nonsense", False, False),
    ],
)
def test_public_and_documentation(ip: str, public: bool, documentation: bool) -> None:
    assert _addresses.is_public(ip) is public
    assert _addresses.is_documentation(ip) is documentation
