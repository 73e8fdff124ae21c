# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of whom, and what is refused."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import Mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import Request
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

HOSTILE = {
    "template": "550 5.7.1 {{ lookup('pipe','id') }} {% raw %} {#",
    "html": "550 5.7.1 <script>alert(1)</script> &amp; <img src=x>",
    "header": "550 5.7.1 refused\r\nBcc: x@y.example\r\n\r\nbody",
    "ansi": "550 5.7.1 \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "long": "550 5.7.1 " + "A" * 100_000,
    "fence": "550 5.7.1 ``` \n```\n# heading `x`",
    "bidi": "550 5.7.1 \u202egnp.exe\u2066 \u200b",
    "quotes": '550 5.7.1 it\'s a=b "c" \\ ${x} $(id) `id`',
    "encoded word": "550 5.7.1 =?utf-8?Q?x=0D=0ABcc:_x@y.example?= =?x?",
    "null": "550 5.7.1 a\x00b\udcff",
}


def parsed(request: Request) -> EmailMessage:
    assert request.content is not None
    message = email.message_from_bytes(request.content.encode("ascii"), policy=email.policy.SMTP)
    assert isinstance(message, EmailMessage)
    return message


def defects(message: EmailMessage) -> list[Any]:
    return [*message.defects, *(defect for value in message.values() for defect in value.defects)]


def is_valid(record: Any) -> bool:
    return misfits({"schema": 1, "requests": [record]}, "request.json") == []


def test_a_mail_parses_without_defects_and_says_everything_once() -> None:
    request = make.writer().write(make.finding())
    message = parsed(request)
    assert not defects(message)
    assert [str(message[name]) for name in ("To", "From", "Reply-To", "X-Unsent")] == [
        "delist@acme.example",
        "Kenzo Tanaka <postmaster@example.org>",
        "Kenzo Tanaka <postmaster@example.org>",
        "1",
    ]
    assert message["Date"] is None
    assert make.IP in str(message["Subject"])
    body = message.get_content()
    for said in (
        make.IP,
        make.finding()["evidence"][0],
        "2026-11-24 00:12:00 UTC",
        "mx.acme.example at RCPT TO",
        make.OPTIONS["fixed_text"],
        "Example Mail Ltd.",
        "example.jp",
        request.record["case"],
    ):
        assert said in body, said
    assert "PTR" not in body, "nobody looked the names up, so none is claimed"
    assert is_valid(request.record)


def test_names_are_told_where_they_are_known() -> None:
    names = {make.IP: {"ptr": "mx1.example.jp", "helo": "mx1.example.jp"}}
    body = parsed(make.writer(sender_names=names).write(make.finding())).get_content()
    assert "PTR: mx1.example.jp" in body
    assert "HELO: mx1.example.jp" in body


def test_the_same_request_is_the_same_bytes_and_another_text_another_message() -> None:
    first, second = (make.writer().write(make.finding()) for _time in range(2))
    other = make.writer(fixed_text="We closed another form.").write(make.finding())
    assert first == second
    assert first.record["message_id"] != other.record["message_id"]
    assert first.record["case"] == other.record["case"]


@pytest.mark.parametrize("mail_language", ["en", "ja"])
def test_words_in_japanese_survive(mail_language: str) -> None:
    request = make.writer(
        organisation="例株式会社",
        contact_name="田中 健三",
        fixed_text="フォームを停止しました。",
        mail_language=mail_language,
    ).write(make.finding())
    message = parsed(request)
    assert not defects(message)
    assert str(message["From"]) == "田中 健三 <postmaster@example.org>"
    assert "フォームを停止しました。" in message.get_content()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("key", ["mail", "page"])
def test_a_hostile_reply_stays_text(text: str, key: str) -> None:
    plain = make.writer().write(make.finding(remedy={"channel": "email", "key": key}))
    request = make.writer().write(make.finding(evidence=[text], remedy={"channel": "email", "key": key}))
    assert request.content is not None
    assert len(request.content) < len(str(plain.content)) + 8_000
    assert not any(ord(character) < 32 and character not in "\r\n" for character in request.content)
    if key == "mail":
        message = parsed(request)
        assert not defects(message)
        assert list(message.keys()) == list(parsed(plain).keys())
        assert message["To"] == "delist@acme.example"
        content = message.get_content()
    else:
        content = request.content
    assert "\x1b" not in content
    assert "\u202e" not in content
    assert is_valid(request.record)


