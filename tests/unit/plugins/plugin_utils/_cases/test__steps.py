# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said to be due, with the command for it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Setting, step_of, to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import ANSWER, FACTS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    TIMINGS,
    after,
    event,
)

DENIED = event("decided", 3, verdict="denied", sentence="Not qualified for mitigation.", **ANSWER)
SENT = (event("sending", 1, message_id="<1@x>"), event("sent", 2, message_id="<1@x>"))
DRAFT = {"kind": "email", "path": "requests/a.eml", "to": "delist@messaging.microsoft.com"}
ESCALATION = {**DRAFT, "escalation": {"path": "requests/a.escalation.eml", "to": "support@microsoft.com"}}


def command(extra: t.Mapping[str, str]) -> Command:
    return Command((("follow_up",), *(("-e", f"{name}={value}") for name, value in extra.items())))


def setting(record: dict[str, t.Any] | None = None, *, language: str = "en", can_send: bool = False) -> Setting:
    texts = Texts(language, file="cases")
    requests = {CASE: record} if record else {}
    return Setting(after(500), requests, {}, can_send, texts, command, lambda path: f"out/{path}", load())


@pytest.mark.parametrize(
    ("events", "record", "words", "told"),
    [
        ((event("ready", 1),), DRAFT, "delist@messaging.microsoft.com", [f"-e case={CASE} -e event=submitted"]),
        (SENT[:1], DRAFT, "<1@x> may have gone out", ["event=sent", "event=unsent"]),
        (SENT, DRAFT, "No answer in time", ["event=chased"]),
        ((*SENT, DENIED), ESCALATION, "Not qualified for mitigation.", ["event=escalated"]),
        ((*SENT, DENIED), DRAFT, "Ask again by the same way", ["event=escalated"]),
        ((*SENT, event("decided", 3, verdict="removed")), DRAFT, "cases_mailboxes", []),
    ],
    ids=["send", "find out", "chase", "escalate", "no draft", "retest"],
)
def test_each_step_has_its_command(
    events: tuple[t.Any, ...], record: dict[str, t.Any], words: str, told: list[str]
) -> None:
    about = setting(record)
    step = step_of(fold([event("detected", **FACTS), *events], TIMINGS), about)
    data = to_data(step, about)
    assert step.is_due
    assert words in data["what"]
    assert len(data["commands"]) == len(told)
    assert all(part in line for part, line in zip(told, data["commands"], strict=True))


@pytest.mark.parametrize("record", [DRAFT, ESCALATION])
def test_with_a_server_it_is_sent_with_confirm(record: dict[str, t.Any]) -> None:
    events = (*SENT, DENIED) if record is ESCALATION else (event("ready", 1),)
    step = step_of(fold([event("detected", **FACTS), *events], TIMINGS), setting(record, can_send=True))
    assert [one.line() for one in step.commands] == ["follow_up -e confirm=yes"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_screen_has_room_for_all(language: str) -> None:
    about = setting(ESCALATION, language=language)
    step = step_of(fold([event("detected", **FACTS), *SENT, DENIED], TIMINGS), about)
    found = Followed("r", [step] * 40)
    lines = screen(found, texts=about.texts, report="out/cases.md", again=command({})).split("\n")
    assert len(lines) <= 24
    assert all(columns(line) <= 80 for line in lines)
