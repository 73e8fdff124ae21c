# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ambiguities that naive parsers of bounces get wrong, one test named after each."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain

IP = "203.0.113.7"
M365 = "example-com.mail.protection.outlook.com"
OUTLOOK = "outlook-com.olc.protection.outlook.com"
YAHOO = "mta5.am0.yahoodns.net"
GMAIL = "gmail-smtp-in.l.google.com"
BLOCKS = {"ip_blocklisted_receiver", "ip_blocklisted_dnsbl", "ip_policy_range", "ip_reputation_deferred"}


def one(text, relay=None, **context):
    found = explain(text, relay=relay, **context)
    assert len(found) == 1, found
    return found[0]


def cause(text, relay=None, **context):
    return one(text, relay, **context)["cause"]


def doubts(diagnosis):
    return {doubt["code"] for doubt in diagnosis["doubts"]}


@pytest.mark.parametrize("text", ["550 5.7.1", "554 5.7.1 rejected", "550 refused", "554 5.7.0 failed", "550 Denied"])
@pytest.mark.parametrize("relay", [None, M365, "mx.example.net"])
def test_bare_5_7_1_means_nothing_alone(text, relay):
    diagnosis = one(text, relay)

    assert diagnosis["cause"] not in BLOCKS
    assert not diagnosis["requestable"]


@pytest.mark.parametrize(
    ("text", "relay", "expected"),
    [
        (
            f"550 5.7.1 Service unavailable; Client host [{IP}] blocked using FBLW15; To request removal",
            M365,
            "ip_blocklisted_receiver",
        ),
        (
            f"550 5.7.1 Service unavailable, Client host [{IP}] blocked using Spamhaus. (AS16012611)",
            M365,
            "ip_blocklisted_dnsbl",
        ),
        (
            f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent. Part of their network is on"
            " our block list (S3140).",
            OUTLOOK,
            "ip_blocklisted_receiver",
        ),
        (
            "550-5.7.1 Our system has detected that this message is likely unsolicited mail - gsmtp",
            GMAIL,
            "content_rejected",
        ),
        (
            "550 5.7.1 Unauthenticated email from example.com is not accepted due to domain's DMARC policy",
            GMAIL,
            "auth_failed",
        ),
        ("550 5.7.1 <a@example.com>: Relay access denied", "mx.example.net", "own_side"),
        (
            "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
            M365,
            "recipient_policy",
        ),
    ],
)
def test_the_same_550_5_7_1_has_seven_meanings(text, relay, expected):
    assert cause(text, relay) == expected


def test_a_5xx_greeting_is_logged_as_a_deferral():
    line = (
        "Nov 24 01:02:03 mx1 postfix/smtp[1]: 3F2A1B2C: to=<a@t-online.de>,"
        " relay=mx00.t-online.de[192.0.2.25]:25, delay=1,"
        " delays=0/0/1/0, dsn=4.0.0, status=deferred (host mx00.t-online.de[192.0.2.25] refused to talk to me: 554"
        f" IP={IP} - A problem occurred. Ask your postmaster for help or to contact tosa@rx.t-online.de to clear. (BL))"
    )
    diagnosis = one(line)

    assert (diagnosis["cause"], diagnosis["receiver"]) == ("ip_blocklisted_receiver", "t_online")
    assert (diagnosis["reply"]["code"], diagnosis["reply"]["status"], diagnosis["stage"]) == (
        554,
        "deferred",
        "greeting",
    )
    assert diagnosis["persistence"] == "permanent"
    assert diagnosis["remedy"]["to"] == "tosa@rx.t-online.de"


@pytest.mark.parametrize(
    ("text", "relay"),
    [
        (f"451 4.7.650 The mail server [{IP}] has been temporarily rate limited due to IP reputation. (S775)", OUTLOOK),
        (
            f"421 4.7.0 [TSS04] Messages from {IP} temporarily deferred due to unexpected volume or user complaints",
            YAHOO,
        ),
        (f"421 4.7.1 [TS03] All messages from {IP} will be permanently deferred; Retrying will NOT succeed", YAHOO),
    ],
)
def test_a_4xx_that_is_a_block(text, relay):
    diagnosis = one(text, relay)

    assert diagnosis["cause"] in BLOCKS
    assert diagnosis["persistence"] != "transient"