def test_a_template_in_a_reply_is_printed_as_it_is() -> None:
    request = make.writer().write(make.finding(evidence=[HOSTILE["template"]]))
    assert HOSTILE["template"] in parsed(request).get_content()


@pytest.mark.parametrize(
    "name", [":" + "0" * 75, "0" * 75 + ":", '"' * 100, "Tanaka, Kenzo <x@y.example>", "田中, " * 30]
)
def test_a_name_of_any_length_stays_a_name(name: str) -> None:
    message = parsed(make.writer(contact_name=name).write(make.finding()))
    assert not defects(message)
    assert [address.addr_spec for address in message["From"].addresses] == ["postmaster@example.org"]


@pytest.mark.parametrize("field", ["organisation", "contact_name", "fixed_text"])
def test_hostile_words_stay_text_too(field: str) -> None:
    for text in HOSTILE.values():
        hostile: dict[str, Any] = {field: text}
        message = parsed(make.writer(**hostile).write(make.finding()))
        assert not defects(message)
        assert "Bcc" not in message


@pytest.mark.parametrize(
    ("fields", "words", "code"),
    [
        ({"confidence": "low"}, {}, "low_confidence"),
        ({"subject": {"kind": "ip", "value": "10.0.0.7"}}, {}, "ip_not_public"),
        ({"subject": {"kind": "ip", "value": "100.64.1.1"}}, {}, "ip_not_public"),
        ({"subject": {"kind": "ip", "value": "fd00::1"}}, {}, "ip_not_public"),
        ({"subject": {"kind": "range", "value": "192.168.0.0/24"}}, {}, "ip_not_public"),
        ({"subject": {"kind": "ip", "value": "yy.yy.yy.yyy"}}, {}, "subject_unknown"),
        ({"subject": {"kind": "ip", "value": None}}, {}, "subject_unknown"),
        ({"subject": {"kind": "none", "value": "mx1"}}, {}, "subject_unknown"),
        ({"subject": {"kind": "ip", "value": "203.0.113.7"}}, {}, "documentation_address"),
        ({"subject": {"kind": "ip", "value": "2001:db8::7"}}, {}, "documentation_address"),
        ({"remedy": {"channel": "email", "key": "gone"}}, {}, "no_contact"),
        ({"receiver": "example.net"}, {}, "no_contact"),
        ({}, {"fixed_text": " \n"}, "fixed_text_missing"),
        ({}, {"fixed_text": "..."}, "fixed_text_missing"),
        ({}, {"fixed_text": {"other": "We fixed it."}}, "fixed_text_missing"),
        ({}, {"organisation": ""}, "words_missing"),
        ({}, {"reply_to": "not an address"}, "words_missing"),
        ({}, {"reply_to": "a@example.org\r\nBcc: x@y.example"}, "words_missing"),
        ({}, {"sender": "nobody"}, "words_missing"),
    ],
)
def test_refusals(fields: dict[str, Any], words: dict[str, Any], code: str) -> None:
    record = make.writer(**words).write(make.finding(**fields)).record
    assert record["refused"]["code"] == code
    assert (record["kind"], record["path"]) == ("none", None)
    assert record["instruction"]["en"].startswith(record["refused"]["en"])
    assert record["instruction"]["ja"].startswith(record["refused"]["ja"])
    assert is_valid(record)


def test_all_reasons_are_told_at_once() -> None:
    record = make.writer(fixed_text="", organisation="").write(make.finding(confidence="low")).record
    codes = [refusal["code"] for refusal in record["refusals"]]
    assert codes == ["low_confidence", "fixed_text_missing", "words_missing"]


def test_a_mailbox_behind_the_block_is_refused() -> None:
    record = make.writer(mailbox=Mailbox("behind_block", ip=make.IP)).write(make.finding()).record
    assert record["refused"]["code"] == "mailbox_behind_block"
    assert "postmaster@example.org" in record["refused"]["en"]
    assert make.IP in record["refused"]["en"]


def test_an_unchecked_mailbox_is_told_and_a_good_one_promised() -> None:
    unknown = make.writer(mailbox=Mailbox("unknown", cause="DNS gave no answer")).write(make.finding())
    good = make.writer(mailbox=Mailbox("ok")).write(make.finding())
    assert "could not be checked (DNS gave no answer)" in unknown.record["instruction"]["en"]
    assert "does not depend on the blocked address" not in parsed(unknown).get_content()
    assert "does not depend on the blocked address" in parsed(good).get_content()


