# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _hold, _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._hold_table import dsn
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix.fake_postfix import FakePostfix

RELAY = "outlook-com.olc.protection.outlook.com"
S3140 = "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. It is on our block list (S3140)."
UNKNOWN = "550 5.5.0 Requested action not taken: mailbox unavailable"
NEW = "554 5.7.1 Refused by our wonderful new filter"
RULE = {
    "name": "outlook_com/s3140", "hold": True, "rank": [0, 0, 20, -6],
    "relays": ["*.olc.protection.outlook.com"], "tokens": [],
    "any_of": ["S3140"], "none_of": [], "pattern": None, "codes": [], "enhanced": [], "stages": [],
}  # fmt: skip


def reply(text=S3140):
    return {"dsn": dsn(text, relay=RELAY, stage="RCPT TO"), "text": text, "relay": RELAY, "is_cut": False}


def options(**given):
    return {
        "state": "present", "rules": [RULE], "literals": [], "replies": [reply()],
        "near_misses": [dsn(UNKNOWN, relay=RELAY, stage="RCPT TO")], "backoff": None, "watch_seconds": 0, "asked": None,
        "log_paths": ["/nonexistent"], **given,
    }  # fmt: skip


def ensure(fake, *, check_mode=False, **given):
    return _hold.ensure(fake.postfix, options(**given), check_mode=check_mode)


@pytest.fixture
def fake(tmp_path) -> FakePostfix:
    return FakePostfix(tmp_path / "etc")


def test_there_and_back(fake):
    start = fake.files()
    predicted = ensure(fake, check_mode=True)
    assert fake.files() == start
    done = ensure(fake)
    assert done["changed"]
    assert done["rules"] == ["outlook_com/s3140"]
    assert predicted["diff"] == done["diff"]
    assert {key: value for key, value in predicted.items() if key != "held"} == {
        key: value for key, value in done.items() if key != "held"
    }
    assert not ensure(fake)["changed"]
    assert not ensure(fake, check_mode=True)["changed"]
    removed = ensure(fake, state="absent")
    assert removed["changed"]
    assert fake.files() == start
    assert not ensure(fake, state="absent")["changed"]


def test_nothing_to_hold(fake):
    start = fake.files()
    assert not ensure(fake, rules=[], replies=[])["changed"]
    assert fake.files() == start


def test_a_hold_only_grows(fake):
    ensure(fake)
    grown = ensure(fake, rules=[], replies=[], literals=[{"text": NEW, "relays": []}])
    assert grown["changed"]
    assert (grown["rules"], grown["literals"]) == (["outlook_com/s3140"], [NEW])
    assert not ensure(fake)["changed"]
    assert not ensure(fake, rules=[], replies=[])["changed"]


def test_what_was_asked_for_is_kept_each_time_that_the_hold_grows(fake):
    first, more = {"run": "r1", "receivers": ["outlook_com"]}, {"run": "r2", "signatures": [NEW]}
    ensure(fake, asked=first, backoff="1h")
    assert not ensure(fake, asked={"run": "later"})["changed"]
    ensure(fake, asked=more, literals=[{"text": NEW, "relays": []}])
    foretold = ensure(fake, state="absent", check_mode=True)["was"]
    assert ensure(fake, state="absent")["was"] == foretold == {"asked": [first, more], "backoff": "1h"}
    assert ensure(fake, state="absent")["was"] is None


def test_a_reply_that_its_rules_would_not_hold_is_held_word_for_word(fake):
    other = "550 5.7.1 Worded in quite another way than any rule knows"
    done = ensure(fake, replies=[reply(), reply(other)])
    assert done["literals"] == [other]
    assert not ensure(fake, replies=[reply(), reply(other)])["changed"]


def test_what_has_to_bounce_bounces_or_nothing_is_changed(fake):
    start = fake.files()
    with pytest.raises(PostfixError, match=r"would also hold .*mailbox unavailable"):
        ensure(fake, literals=[{"text": UNKNOWN, "relays": []}])
    with pytest.raises(PostfixError, match="says too little"):
        ensure(fake, literals=[{"text": "550 5.7.1 no", "relays": []}])
    assert fake.files() == start


def test_an_existing_filter_stays_behind_ours(fake):
    main = fake.folder / "main.cf"
    main.write_bytes(
        fake.main + b"smtp_delivery_status_filter = pcre:/site\ndefault_delivery_status_filter = pcre:/all\n"
    )
    before = fake.main
    ensure(fake)
    assert f"smtp_delivery_status_filter = regexp:{fake.postfix.own('hold.regexp')}, pcre:/site\n".encode() in fake.main
    ensure(fake, state="absent")
    assert fake.main == before


def test_backoff(fake):
    ensure(fake, backoff="1h")
    assert fake.main.endswith(b"minimal_backoff_time = 1h\nmaximal_backoff_time = 1h\n")
    assert not ensure(fake)["changed"]
    for wrong, message in (("10s", "at least queue_run_delay"), ("soon", "is no time")):
        with pytest.raises(PostfixError, match=message):
            ensure(fake, backoff=wrong)


def test_not_running_is_said_in_check_mode_too(fake):
    fake.running = False
    with pytest.raises(PostfixError, match="is not running"):
        ensure(fake, check_mode=True)


def test_what_is_held_and_for_how_long(fake):
    held = f"host {RELAY}[192.0.2.9] said: {S3140} (in reply to RCPT TO command)"
    greylisted = f"host {RELAY}[192.0.2.9] said: 451 4.7.500 Server busy (in reply to RCPT TO command)"

    def message(queue_id, at, *reasons):
        recipients = [{"address": "a@outlook.com", "delay_reason": reason} for reason in reasons]
        return {"queue_id": queue_id, "arrival_time": at, "recipients": recipients}

    fake.waiting = [
        message("new", 1_000_000, held),
        message("old", 900_000, greylisted, held),
        message("oldest", 100, greylisted),
        message("active", 50),
        {"queue_id": "odd", "arrival_time": 1, "recipients": [{"address": "a@b"}]},
    ]
    table = _hold.layer(fake.postfix, _hold.Wanted.of(options())).files[0].content
    mail = _hold.held_mail(fake.postfix, table, now=1_000_100)
    assert (mail["messages"], mail["oldest_id"], mail["expires"]) == (2, "old", False)
    mail = _hold.held_mail(fake.postfix, table, now=900_000 + 0.8 * 5 * 86400)
    assert mail["expires"]
    warnings = list(_hold.warnings({"held": mail, "changed": True, "drift": [], "notes": []}, removed=False))
    assert "more than 80% of maximal_queue_lifetime" in warnings[0]


def test_a_relay_stays_as_it_is(fake):
    ensure(fake)
    assert [layer["name"] for layer in _record.applied(fake.postfix)] == ["hold"]


@pytest.mark.parametrize(("text", "seconds"), [("5d", 432000), ("300s", 300), ("1h", 3600), ("7", 7), ("2 w", 1209600)])
def test_seconds(text, seconds):
    assert _hold.seconds(text) == seconds