@pytest.mark.parametrize(
    ("text", "relay"),
    [
        ("550 5.1.0 AUP#CDRBL <a@example.jp> sender rejected", "mx.east.cox.net"),
        ("550 Too many spams from your IP (203.0.113.7), please visit http://postmaster.free.fr/", "mx1.free.fr"),
        ("550 Ip frequency limited [203.0.113.7]", "mx3.qq.com"),
    ],
)
def test_a_5xx_that_is_temporary(text, relay):
    assert one(text, relay)["persistence"] != "permanent"


def test_service_unavailable_with_a_blocked_host_is_no_outage():
    blocked = f"554 5.7.1 Service unavailable; Client host [{IP}] blocked using zen.spamhaus.org"

    assert cause(blocked, "mx.example.net") == "ip_blocklisted_dnsbl"
    assert (
        cause("421 4.3.2 Service not available, closing transmission channel", "mx.example.net") == "receiver_trouble"
    )


@pytest.mark.parametrize(
    "private", ["10.1.2.3", "172.16.4.5", "192.168.7.8", "100.64.3.4", "127.0.0.1", "fe80::1", "fd00::5"]
)
def test_a_private_address_is_never_the_egress_ip(private):
    diagnosis = one(f"550 5.7.606 Access denied, banned sending IP [{private}]", M365)

    assert diagnosis["egress_ip"] is None
    assert diagnosis["subject"]["kind"] == "none"
    assert not diagnosis["requestable"]


def test_the_relays_ip_is_not_the_named_ip():
    line = (
        f"Nov 24 01:02:03 mx1 postfix/smtp[1]: 3F2A1B2C: to=<a@example.com>, relay={M365}[198.51.100.36]:25, delay=1,"
        f" delays=0/0/1/0, dsn=5.7.606, status=bounced (host {M365}[198.51.100.36] said: 550"
        " 5.7.606 Access denied, banned"
        f" sending IP [{IP}] (in reply to RCPT TO command))"
    )

    assert one(line)["reply"]["named_ips"] == [IP]
    assert one(line)["egress_ip"] == IP


@pytest.mark.parametrize(
    "text",
    [
        "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints - 4.16.55.1; see"
        " https://postmaster.yahooinc.com",
        "550 5.7.1 Microsoft ESMTP MAIL Service, Version: 6.0.3790.1830 refused, banned sending IP",
    ],
)
def test_a_build_number_is_no_address(text):
    diagnosis = one(text, YAHOO)

    assert diagnosis["reply"]["named_ips"] == []
    assert diagnosis["egress_ip"] is None


@pytest.mark.parametrize(
    "named",
    [
        f"[{IP}]", f"IP={IP}", f"521< {IP} >_is_blocked", f"client [{IP}]", f"from {IP}", f"?ip={IP}",
        f"&v={IP}", f"<{IP}>:", f"sender[{IP}]",
    ],
)  # fmt: skip
def test_an_address_in_every_delimiter(named):
    assert one(f"550 5.7.1 refused {named} for policy", "mx.example.net")["reply"]["named_ips"] == [IP]


def test_no_ip_in_the_text_is_said_and_none_is_invented():
    diagnosis = one("550 5.7.1 [CS01] Message rejected due to local policy.", "mx01.mail.icloud.com")

    assert diagnosis["egress_ip"] is None
    assert diagnosis["ip_source"] is None


@pytest.mark.parametrize(
    "spelling",
    ["[2001:db8::7:1]", "[IPv6:2001:DB8::7:1]", "2001:0db8:0000:0000:0000:0000:0007:0001", "[2001:db8:0:0::7:1]"],
)
def test_ipv6_in_all_spellings(spelling):
    diagnosis = one(
        f"550-5.7.1 {spelling} Our system has detected that this message does not meet IPv6 sending guidelines", GMAIL
    )

    assert diagnosis["egress_ip"] == "2001:db8::7:1"


