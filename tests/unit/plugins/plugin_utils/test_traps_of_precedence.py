# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a reply gives several reasons: which one counts, and what is not interpreted at all."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load

M365 = "example-com.mail.protection.outlook.com"


def one(text, relay=None):
    (diagnosis,) = explain(text, relay=relay)
    return diagnosis


@pytest.mark.parametrize(
    ("text", "relay", "expected"),
    [
        pytest.param(
            "550 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org; to be removed from this list please"
            " forward this message to delist@messaging.microsoft.com",
            M365,
            "ip_blocklisted_dnsbl",
            id="a list's name before an address for removal",
        ),
        pytest.param(
            "550 5.7.606 Access denied, banned sending IP [203.0.113.7]; poor reputation, no PTR record. To request"
            " removal from this list please visit https://sender.office.com/",
            M365,
            "ip_blocklisted_receiver",
            id="an address for removal before reputation and reverse DNS",
        ),
        pytest.param(
            "550 5.7.1 [203.0.113.7] poor reputation of your IP; also no PTR record",
            None,
            "ip_blocklisted_receiver",
            id="reputation of the IP before reverse DNS",
        ),
        pytest.param(
            "550 5.7.25 [203.0.113.7] The IP address sending this message does not have a PTR record setup, and the"
            " message failed SPF and DKIM.",
            None,
            "rdns_helo",
            id="reverse DNS before authentication",
        ),
        pytest.param(
            "550 5.7.1 Message rejected as spam because it failed the DMARC policy of example.org",
            None,
            "auth_failed",
            id="authentication before content",
        ),
        pytest.param(
            "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy as spam content",
            M365,
            "recipient_policy",
            id="a rule of the recipient before content",
        ),
        pytest.param(
            "554 5.7.1 Message rejected as spam; IP 203.0.113.7 is listed at zen.spamhaus.org",
            None,
            "ip_blocklisted_dnsbl",
            id="a list's name before content",
        ),
    ],
)
def test_of_several_reasons_the_most_telling_counts(text, relay, expected):
    assert one(text, relay)["cause"] == expected


def test_the_order_of_causes_is_that_of_the_reference():
    by_precedence = sorted(load().causes.items(), key=lambda entry: entry[1]["precedence"])
    names = [name for name, _cause in by_precedence]
    order = ["ip_blocklisted_dnsbl", "ip_blocklisted_receiver", "ip_reputation_deferred", "rdns_helo", "auth_failed"]

    assert [name for name in names if name in {*order, "recipient_policy", "content_rejected"}] == [
        *order,
        "recipient_policy",
        "content_rejected",
    ]


def test_an_unknown_component_number_is_not_interpreted():
    diagnosis = one("550 5.7.1 Something unusual happened (AS99999999)", M365)

    assert (diagnosis["cause"], diagnosis["receiver"]) == ("unclassified", "microsoft_365")
    assert "AS99999999" in diagnosis["reply"]["text"]


def test_a_server_busy_of_microsoft_is_suspicion_not_greylisting():
    diagnosis = one("451 4.7.500 Server busy. Please try again later from [203.0.113.7]. (AS77712344)", M365)

    assert diagnosis["cause"] == "ip_reputation_deferred"
    assert diagnosis["persistence"] != "permanent"


def test_a_report_in_the_language_of_the_tenant_is_keyed_on_its_code():
    text = "Der Remoteserver hat '550 5.7.606 Access denied, banned sending IP [203.0.113.7]' zurückgegeben"

    assert one(text)["rules"] == ["microsoft_365/banned_ip"]
