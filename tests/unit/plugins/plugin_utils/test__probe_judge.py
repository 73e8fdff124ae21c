# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._probe_judge import judge, latest_stage

FBLW15 = (
    "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal from this list "
    "please forward this message to delist@messaging.microsoft.com"
)
REFUSED = {
    "status": "undeliverable",
    "service": "postfix/smtp",
    "relay_host": "outlook-com.olc.protection.outlook.com",
    "relay_ip": "104.47.1.36",
    "dsn": "5.7.1",
    "code": 550,
    "stage": "RCPT TO",
    "text": FBLW15,
}
TAKEN = {**REFUSED, "status": "deliverable", "dsn": "2.1.5", "code": 250, "stage": None, "text": "250 2.1.5 Ok"}


def answer(**changes: t.Any) -> dict[str, t.Any]:
    return {**REFUSED, **changes}


UNREACHABLE = answer(code=None, dsn="4.4.1", text="connect to x[192.0.2.1]:25: Connection timed out")
GREYLISTED = answer(code=450, dsn="4.2.0", text="450 4.2.0 Greylisted, try again later")
UNKNOWN = answer(dsn="5.1.1", text="550 5.1.1 User unknown")


@pytest.mark.parametrize(
    ("given", "blocked_at", "verdict", "code"),
    [
        (REFUSED, "RCPT TO", "blocked", "refused"),
        # A hold turns the status, not the text.
        (answer(dsn="4.7.1"), "RCPT TO", "blocked", "refused"),
        (TAKEN, "RCPT TO", "accepting", "accepted"),
        (TAKEN, None, "accepting", "accepted"),
        (TAKEN, "DATA", "inconclusive", "never_gets_there"),
        (TAKEN, "end of DATA", "inconclusive", "never_gets_there"),
        (UNKNOWN, "RCPT TO", "inconclusive", "recipient"),
        (UNKNOWN, None, "inconclusive", "recipient"),
        (UNKNOWN, "MAIL FROM", "accepting", "got_past"),
        (answer(through_relay=True), "RCPT TO", "inconclusive", "through_relay"),
        ({**TAKEN, "through_relay": True}, "RCPT TO", "inconclusive", "through_relay"),
        (answer(status=None, text=""), "RCPT TO", "inconclusive", "no_answer"),
        (UNREACHABLE, None, "inconclusive", "no_reply"),
        (GREYLISTED, None, "inconclusive", "another_refusal"),
    ],
)  # fmt: skip
def test_verdicts(given: dict[str, t.Any], blocked_at: str | None, verdict: str, code: str) -> None:
    found = judge(given, blocked_at=blocked_at)
    assert (found.verdict, found.code) == (verdict, code)
    assert found.en
    assert found.ja


def test_what_the_receiver_says_is_one_printable_line() -> None:
    found = judge(answer(text=FBLW15 + "\x1b[2J\n{{ 7 * 7 }} {said}"))
    assert "\x1b" not in found.en + found.ja
    assert "\n" not in found.en
    assert "{{ 7 * 7 }} {said}" in found.en


def test_both_languages_have_the_same_names() -> None:
    def names(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    def leaves(texts: dict[str, t.Any]) -> t.Iterator[dict[str, str]]:
        for value in texts.values():
            if set(value) == {"en", "ja"}:
                yield value
            else:
                yield from leaves(value)

    found = list(leaves(read(SHIPPED / "texts" / "relay.yml")["texts"]))
    assert found
    assert [one for one in found if names(one["en"]) != names(one["ja"])] == []


@pytest.mark.parametrize(
    ("stages", "latest"),
    [
        ([], None),
        (["RCPT TO"], "RCPT TO"),
        (["RCPT TO", "end of DATA", "greeting"], "end of DATA"),
        (["RCPT TO", None], None),
        (["RCPT TO", "elsewhere"], None),
    ],
)
def test_a_probe_has_to_pass_the_last_stage_at_which_it_was_blocked(stages: list[str], latest: str | None) -> None:
    assert latest_stage(stages) == latest