@pytest.mark.parametrize("redacted", ["yy.yy.yy.yyy", "x.x.x.x", "[****]", "203.0.113.xxx", "[xxx.xxx.xxx.xxx]"])
def test_a_redacted_ip_is_never_asked_about(redacted):
    diagnosis = one(
        f"550 5.7.1 Service unavailable; Client host [{redacted}] blocked using FBLW15; To request removal", M365
    )

    assert diagnosis["cause"] == "ip_blocklisted_receiver"
    assert diagnosis["egress_ip"] is None
    assert not diagnosis["requestable"]
    assert diagnosis["confidence"] == "low"
    assert "redacted" in doubts(diagnosis)


def test_a_netblock_is_not_an_address():
    text = (
        "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP Netblock"
        " [203.0.113.0/24]. - gsmtp"
    )

    assert one(text, GMAIL)["reply"]["named_ips"] == []
    assert cause(text, GMAIL) in {"rate_limited", "ip_reputation_deferred"}


def test_a_suspended_destination_repeats_an_earlier_reason():
    line = (
        "Nov 24 01:02:03 mx1 postfix/error[1]: 3F2A1B2C: to=<a@t-online.de>, relay=none, delay=1,"
        " delays=0/0/1/0, dsn=4.0.0,"
        " status=deferred (delivery temporarily suspended: host mx00.t-online.de[192.0.2.25] refused to talk to me: 554"
        f" IP={IP} - A problem occurred. (BL))"
    )
    diagnosis = one(line)

    assert (diagnosis["receiver"], diagnosis["egress_ip"]) == ("t_online", IP)


def test_lost_connections_are_trouble_not_blocks():
    line = (
        "Nov 24 01:02:03 mx1 postfix/smtp[1]: 3F2A1B2C: to=<a@example.com>,"
        " relay=mx.example.com[192.0.2.1]:25, delay=1,"
        " delays=0/0/1/0, dsn=4.4.2, status=deferred (lost connection with"
        " mx.example.com[192.0.2.1] while receiving the"
        " initial server greeting)"
    )

    assert one(line)["cause"] == "receiver_trouble"
    assert one(line)["reply"]["named_ips"] == []


def test_the_code_in_the_text_counts_not_dsn():
    text = (
        "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available 554-No SMTP service 554-IP"
        " address is block listed. 554 For explanation visit"
        " https://postmaster.gmx.net/en/case?c=r0201&i=ip&v=203.0.113.7&r=0M1"
    )
    diagnosis = one(text, "mx00.gmx.net", dsn="4.0.0")

    assert (diagnosis["reply"]["code"], diagnosis["cause"]) == (554, "ip_blocklisted_receiver")
    assert diagnosis["egress_ip"] == IP


def test_a_line_before_the_next_exchanger_is_evidence_too():
    line = (
        f"Nov 24 01:02:03 mx1 postfix/smtp[1]: 3F2A1B2C: host {OUTLOOK}[192.0.2.9] said: 451"
        f" 4.7.650 The mail server [{IP}] has been temporarily rate limited due to IP reputation."
        " (S775) (in reply to MAIL FROM command)"
    )
    diagnosis = one(line)

    assert (diagnosis["receiver"], diagnosis["reply"]["status"]) == ("outlook_com", None)


def test_expired_is_never_a_class():
    diagnosis = one(
        "Nov 24 01:02:03 mx1 postfix/qmgr[9]: 3F2A1B2C: from=<x@example.jp>, status=expired, returned to sender"
    )

    assert diagnosis["cause"] in {"own_side", "unclassified"}
    assert diagnosis["reply"]["status"] == "expired"
    assert not diagnosis["requestable"]


