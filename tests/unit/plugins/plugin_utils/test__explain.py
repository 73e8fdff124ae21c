# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pasted text becomes diagnoses, complete and in both languages."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import accepted, explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain_screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import repeated_texts as texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

M365 = "example-com.mail.protection.outlook.com"
FBLW15 = (
    "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal from this list"
    " please forward this message to delist@messaging.microsoft.com"
)
HOSTILE = {
    "template": "550 5.7.1 {{ lookup('pipe','id') }} {% raw %} {# banned sending IP [203.0.113.7]",
    "html": "550 5.7.1 <script>alert(1)</script> &amp; <img src=x> banned sending IP [203.0.113.7]",
    "header": "550 5.7.1 refused\r\nBcc: x@y.example\r\n\r\nbody",
    "ansi": "550 5.7.1 \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \x08\x08 banned",
    "long": "550 5.7.1 " + "A" * 100_000,
    "apostrophes": "550 5.7.1 it's a='b' \"c\" weren't = sent",
    "bidi": "550 5.7.1 \u202egnp.exe\u2066 \u200b",
    "null": "550 5.7.1 a\x00b\udcff",
    "format": "550 5.7.1 {who} {0} %s %(name)s {ip.__class__}",
}


DIAGNOSIS = "findings.json#/$defs/diagnosis"


def samples():
    for path in sorted((SHIPPED / "receivers").glob("*/samples/*.yml")):
        for sample in read(path)["match"]:
            yield sample["reply"], sample.get("relay")


def test_every_sample_gives_a_valid_diagnosis_in_both_languages():
    for reply, relay in samples():
        for diagnosis in explain(reply, relay=relay):
            assert misfits(diagnosis, DIAGNOSIS) == []
            assert all(
                re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", diagnosis[name]["ja"]) for name in ("explanation", "avoid")
            )


def test_the_first_story_is_told_whole():
    (diagnosis,) = explain(FBLW15, relay=M365, command="RCPT TO")

    assert diagnosis["id"] == "microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver"
    assert diagnosis["receiver"] == "microsoft_365"
    assert (diagnosis["egress_ip"], diagnosis["ip_source"]) == ("203.0.113.7", "reply")
    assert (diagnosis["stage"], diagnosis["confidence"]) == ("RCPT TO", "high")
    assert diagnosis["requestable"]
    assert diagnosis["remedy"]["to"] == "delist@messaging.microsoft.com"
    assert diagnosis["remedy"]["alternatives"][0]["url"] == "https://sender.office.com"
    assert diagnosis["reply"]["named_ips"] == ["203.0.113.7"]
    assert diagnosis["documentation"]
    assert "203.0.113.7" in diagnosis["summary"]["en"]


def test_without_the_relay_it_is_less_sure():
    (diagnosis,) = explain(FBLW15)

    assert diagnosis["confidence"] == "medium"
    assert "no_relay" in {doubt["code"] for doubt in diagnosis["doubts"]}


@pytest.mark.parametrize("text", ["", "hello", "how do I bake bread?", "12345", "{}", "<html></html>", "From: me"])
def test_what_is_not_a_reply_gives_nothing(text):
    assert explain(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "220 ok",
        "250 2.0.0 Ok: queued as 4ABC",
        "354 End data with <CR><LF>.<CR><LF>",
        "Nov 24 01:02:03 mx1 postfix/smtp[1]: 380D2A27ED: to=<a@example.com>, relay=mx.example.com[192.0.2.1]:25,"
        " delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4ABC)",
        "2026-11-24 10:11:12 1kABCd-0001xy-2z => a@example.com R=dnslookup T=remote_smtp H=mx.example.com [192.0.2.1]",
    ],
)
def test_what_was_accepted_is_no_refusal(text):
    assert explain(text) == []
    assert accepted(text)
    assert len(explain(f"{text}\n{FBLW15}")) == 1


def test_the_rules_that_hold_too_are_named():
    (diagnosis,) = explain(
        "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org", M365
    )

    assert diagnosis["rules"] == ["spamhaus/zen"]
    assert diagnosis["also_matched"]
    assert not set(diagnosis["rules"]) & set(diagnosis["also_matched"])


