# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traps in what Postfix itself writes around a reply, or instead of one."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import accepted, explain

HOST = "mx.example.com[192.0.2.1]"
BLOCK = "554 IP=203.0.113.7 - A problem occurred. (BL)"
T_ONLINE = "mx00.t-online.de[192.0.2.3]"


def line(reason, *, relay="none", dsn="4.4.1", status="deferred"):
    return (
        f"Nov 24 01:02:03 mx1 postfix/smtp[1]: 380D2A27ED: to=<a@example.com>, relay={relay}, delay=1,"
        f" delays=0/0/0/1, dsn={dsn}, status={status} ({reason})"
    )


def one(text, relay=None):
    (diagnosis,) = explain(text, relay=relay)
    return diagnosis


@pytest.mark.parametrize(
    ("reason", "stage", "expected"),
    [
        (f"connect to {HOST}:25: Connection timed out", None, "receiver_trouble"),
        (f"connect to {HOST}:25: Connection refused", None, "receiver_trouble"),
        (f"lost connection with {HOST} while receiving the initial server greeting", "greeting", "receiver_trouble"),
        (f"lost connection with {HOST} while performing the HELO handshake", "HELO", "receiver_trouble"),
        (f"lost connection with {HOST} while sending RCPT TO", "RCPT TO", "receiver_trouble"),
        (f"conversation with {HOST} timed out while sending MAIL FROM", "MAIL FROM", "receiver_trouble"),
        (
            "Host or domain name not found. Name service error for name=a.example type=MX: try again",
            None,
            "receiver_trouble",
        ),
        (f"TLS is required, but was not offered by host {HOST}", None, "receiver_trouble"),
        ("mail for example.com loops back to myself", None, "own_side"),
        ("unknown mail transport error", None, "own_side"),
    ],
)
def test_a_sentence_of_postfix_itself_is_no_reply_and_no_block(reason, stage, expected):
    diagnosis = one(line(reason))

    assert (diagnosis["cause"], diagnosis["stage"]) == (expected, stage)
    assert (diagnosis["egress_ip"], diagnosis["reply"]["named_ips"]) == (None, [])
    assert not diagnosis["requestable"]


def test_softbounce_hides_no_block():
    diagnosis = one(
        line(f"host {T_ONLINE} refused to talk to me: {BLOCK}", relay=f"{T_ONLINE}:25", status="SOFTBOUNCE")
    )

    assert (diagnosis["cause"], diagnosis["reply"]["status"]) == ("ip_blocklisted_receiver", "SOFTBOUNCE")


def test_an_address_probe_is_read_like_a_delivery():
    refused = "550 5.1.1 <a@example.com>: User unknown"
    probe = line(
        f"host {HOST} said: {refused} (in reply to RCPT TO command)", relay=f"{HOST}:25", status="undeliverable"
    )

    assert one(probe)["cause"] == "recipient_invalid"
    assert explain(line("250 2.1.5 Ok", relay=f"{HOST}:25", dsn="2.1.5", status="deliverable")) == []
    assert accepted(line("250 2.1.5 Ok", relay=f"{HOST}:25", dsn="2.1.5", status="deliverable"))


def test_of_nested_replies_the_outer_says_who_and_the_inner_says_why():
    inner = "host mx2.backend.example[192.0.2.2] said: 550 5.1.1 <a@example.com> User unknown"
    diagnosis = one(line(f"host {HOST} said: 550 5.1.1 {inner} (in reply to end of DATA command)", relay=f"{HOST}:25"))

    assert diagnosis["reply"]["relay_host"] == "mx.example.com"
    assert diagnosis["cause"] == "recipient_invalid"
    assert diagnosis["reply"]["named_ips"] == []


@pytest.mark.parametrize(
    ("third", "case", "expected"),
    [
        ("IP address is block listed.", "r0201", "ip_blocklisted_receiver"),
        ("Bad DNS PTR resource record.", "rdns", "rdns_helo"),
    ],
)
def test_the_last_lines_of_gmx_decide(third, case, expected):
    text = (
        "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available 554-No SMTP service"
        f" 554-{third} 554 For explanation visit https://postmaster.gmx.net/en/case?c={case}&i=ip&v=203.0.113.7&r=0M1"
    )

    assert one(text, relay="mx00.emig.gmx.net")["cause"] == expected


DENIED = "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied"


@pytest.mark.parametrize(("port", "cause"), [(25, "ip_blocklisted_receiver"), (465, "own_side"), (587, "own_side")])
def test_on_a_port_for_submission_denied_means_that_nobody_logged_in(port, cause):
    assert one(line(f"host {HOST} said: {DENIED}", relay=f"{HOST}:{port}"))["cause"] == cause


def test_a_list_named_on_a_port_for_submission_is_a_list():
    listed = "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org"

    assert one(line(f"host {HOST} said: {listed}", relay=f"{HOST}:587"))["cause"] == "ip_blocklisted_dnsbl"