def test_a_callout_to_our_server_is_not_our_block():
    text = (
        "550-Verification failed for <a@example.jp> 550-Called: 198.51.100.25 550-Sent: RCPT TO:<a@example.jp>"
        " 550-Response: 554 5.7.1 Service unavailable; Client host [192.0.2.99] blocked using zen.spamhaus.org"
        " 550 Sender verify failed"
    )
    diagnosis = one(text, "mx.example.net")

    assert diagnosis["cause"] not in BLOCKS
    assert not diagnosis["requestable"]


def test_a_nested_reply_may_name_another_hop():
    text = (
        f"550 5.7.1 host backend.example.net[192.0.2.8] said: 554 5.7.1 Client host [{IP}] blocked"
        " using zen.spamhaus.org"
    )
    diagnosis = one(text, "mx.example.net")

    assert diagnosis["cause"] == "ip_blocklisted_dnsbl"
    assert diagnosis["confidence"] == "low"
    assert not diagnosis["requestable"]
    assert "nested" in doubts(diagnosis)
    assert diagnosis["receivers"] == [{"slug": "example.net", "hosts": []}]


def test_our_own_content_filter_is_our_side():
    line = (
        "Nov 24 01:02:03 mx1 postfix/smtp[1]: 3F2A1B2C: to=<a@example.com>, relay=127.0.0.1[127.0.0.1]:10024, delay=1,"
        " delays=0/0/1/0, dsn=5.7.0, status=bounced (host 127.0.0.1[127.0.0.1] said: 554 5.7.0 Reject, id=1-2 - FOO (in"
        " reply to end of DATA command))"
    )

    assert one(line)["cause"] in {"own_side", "content_rejected"}


def test_our_own_rejects_are_us_blocking_others():
    line = (
        "Nov 24 01:02:03 mx1 postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 554 5.7.1 Service"
        " unavailable; Client host [198.51.100.9] blocked using zen.spamhaus.org;"
        " from=<x@example.net> to=<y@example.jp>"
    )
    diagnosis = one(line)

    assert (diagnosis["cause"], diagnosis["egress_ip"]) == ("own_side", None)
    assert "own_refusal" in doubts(diagnosis)


def test_joined_lines_split_phrases():
    text = (
        f"550-5.7.1 [{IP} 19] Our system has detected that this message is 550-5.7.1 likely"
        " suspicious due to the very low"
        " reputation of the sending IP 550-5.7.1 address. To best protect our users from spam,"
        " the message has 550-5.7.1"
        " been blocked. Please visit 550 5.7.1 https://support.google.com/mail/answer/188131 for"
        " more information. x1 - gsmtp"
    )
    diagnosis = one(text, GMAIL)

    assert diagnosis["cause"] in BLOCKS
    assert diagnosis["egress_ip"] == IP


@pytest.mark.parametrize(
    "text",
    [
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren\u2019t sent. Please contact your"
        " Internet service provider since part of their network is on our block list (S3140).",
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren&#39;t sent. Please contact your"
        " Internet service provider since part of their network is on our block list (S3140).",
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent. Pleas e contact your"
        " Internet service provider since part of their network i s on our block list (S31 40).",
        f"550 5.7.1 Unfortunately, messages from [{IP}]\n   weren't sent. Please contact your"
        " Internet service provider\n   since part of their network is on our block\n   list"
        " (S3140).",
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent. Please contact your Internet"
        " service provider since part of their network is on our block list",
    ],
    ids=["curly", "entity", "folded in a word", "folded", "truncated"],
)
def test_curly_quotes_entities_folded_and_truncated_texts(text):
    diagnosis = one(text, OUTLOOK)

    assert (diagnosis["cause"], diagnosis["receiver"], diagnosis["egress_ip"]) == (
        "ip_blocklisted_receiver",
        "outlook_com",
        IP,
    )


@pytest.mark.parametrize(
    ("text", "relay", "expected"),
    [
        ("550 5.1.1 L'adresse de messagerie n'existe pas. Utilisateur inconnu", "mx.example.fr", "recipient_invalid"),
        ("550 5.1.1 <a@example.de>: Empf\u00e4nger unbekannt", "mx.example.de", "recipient_invalid"),
        ("550 5.5.0 Mail rejete. Mail rejected. ofr_506 [506]", "smtp-in.orange.fr", "content_rejected"),
    ],
)
def test_localised_replies_are_keyed_on_codes(text, relay, expected):
    assert cause(text, relay) == expected