def test_the_samples_switch_allows_documentation_addresses() -> None:
    finding = make.finding(subject={"kind": "ip", "value": "203.0.113.7"}, documentation=True)
    assert make.writer(allow_documentation=True).write(finding).record["kind"] == "email"


@pytest.mark.parametrize(
    ("cause", "channel"),
    [
        ("recipient_invalid", "none"),
        ("recipient_policy", "contact_recipient"),
        ("greylisted", "wait"),
        ("rdns_helo", "fix"),
        ("ip_policy_range", "at_list"),
        ("unclassified", "email"),
    ],
)
def test_what_cannot_be_asked_for_gives_an_instruction_and_no_request(cause: str, channel: str) -> None:
    key = {"at_list": "lookup", "email": "mail"}.get(channel)
    record = make.writer().write(make.finding(cause=cause, remedy={"channel": channel, "key": key})).record
    assert (record["kind"], record["path"], record["refused"]) == ("none", None, None)
    assert record["instruction"]["en"]
    assert record["instruction"]["ja"]
    assert is_valid(record)


def test_fixed_text_may_differ_by_receiver() -> None:
    texts = {"acme": "For Acme.", "default": "For all others."}
    for_acme = parsed(make.writer(fixed_text=texts).write(make.finding())).get_content()
    for_list = make.writer(fixed_text=texts).write(make.list_finding()).content or ""
    assert "For Acme." in for_acme
    assert "For all others." in for_list


def test_a_form_gives_a_crib_in_english_with_japanese_help() -> None:
    request = make.writer().write(make.finding(remedy={"channel": "form", "key": "page"}))
    content = request.content or ""
    assert request.record["path"] == "requests/acme-198-41-0-4-3fa1c2.form.md"
    assert "https://help.acme.example/unblock" in content
    assert "### IP address" in content
    assert "応答の全文" in content
    assert make.IP in content
    assert is_valid(request.record)


def test_the_operators_language_comes_first_in_a_crib() -> None:
    finding = make.finding(remedy={"channel": "form", "key": "page"})
    english, japanese = (str(make.writer(language=language).write(finding).content) for language in ("en", "ja"))
    assert "## Fields" in english
    assert "## 入力欄" in japanese


def test_a_list_is_asked_at_the_list_and_not_at_the_receiver() -> None:
    request = make.writer().write(make.list_finding())
    assert (request.record["kind"], request.record["url"]) == ("form", "https://check.listco.example/")
    assert "Listco Main List" in str(request.content)


def test_a_site_overrides_a_template(tmp_path: Path) -> None:
    folder = tmp_path / "receivers" / "acme"
    folder.mkdir(parents=True)
    (folder / "request.eml.j2").write_text(
        '{% extends "request/mail.en.eml.j2" %}{% block opening %}Dear {{ counterpart.en }},\n\n{% endblock %}'
    )
    body = parsed(make.writer(directories=[tmp_path]).write(make.finding())).get_content()
    assert body.splitlines()[0] == "Dear Acme Mail,"
    assert make.OPTIONS["fixed_text"] in body


def test_shipped_microsoft_channels() -> None:
    known = load()
    by_mail = make.finding(
        receiver="microsoft_365", evidence=[make.FBLW15], remedy={"channel": "email", "key": "delist_mail"}
    )
    record = make.writer(known=known).write(by_mail).record
    assert (record["kind"], record["to"]) == ("email", "delist@messaging.microsoft.com")
    assert "sender.office.com" in record["instruction"]["en"]
    assert "sender.office.com" in record["instruction"]["ja"]
    portal = make.finding(
        receiver="microsoft_365", evidence=["550 5.7.606"], remedy={"channel": "form", "key": "delist_portal"}
    )
    record = make.writer(known=known).write(portal).record
    assert (record["kind"], record["url"]) == ("form", "https://sender.office.com")


def test_a_finding_that_may_not_be_asked_about_is_refused_with_its_doubts() -> None:
    doubt = {"code": "foreign_relay", "en": "Quoted by another relay.", "ja": "別のリレーが引用しています。"}
    record = make.writer().write(make.finding(requestable=False, doubts=[doubt])).record
    assert [refusal["code"] for refusal in record["refusals"]] == ["low_confidence"]
    assert "- Quoted by another relay." in record["instruction"]["en"]
    assert "- 別のリレーが引用しています。" in record["instruction"]["ja"]


