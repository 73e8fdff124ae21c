# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read of a plan, a change and the answers of receivers."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._host_report import all_accept, lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

TEXTS = Texts("en", file="hosts")
PLAN = ["--- /etc/postfix/main.cf", "+++ /etc/postfix/main.cf", "@@ -1 +1,2 @@", " a = b", "+smtp_... = ..."]
HOLD: dict[str, t.Any] = {
    "changed": False, "plan": PLAN, "rules": ["microsoft_365/fblw15"], "literals": [], "not_held": [], "left": [],
    "held": {"messages": 0, "oldest_at": None},
}  # fmt: skip
WAITING = {**HOLD, "held": {"messages": 1412, "oldest_at": "2026-11-25T05:04:40+09:00"}}
NOT_HELD = {"finding": "example_net/none/mx1/unclassified", "reason": "no rule knows this reply"}
RELAY = {"changed": True, "plan": PLAN, "relay": {"scope": "destinations", "domains": ["example.com"]}, "left": []}
GONE = {"changed": True, "plan": PLAN, "left": ["/etc/postfix/postmaster-delist/x stays: it is not ours"]}
ACCEPTS = {"verdict": "accepting", "reason": {"en": "It takes mail again", "ja": ""}, "item": {"key": "gmail"}}
LOST = {"unreachable": True, "msg": "no route to host", "item": {"key": "gmail"}}


def test_hosts_of_which_the_same_is_to_be_said_share_a_line() -> None:
    told = lines({"mx1": {"hold": HOLD}, "mx2": {"hold": HOLD}}, TEXTS, planned=True)
    assert told == [
        "PLAN    mx1, mx2: refusals like microsoft_365/fblw15 will wait in the queue",
        "        instead of bouncing",
        "FILES   mx1, mx2: /etc/postfix/main.cf (every line: --check --diff)",
    ]


@pytest.mark.parametrize(
    ("its", "how", "told"),
    [
        ({"hold": {**HOLD, "changed": True}}, {}, [
            "HELD    mx1: refusals like microsoft_365/fblw15 wait in the queue from now on",
        ]),
        ({"hold": HOLD}, {}, ["HELD    mx1: refusals like microsoft_365/fblw15 wait in the queue already"]),
        ({"hold": {**HOLD, "rules": []}}, {}, ["NOTHING mx1: no block that was found here makes mail bounce"]),
        ({"hold": {**HOLD, "rules": [], "not_held": [NOT_HELD]}}, {}, [
            "NOTHING mx1: no block that was found here makes mail bounce",
            "BOUNCES mx1: example_net/none/mx1/unclassified: no rule knows this reply",
        ]),
        ({"relay": RELAY}, {}, ["RELAYS  mx1: example.com through Amazon SES from now on"]),
        ({"relay": GONE, "hold": {**HOLD, "plan": []}}, {"present": False}, [
            "RESTORED mx1: relay is gone, and the files are as they were before it",
            "STAYS   mx1: /etc/postfix/postmaster-delist/x stays: it is not ours",
            "NOTHING mx1: there is no hold of ours",
        ]),
        ({"asked": {"results": [ACCEPTS, LOST, {"skipped": True}]}}, {}, [
            "ACCEPTS mx1 at gmail: It takes mail again", "FAILED  mx1 at gmail: no route to host",
        ]),
        ({"hold": {"failed": True, "msg": "Postfix did not like it"}}, {}, ["FAILED  mx1: Postfix did not like it"]),
        ({"hold": {"skipped": True}, "relay": {}}, {}, []),
    ],
    ids=["held", "again", "nothing", "not held", "relays", "restored", "asked", "failed", "skipped"],
)  # fmt: skip
def test_what_is_said(its: dict[str, t.Any], how: dict[str, bool], told: list[str]) -> None:
    assert lines({"mx1": its}, TEXTS, **how) == told


def test_what_waits_is_counted() -> None:
    assert "WAITS   mx1: 1,412 held messages, the oldest since 2026-11-25T05:04:40+09:00" in lines(
        {"mx1": {"hold": WAITING}}, TEXTS
    )


def test_only_who_was_asked_and_all_of_them_accept() -> None:
    assert all_accept([ACCEPTS, {"skipped": True}])
    assert not all_accept([ACCEPTS, LOST])
    assert not all_accept([])


@pytest.mark.parametrize("language", ["en", "ja"])
def test_many_hosts_and_hostile_words_stay_few_harmless_lines(language: str) -> None:
    hold = {**WAITING, "rules": [f"acme/rule_{number}" for number in range(40)], "literals": ["550 \x1b[31m{x}\n" * 9]}
    told = lines({f"mx{number}.example.jp": {"hold": hold} for number in range(200)}, Texts(language, file="hosts"))
    assert len(told) < 12
    assert all(columns(line) <= 80 and line.isprintable() for line in told)
