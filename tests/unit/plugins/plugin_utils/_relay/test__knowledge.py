# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import PATH, for_hosts, relay


def test_the_file_is_as_its_schema_says() -> None:
    check.document("relay", read_with_lines(PATH))


def test_sources_are_there() -> None:
    known = relay()
    parts = [known["endpoint"], known["price"], known["sandbox"], *known["hold"], *known["stays_hard"]]
    assert {key for part in parts for key in part["sources"]} <= set(known["sources"])


def held_by(text: str) -> list[str]:
    return [entry["id"] for entry in relay()["hold"] if entry["says"].lower() in text.lower()]


@pytest.mark.parametrize("entry", relay()["hold"], ids=lambda entry: entry["id"])
def test_each_literal_holds_its_own_answers_and_no_other_does(entry: dict[str, t.Any]) -> None:
    answers = [*entry["replies"], *(entry.get("by_postfix") or ())]
    assert answers
    assert {tuple(held_by(answer)) for answer in answers} == {(entry["id"],)}


def test_what_is_the_recipients_fault_is_told_apart() -> None:
    hard = [literal.lower() for literal in for_hosts()["stays_hard"]]
    for text in for_hosts()["must_hold"]:
        assert not any(literal in text.lower() for literal in hard)
    for text in for_hosts()["must_not_hold"]:
        assert any(literal in text.lower() for literal in hard)
        assert held_by(text) == []


def test_no_cause_both_helps_and_harms() -> None:
    assert not set(relay()["helps"]) & set(relay()["red"])


def test_hosts_get_plain_data_with_texts_as_postfix_writes_them() -> None:
    data = for_hosts()
    assert json.loads(json.dumps(data)) == data
    assert "501 Invalid MAIL FROM address provided" in data["must_hold"][0]
    assert all("{host}[" in text for text in data["must_hold"] + data["must_not_hold"])
    assert all(text.startswith("5.") for text in data["must_hold"] + data["must_not_hold"])
