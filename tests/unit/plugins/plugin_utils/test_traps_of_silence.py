# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traps where a receiver says nothing, or says it of more than one thing at once."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain


def deferred(reason):
    return (
        "Nov 24 01:02:03 mx1 postfix/smtp[1]: 380D2A27ED: to=<a@example.com>, relay=none, delay=1,"
        f" delays=0/0/0/1, dsn=4.4.2, status=deferred ({reason})"
    )


def one(text):
    (diagnosis,) = explain(text)
    return diagnosis


def test_a_receiver_that_hangs_up_without_a_code_is_named_and_nothing_is_guessed():
    diagnosis = one(deferred("lost connection with mx3.qq.com[103.7.30.40] while performing the HELO handshake"))

    assert (diagnosis["receiver"], diagnosis["cause"]) == ("qq", "receiver_trouble")
    assert (diagnosis["egress_ip"], diagnosis["requestable"]) == (None, False)


def test_a_timeout_everywhere_may_be_our_own_closed_port_25():
    diagnosis = one(deferred("connect to mx.example.com[192.0.2.1]:25: Connection timed out"))

    assert diagnosis["cause"] == "receiver_trouble"
    assert any("port 25" in step["en"] for step in diagnosis["next_steps"])
    assert not diagnosis["requestable"]


BARE = [
    "554 Access Denied",
    "550 Rejected",
    "554 Transaction failed",
    "550 Service refused",
    "554 5.7.1 Not permitted.",
]


@pytest.mark.parametrize("text", BARE)
@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("host mx.example.com[192.0.2.1] refused to talk to me: {}", "ip_blocklisted_receiver"),
        ("host mx.example.com[192.0.2.1] said: {} (in reply to RCPT TO command)", "unclassified"),
        ("host mx.example.com[192.0.2.1] said: {} (in reply to end of DATA command)", "content_rejected"),
        ("{}", "unclassified"),
    ],
)
def test_a_refusal_without_a_reason_means_what_the_receiver_could_know_by_then(text, said, cause):
    diagnosis = one(said.format(text))

    assert (diagnosis["cause"], diagnosis["confidence"]) == (cause, "low")
    assert not diagnosis["requestable"]


@pytest.mark.parametrize("text", ["450 Access denied", "421 refused", "421 4.7.0 Rejected"])
def test_a_connection_that_is_put_off_with_a_refusal_is_a_block(text):
    assert one(f"host mx.example.com[192.0.2.1] refused to talk to me: {text}")["cause"] == "ip_reputation_deferred"


def test_held_mail_is_no_refusal():
    held = (
        "Nov 24 01:02:03 mx1 postfix/cleanup[1]: 380D2A27ED: hold: header Subject: x from local; from=<a@example.com>"
    )

    assert explain(held) == []


def test_a_block_that_also_tells_of_one_recipient_is_the_block():
    diagnosis = one(
        "421 4.7.1 Service unavailable; Client host [203.0.113.7] blocked using Barracuda Reputation"
        " (a@example.com:blocked,b@example.com:550 5.1.1 User unknown)"
    )

    assert (diagnosis["cause"], diagnosis["egress_ip"]) == ("ip_blocklisted_dnsbl", "203.0.113.7")


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (
            "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using dnsbl-3.uceprotect.net; Your ISP"
            " AS64500 is UCEPROTECT-Level3 listed",
            "range",
        ),
        ("550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using dnsbl-1.uceprotect.net", "ip"),
    ],
)
def test_a_listed_range_is_not_a_listed_address(text, scope):
    diagnosis = one(text)

    assert (diagnosis["cause"], diagnosis["scope"]) == ("ip_blocklisted_dnsbl", scope)
    assert (diagnosis["who_can_fix"] == "your_provider") == (scope == "range")