def test_a_receiver_that_speaks_through_its_filter_is_asked_about_at_the_filter() -> None:
    vendor = make.receiver(
        "vendor",
        own_domains=["vendor.example"],
        channels={"check": make.channel("form", url="https://vendor.example/")},
    )
    finding = make.finding(rules=["vendor/blocked"], remedy={"channel": "form", "key": "check"})
    record = make.writer(known=make.knowledge(make.receiver(), vendor)).write(finding).record
    assert record["url"] == "https://vendor.example/"


BLOCKER = {
    "subject": make.IP,
    "code": "no_ptr",
    "wanted_by": ["acme"],
    "en": "The address has no reverse name (PTR).",
    "ja": "IPアドレスに逆引き名（PTR）がありません。",
}


def test_blockers_come_before_the_request_and_say_who_wants_it() -> None:
    request = make.writer().write(make.finding(blockers=[BLOCKER], listings=[], list_state=None))
    assert is_valid(request.record)
    first, second = request.record["instruction"]["en"].splitlines()[:2]
    assert first == f"First: {make.IP}: The address has no reverse name (PTR). Acme Mail wants that in order."
    assert second.startswith("Read requests/")
    assert request.record["instruction"]["ja"].startswith(f"先に直すこと: {make.IP}: IPアドレスに逆引き名")
    assert request.content is not None
    assert "reverse name" not in request.content


def test_a_crib_has_the_blockers_in_both_languages() -> None:
    request = make.writer().write(make.list_finding(blockers=[{**BLOCKER, "wanted_by": ["listco"]}]))
    assert request.content is not None
    assert f"Put in order first:\n\n- `{make.IP}`: The address has no reverse name (PTR).\n" in request.content
    assert f"- `{make.IP}`: IPアドレスに逆引き名" in request.content


def test_a_refused_request_tells_its_refusal_first_and_the_blockers_after() -> None:
    record = make.writer(fixed_text="").write(make.finding(blockers=[BLOCKER])).record
    assert record["kind"] == "none"
    lines = record["instruction"]["en"].splitlines()
    assert lines[0] == record["refused"]["en"]
    assert any(line.startswith("First: ") for line in lines)


NAMED = {"zone": "bl.listco.example", "name": {"en": "Listco Main", "ja": "リスト社"}}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"state": "listed", "cause": None}, f"bl.listco.example still has {make.IP}: Listco Main."),
        (
            {"state": "clean", "cause": None},
            f"bl.listco.example has {make.IP} no more: ask only if mail is still refused.",
        ),
        (
            {"state": "unknown", "cause": "refused"},
            f"Whether bl.listco.example still has {make.IP} is unknown (refused): look it up first.",
        ),
    ],
)
def test_what_the_named_list_says_now_is_told_first(state: dict[str, Any], said: str) -> None:
    finding = make.list_finding(list_state={**state, "zones": ["bl.listco.example"]}, listings=[NAMED])
    record = make.writer().write(finding).record
    assert record["instruction"]["en"].splitlines()[0] == said
    assert make.IP in record["instruction"]["ja"].splitlines()[0]


def test_other_lists_are_told_where_the_receiver_names_none() -> None:
    record = make.writer().write(make.finding(listings=[NAMED], list_state=None)).record
    first = record["instruction"]["en"].splitlines()[0]
    assert first == "Listed elsewhere too, where many receivers look: Listco Main."


def test_what_is_about_no_address_tells_of_no_list() -> None:
    nobody = make.finding(listings=[NAMED], list_state=None, subject={"kind": "none", "value": None})
    assert "Listco" not in str(make.writer().write(nobody).record["instruction"])


def test_a_listing_for_information_is_no_reason_to_do_anything() -> None:
    record = make.writer().write(make.finding(listings=[{**NAMED, "severity": "info"}], list_state=None)).record
    assert record["instruction"]["en"].startswith("Read requests/")


def test_an_inferred_address_is_named_in_the_instruction_of_a_form() -> None:
    record = make.writer().write(make.list_finding(ip_source="inferred")).record
    assert record["kind"] == "form"
    assert f"No reply names the address: {make.IP} follows" in record["instruction"]["en"]
