# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody sees of the cases who is looking for one of them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, markdown, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Step
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS, IP, followed
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import CASE, TIMINGS, event

LONG = {"title": {"en": "Microsoft 365 (Exchange Online Protection): IP address on the receiver's own block list"}}
NOWHERE = {"subject": {"kind": "none", "value": None}, "egress_ip": None}
TEXTS = Texts("en", file="cases")


def told(found: Followed) -> list[str]:
    return screen(found, texts=TEXTS, report="out/cases.md", again=Command((("follow_up",),))).split("\n")


def waiting(**facts: t.Any) -> Step:
    return Step(fold([event("detected", 0, **{**FACTS, **LONG, **facts}), event("submitted", 1)], TIMINGS), False, "")


@pytest.mark.parametrize(("facts", "subject"), [({}, IP), (NOWHERE, "mx1, mx2")], ids=["address", "hosts alone"])
def test_a_long_title_leaves_what_is_blocked(facts: dict[str, t.Any], subject: str) -> None:
    step = waiting(**facts)
    assert any(line.startswith(f"{CASE} {subject} Microsoft 365: IP") for line in told(Followed("r", [step])))
    assert f"{CASE} {subject} Microsoft 365" in markdown(Followed("r", [step]), texts=TEXTS)


def test_a_closed_case_says_what_was_blocked() -> None:
    case = followed(facts=LONG).case
    assert case is not None
    lines = told(Followed("r", [], closed=[case]))
    assert any(line.startswith(f"CLOSED  {CASE} {IP} Microsoft 365: IP address") for line in lines)


def test_who_waits_sees_until_when() -> None:
    below = told(Followed("r", [waiting()]))[2]
    assert "since 11-2" in below
    assert "due 11-2" in below
