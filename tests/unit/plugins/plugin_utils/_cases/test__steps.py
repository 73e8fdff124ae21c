# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said to be due, with the command for it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, markdown, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Setting, step_of, to_data
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import ANSWER, FACTS, IP
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    TIMINGS,
    after,
    event,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

DENIED = event("decided", 3, verdict="denied", sentence="Not qualified for mitigation.", **ANSWER)
SENT = (event("sending", 1, message_id="<1@x>"), event("sent", 2, message_id="<1@x>"))
DRAFT = {"kind": "email", "path": "requests/a.eml", "to": "delist@messaging.microsoft.com"}
FORM = {"kind": "form", "path": "requests/a.form.md", "url": "https://help.example/unblock"}
WORDS_MISSING = {**DRAFT, "escalation": {"path": None, "refused": {"code": "new_facts_missing"}}}
REMOVED_AND_TAKEN = (
    *SENT,
    event("decided", 3, verdict="removed", sentence="Removed.", **ANSWER),
    event("probed", 60, outcome="deliverable"),
)
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
        ((event("ready", 1),), FORM, "https://help.example/unblock", [f"-e case={CASE} -e event=submitted"]),
        ((), {"instruction": {"en": "Wait for it.\nMore."}}, "Wait for it.", []),
        ((*SENT, DENIED), WORDS_MISSING, "Not qualified for mitigation.", ["event=escalated"]),
        ((*SENT, event("asked", 3, what="confirm", **ANSWER)), DRAFT, "", ["event=chased"]),
        (REMOVED_AND_TAKEN, DRAFT, IP, []),
    ],
    ids=[
        "send",
        "find out",
        "chase",
        "escalate",
        "no draft",
        "retest",
        "fill in",
        "ask",
        "words missing",
        "confirm",
        "prove",
    ],
)
def test_each_step_has_its_command(
    events: tuple[t.Any, ...], record: dict[str, t.Any], words: str, told: list[str]
) -> None:
    about = setting(record)
    step = step_of(fold([event("detected", **FACTS), *events], TIMINGS), about)
    data = to_data(step, about)
    assert step.is_due
    assert misfits(data, "summary.json#/$defs/case_due") == []
    assert words in data["what"]
    assert len(data["commands"]) == len(told)
    assert all(part in line for part, line in zip(told, data["commands"], strict=True))


@pytest.mark.parametrize("record", [DRAFT, ESCALATION])
def test_with_a_server_it_is_sent_with_confirm(record: dict[str, t.Any]) -> None:
    events = (*SENT, DENIED) if record is ESCALATION else (event("ready", 1),)
    step = step_of(fold([event("detected", **FACTS), *events], TIMINGS), setting(record, can_send=True))
    assert [one.line() for one in step.commands] == ["follow_up -e confirm=yes"]


def test_what_a_command_does_not_repeat_is_named() -> None:
    about = setting(DRAFT)._replace(command=lambda extra: command(extra)._replace(left_out=("cases_ledger",)))
    step = step_of(fold([event("detected", **FACTS), event("ready", 1)], TIMINGS), about)
    found = Followed("r", [step])
    lines = screen(found, texts=about.texts, report="out/cases.md", again=about.command({})).split("\n")
    assert [line.strip() for line in lines].count("(add what it does not repeat: cases_ledger)") == 2
    assert "(add what it does not repeat: cases_ledger)" in markdown(found, texts=about.texts)


def test_a_draft_that_this_run_has_not_written_has_no_path() -> None:
    about = setting()._replace(shown=lambda path: None)
    ready = event("ready", 1, to="a@x", path="requests/a.eml")
    step = step_of(fold([event("detected", **FACTS), ready], TIMINGS), about)
    assert (step.path, step.is_due) == (None, True)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_screen_has_room_for_all(language: str) -> None:
    about = setting(ESCALATION, language=language)
    step = step_of(fold([event("detected", **FACTS), *SENT, DENIED], TIMINGS), about)
    found = Followed("r", [step] * 40)
    lines = screen(found, texts=about.texts, report="out/cases.md", again=command({})).split("\n")
    assert len(lines) <= 24
    assert all(columns(line) <= 80 for line in lines)