def test_nobody_is_named_where_nobody_is_known():
    (diagnosis,) = explain("550 zzz qqq wwww")

    assert diagnosis["title"] == {"en": "Reply not recognised", "ja": "未知の応答"}


def test_equal_replies_are_told_once():
    assert len(explain(f"{FBLW15}\n{FBLW15}\n550 5.1.1 User unknown\n")) == 2


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_hostile_text_is_only_text(name, language):
    diagnoses = explain(HOSTILE[name])
    lines = screen(diagnoses, language)

    assert diagnoses
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "".join(lines))
    assert "uid=" not in json.dumps(diagnoses)
    assert all(diagnosis["remedy"]["to"] != "x@y.example" for diagnosis in diagnoses)


def grows_as_its_text(part, *, before=""):
    """Four times the text takes less than eight times the time: of a quadratic search it would be sixteen.

    How fast that is, a bench measures. A machine that is busy with something else gets five tries.
    """
    short, long = (texts.repeated(part, before=before, length=length) for length in (texts.LENGTH // 4, texts.LENGTH))
    return any(best_of_three(long) < 8 * best_of_three(short) for _try in range(5))


def best_of_three(text):
    times = []
    for _round in range(3):
        began = time.process_time()
        explain(text)
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.nightly
def test_each_token_repeated_takes_as_long_as_its_text():
    assert [token for token in texts.tokens() if not grows_as_its_text(token)] == []


@pytest.mark.parametrize("before", texts.BEGINNINGS)
@pytest.mark.parametrize("mark", texts.MARKS)
def test_each_mark_of_a_log_repeated_takes_as_long_as_its_text(before, mark):
    assert grows_as_its_text(mark, before=before)


@pytest.mark.parametrize("growth", [1, 2])
def test_growth_tells_quadratic_from_linear(monkeypatch, growth):
    def searched(text):
        end = time.process_time() + 0.0005 * (len(text) / texts.LENGTH * 4) ** growth
        while time.process_time() < end:
            pass

    monkeypatch.setitem(globals(), "explain", searched)
    assert grows_as_its_text("x") is (growth == 1)


def test_a_printed_contact_of_another_domain_is_never_written_to():
    text = FBLW15.replace("delist@messaging.microsoft.com", "delist@messaging.micros0ft.example")

    (diagnosis,) = explain(text, relay=M365)
    assert diagnosis["remedy"]["to"] == "delist@messaging.microsoft.com"


def test_a_recipient_is_no_contact_even_at_the_receivers_own_domain():
    text = "550 5.7.606 Access denied, banned sending IP [203.0.113.7] for <somebody@outlook.com>"

    (diagnosis,) = explain(text, relay=M365)
    assert "somebody" not in json.dumps(diagnosis["remedy"])


def test_a_case_page_that_the_reply_prints_replaces_the_general_one():
    page = "https://postmaster.gmx.net/en/case?c=r0201&i=ip&v=203.0.113.7&r=0M1"
    text = (
        "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available 554-IP address is block"
        f" listed. 554 For explanation visit {page}"
    )

    (diagnosis,) = explain(text, relay="mx00.emig.gmx.net")
    assert diagnosis["remedy"]["url"] == page


def test_a_sites_own_knowledge_is_used(tmp_path):
    root = make.write(tmp_path, make.receiver(make.rule()))

    (diagnosis,) = explain("550 refused XYZ1 [203.0.113.7]", relay="mx.acme.example", knowledge_paths=[str(root)])
    assert diagnosis["rules"] == ["acme/blocked"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_screen_says_who_what_and_what_to_do(language):
    lines = screen(explain(FBLW15, relay=M365), language)
    text = "\n".join(lines)

    assert lines[0].startswith("Microsoft 365")
    assert "delist@messaging.microsoft.com" in text
    assert "https://sender.office.com" in text
    assert ("do not" if language == "en" else "避けること") in text
    assert all(len(line) <= 96 for line in lines)


def test_texts_of_findings_fit_their_schema():
    assert misfits(read(Path(SHIPPED, "texts", "findings.yml")), "finding_texts.json") == []