@pytest.mark.parametrize(
    "text",
    [
        "450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted",
        "451 4.7.1 Greylisting in action, please come back in 00:05:00",
    ],
)
def test_greylisting_is_not_throttling(text):
    assert cause(text, "mx.example.net") == "greylisted"


def test_access_denied_5_4_1_is_the_recipient():
    diagnosis = one("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", M365)

    assert diagnosis["cause"] in {"recipient_invalid", "recipient_policy"}
    assert not diagnosis["requestable"]


def test_own_tenant_restricted_is_our_side():
    text = "550 5.1.8 Access denied, bad outbound sender AS(42004)"

    assert cause(text, M365) == "own_side"


def test_a_token_quoted_by_a_relay_that_is_not_that_receivers():
    diagnosis = one(
        f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent ... on our block list (S3140).", "mx.evil.example"
    )

    assert diagnosis["confidence"] == "low"
    assert not diagnosis["requestable"]
    assert "foreign_relay" in doubts(diagnosis)
    assert diagnosis["receiver"] != "outlook_com"


def test_two_microsofts():
    text = f"550 5.7.1 Unfortunately, messages from [{IP}] weren't sent ... on our block list (S3140)."

    assert (
        one(text, OUTLOOK)["remedy"]["url"]
        != one(f"550 5.7.606 Access denied, banned sending IP [{IP}]", M365)["remedy"]["url"]
    )


def test_an_unknown_text_of_a_known_receiver_gives_its_contact_never_a_guess():
    diagnosis = one("554 zzz qqq wwww", "mx00.t-online.de")

    assert (diagnosis["cause"], diagnosis["receiver"]) == ("unclassified", "t_online")
    assert diagnosis["remedy"]["to"] or diagnosis["remedy"]["url"]
    assert not diagnosis["requestable"]


@pytest.mark.parametrize(
    ("text", "relay"),
    [
        ("550 5.7.1 Service unavailable, MailFrom domain is listed in Spamhaus. (S8002)", M365),
        ("550 5.7.1 Service unavailable, Helo domain is listed in Spamhaus. (S8001)", M365),
        (
            "554 5.7.1 Service unavailable; Sender address [a@example.jp] blocked using dbl.spamhaus.org",
            "mx.example.net",
        ),
    ],
)
def test_a_domain_listing_is_not_an_ip_matter(text, relay):
    diagnosis = one(text, relay)

    assert diagnosis["cause"] == "domain_blocklisted"
    assert diagnosis["subject"]["kind"] != "ip"
    if "example.jp" in text:
        assert diagnosis["subject"] == {"kind": "domain", "value": "example.jp"}


def test_a_policy_list_is_a_fix_not_a_delist_mail():
    diagnosis = one(
        f"554 5.7.1 Service unavailable; Client host [{IP}] blocked using pbl.spamhaus.org", "mx.example.net"
    )

    assert (diagnosis["cause"], diagnosis["list"]) == ("ip_policy_range", "spamhaus_pbl")
    assert not diagnosis["requestable"]


def test_an_address_in_a_received_header_is_our_clients_not_ours():
    diagnosis = one("550 5.7.1 Message contains a Received header with a dynamic IP [203.0.113.99] listed in PBL")

    assert (diagnosis["cause"], diagnosis["subject"]["kind"]) == ("ip_policy_range", "none")
    assert not diagnosis["requestable"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown", "sender"),
        ("452 4.2.2 The recipient's inbox is out of storage space", "recipient"),
        ("452 4.2.2 <full@example.com>: mailbox full", "recipient"),
    ],
)
def test_a_wrong_address_is_not_the_postmasters_to_correct(text, who):
    diagnosis = one(text)

    assert (diagnosis["cause"], diagnosis["who_can_fix"]) == ("recipient_invalid", who)
