# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _queue
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _queue_held as held
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._durations import seconds
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Done, Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._queue_release import Released, release

SAID = "host mx.example[192.0.2.1] said: {reply} (in reply to RCPT TO command)"
BLOCK = SAID.format(reply="550 5.7.1 Client host [203.0.113.{n}] blocked using FBLW15")
GREY = "host mx.other.example[192.0.2.2] said: 450 4.2.0 Greylisted, user a@other.example (in reply to RCPT TO command)"
SIGNATURE = "550 5.7.1 Client host [*] blocked using FBLW15"


def message(queue_id, *recipients, arrival=1000, queue="deferred"):
    return {
        "queue_id": queue_id,
        "queue_name": queue,
        "arrival_time": arrival,
        "recipients": [{"address": address, "delay_reason": reason} for address, reason in recipients],
    }


MESSAGES = [
    message("AAAAA1", ("a@outlook.com", BLOCK.format(n=7)), arrival=2000),
    message("AAAAA2", ("b@outlook.com", BLOCK.format(n=9)), ("c@Contoso.com", BLOCK.format(n=9)), arrival=1000),
    message("AAAAA3", ("a@other.example", GREY)),
    message("AAAAA4", ("d@outlook.com", BLOCK.format(n=7)), queue="active"),
    message("AAAAA5", ("e@outlook.com", ""), queue="hold", arrival=10),
    message("; rm -rf", ("f@outlook.com", "")),
    {"queue_id": 7, "recipients": None},
    message("AAAAA6"),
]


def survey(signatures=(), domains=(), queue_ids=()):
    return held.survey(MESSAGES, held.Selection.of(signatures, domains, queue_ids))


def test_mail_is_grouped_by_the_reply_that_holds_it():
    found = survey()
    assert (found.messages, found.deferred, found.on_hold, found.oldest) == (6, 4, 1, 1000)
    block, grey = found.groups
    assert block["signature"] == SIGNATURE
    assert (block["messages"], block["recipients"], block["relay_host"]) == (2, 3, "mx.example")
    assert block["recipient_domains"] == {"contoso.com": 1, "outlook.com": 2}
    assert block["stage"] == "RCPT TO"
    assert "a@other.example" not in json.dumps(grey)


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        ({}, ["AAAAA2", "AAAAA3", "AAAAA1"]),
        ({"signatures": [SIGNATURE]}, ["AAAAA2", "AAAAA1"]),
        ({"signatures": ["550 5.7.1 Client host [198.51.100.1] blocked using FBLW15"]}, ["AAAAA2", "AAAAA1"]),
        ({"domains": ["Outlook.com"]}, ["AAAAA2", "AAAAA1"]),
        ({"domains": ["contoso.com"], "signatures": [SIGNATURE]}, ["AAAAA2"]),
        ({"queue_ids": ["AAAAA1", "AAAAA4", "AAAAA5"]}, ["AAAAA1"]),
        ({"domains": ["nowhere.example"]}, []),
    ],
)
def test_what_is_chosen_fits_all_that_is_given_oldest_first(selection, ids):
    assert survey(**selection).ids == ids


class Clock:
    """Time that passes only by sleeping and by running programs."""

    def __init__(self, cost=0.0):
        self.now, self.cost, self.calls = 100.0, cost, []

    def sleep(self, duration):
        self.now += duration

    def run(self, command, stdin, timeout):
        self.now += self.cost
        self.calls.append((round(self.now, 3), command[-1]))
        failed = command[-1] == "BAD00"
        return Done(int(failed), "", "postqueue: fatal: no such message\n" if failed else "")


@pytest.fixture
def postfix(tmp_path):
    def make(clock):
        (tmp_path / "main.cf").write_text("", encoding="utf-8")
        return Postfix(str(tmp_path), run=clock.run)

    return make


def let_go(postfix, clock, ids, **options):
    return release(postfix(clock), ids, clock=lambda: clock.now, sleep=clock.sleep, **options)


def test_messages_go_one_by_one_at_the_rate(postfix):
    clock = Clock(cost=0.1)
    done = let_go(postfix, clock, ["AAAAA1", "AAAAA2", "AAAAA3"], rate=0.5, max_seconds=60)
    assert done == Released(["AAAAA1", "AAAAA2", "AAAAA3"], [], [])
    assert clock.calls == [(100.1, "AAAAA1"), (102.1, "AAAAA2"), (104.1, "AAAAA3")]


def test_what_has_no_time_is_left_and_what_fails_is_named(postfix):
    done = let_go(postfix, Clock(), ["BAD00", "AAAAA2", "AAAAA3", "AAAAA4"], rate=1, max_seconds=2)
    assert done.ids == ["AAAAA2", "AAAAA3"]
    assert done.left == ["AAAAA4"]
    assert done.refused == [{"queue_id": "BAD00", "said": "postqueue: fatal: no such message"}]


@pytest.mark.parametrize("options", [{"rate": 0.0}, {"max_seconds": -1}, {"release": True}])
def test_what_to_release_and_how_fast_must_be_said(options):
    defaults = {name: option.get("default") for name, option in _queue.OPTIONS.items()}
    with pytest.raises(ValueError, match=r"Say what|must be more"):
        _queue.run({**defaults, **options}, check_mode=False)


@pytest.mark.parametrize(
    ("value", "expected"), [("5d", 432000), ("5", 432000), ("90m", 5400), (" 10s ", 10), ("2w", 1209600)]
)
def test_durations(value, expected):
    assert seconds(value, default_unit="d") == expected


@pytest.mark.parametrize("value", ["", "d", "5y", "-1d", "$x"])
def test_what_is_no_duration(value):
    with pytest.raises(ValueError, match="no duration"):
        seconds(value, default_unit="d")
