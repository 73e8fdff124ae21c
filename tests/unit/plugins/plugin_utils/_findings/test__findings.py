# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one reply becomes: subject, remedy, words and how sure they are."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _findings as findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _text as text
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import assess
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make

RELAY = "mx1.acme.example"
IP = "203.0.113.7"


def finding(reply=f"550 XYZ1 [{IP}]", *, relay=RELAY, files=None, **fields):
    using = make.recogniser(*(files or [make.receiver(make.rule(**fields))]))
    read = assess(using, reply, relay=relay)
    return findings.finding(using.known, read, findings.egress_of_text(read), host="mx9")


def test_the_words_come_from_rule_cause_and_channel():
    step = {"en": "Look twice.", "ja": "二度見る。"}
    found = finding(steps=[step], avoid={"en": "Never.", "ja": "だめ。"}, expires_after="PT24H")

    assert found["title"]["en"].startswith("Acme: ")
    assert found["title"]["en"].endswith(f"({IP})")
    assert found["explanation"] == make.TEXT
    assert found["avoid"]["en"] == "Never."
    assert "24 hours" in found["how_long"]["en"]
    assert "24時間" in found["how_long"]["ja"]
    assert found["next_steps"][-1]["en"] == "Look twice."
    assert any(each["action"] == "request" and "delist@acme.example" in each["en"] for each in found["next_steps"])


def test_sources_are_named():
    assert finding()["sources"] == [make.SOURCES["s"]]


@pytest.mark.parametrize(
    ("capture", "kind", "reply", "subject"),
    [
        (
            "domain ([a-z.]{1,60})",
            "domain",
            "550 XYZ1 domain Example.JP listed",
            {"kind": "domain", "value": "example.jp"},
        ),
        ("domain ([a-z.-]{1,60})", "domain", "550 XYZ1 domain -.- listed", {"kind": "none", "value": None}),
        (
            "url ([^ ]{1,60})",
            "url",
            "550 XYZ1 url https://example.jp/x?y",
            {"kind": "url", "value": "https://example.jp/x?y"},
        ),
        ("url ([^ ]{1,60})", "url", "550 XYZ1 url javascript:alert(1)", {"kind": "none", "value": None}),
        ("net ([0-9.\\/]{1,20})", "range", "550 XYZ1 net 203.0.113.9/24", {"kind": "range", "value": "203.0.113.0/24"}),
        ("net ([0-9.\\/]{1,20})", "range", f"550 XYZ1 net 9.9.9/99 for [{IP}]", {"kind": "ip", "value": IP}),
        ("domain ([a-z.]{1,60})", "domain", "550 XYZ1 nothing", {"kind": "none", "value": None}),
    ],
)
def test_a_captured_subject_is_what_it_says_or_nothing(capture, kind, reply, subject):
    assert finding(reply, subject={"kind": kind, "capture": capture})["subject"] == subject


@pytest.mark.parametrize(
    ("fields", "channel", "to", "url"),
    [
        ({"remedy": "mail"}, "email", "delist@acme.example", None),
        ({"remedy": "page"}, "form", None, "https://help.acme.example/unblock"),
        ({"remedy": "wait"}, "wait", None, None),
        ({"remedy": "none"}, "form", None, "https://help.acme.example/unblock"),  # the cause asks: the general contact
        ({"remedy": "none", "cause": "recipient_invalid"}, "none", None, None),
    ],
)
def test_the_remedy_is_the_rules_channel(fields, channel, to, url):
    remedy = finding(**fields)["remedy"]

    assert (remedy["channel"], remedy["to"], remedy["url"]) == (channel, to, url)


def test_a_list_is_asked_at_the_list():
    found = finding("554 XYZ1", relay="mx.example.net", files=[make.blocklist(make.rule())])

    assert (found["list"], found["receiver"]) == ("listco_one", None)
    assert found["counterpart"]["en"] == "List One"
    assert found["remedy"]["url"] == "https://listco.example/remove"


def test_an_unknown_text_gives_the_general_contact():
    found = finding("550 nothing known")

    assert (found["cause"], found["receiver"], found["rules"]) == ("unclassified", "acme", [])
    assert found["remedy"]["url"] == "https://help.acme.example/unblock"
    assert not found["requestable"]


@pytest.mark.parametrize(
    ("fields", "relay", "confidence"),
    [
        ({}, RELAY, "high"),
        ({}, None, "medium"),
        ({}, "mx.other.example", "low"),
        ({"confidence": "medium"}, RELAY, "medium"),
        ({"confidence": "low", "unverified": True}, RELAY, "low"),
    ],
)
def test_confidence_is_the_least_of_what_is_known(fields, relay, confidence):
    assert finding(relay=relay, **fields)["confidence"] == confidence


def test_a_retired_text_says_so():
    retired = {"since": 2016, "reason": {"en": "Not seen any more.", "ja": "見かけない。"}}

    assert {
        "code": "retired",
        "en": "This text has not been seen since about 2016: Not seen any more.",
    }.items() <= finding(retired=retired)["doubts"][0].items()


def test_a_value_is_never_a_template():
    assert text.fill({"en": "{a}", "ja": "{a}"}, a="{b} {{ c }}") == {"en": "{b} {{ c }}", "ja": "{b} {{ c }}"}


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("PT1H", "1 hour"),
        ("PT24H", "24 hours"),
        ("PT48H", "48 hours"),
        ("P7D", "7 days"),
        ("P1W", "7 days"),
        ("PT15M", "15 minutes"),
        ("PT90M", "90 minutes"),
        ("P3D", "3 days"),
        ("soon", "soon"),
    ],
)
def test_durations_in_words(iso, words):
    assert text.duration(iso)["en"] == words


@pytest.mark.parametrize(
    ("identifier", "slug"),
    [
        ("outlook_com/ip/203.0.113.7/ip_blocklisted_receiver", "outlook-com-203-0-113-7-"),
        ("gmail/none/mx1/recipient_invalid", "gmail-recipient-invalid-mx1-"),
        ("acme/url/https://a.example/b/c/domain_blocklisted", "acme-https-a-example-b-c-"),
        ("acme/ip/2001:db8::7/ip_blocklisted_receiver", "acme-2001-db8-7-"),
    ],
)
def test_a_slug_is_readable_and_unique(identifier, slug):
    assert findings.slug(identifier).startswith(slug)
    assert len(findings.slug(identifier)) == len(slug) + 6
    assert findings.slug(identifier) != findings.slug(
        identifier.replace("ip_blocklisted", "x").replace("_domain", "x") + "x"
    )
