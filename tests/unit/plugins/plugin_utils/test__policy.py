# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import Rules, judge
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy_accepted import AcceptedError, read
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.audit_factory import concern

TODAY = datetime.date(2026, 11, 24)
ENTRY = "{id: lint/mx1/a, reason: ordered, owner: kenzo, expires: 2027-01-31}"


def row(key: str = "mx1/a", state: str = "new", *, baseline: bool = False, **more: t.Any) -> dict[str, t.Any]:
    return {**concern(key, **more).data(), "state": state, "baseline": baseline}


def accepted(tmp_path: Path, *entries: str) -> t.Any:
    path = tmp_path / "accepted.yml"
    path.write_text("schema: 1\naccepted:\n" + "".join(f"  - {entry}\n" for entry in entries), encoding="utf-8")
    return read(path)


def refused(*rows: t.Mapping[str, t.Any], **rules: t.Any) -> dict[str, list[str]]:
    found = judge(rows, Rules(**rules), today=TODAY).refused
    return {code: [one["id"] for one in concerns] for code, concerns in found.items()}


def test_each_code_weighs_its_own() -> None:
    rows = [
        row("mx1/a"),
        row("mx1/b", "still", severity="critical"),
        row("mx1/c", "still", overdue=True),
        row("mx1/d", "still"),
        row("mx1/e", "cleared", severity="critical"),
    ]
    assert refused(*rows) == {"new": ["lint/mx1/a"], "critical": ["lint/mx1/b"], "overdue": ["lint/mx1/c"]}
    assert refused(*rows, fail_on=["overdue"]) == {"overdue": ["lint/mx1/c"]}
    assert refused(*rows, fail_on=[]) == {}


def test_what_is_grave_and_cannot_be_looked_at_is_not_over() -> None:
    assert refused(row("mx1/a", "unknown_now", severity="critical")) == {"critical": ["lint/mx1/a"]}


def test_information_and_baseline_fail_nothing() -> None:
    assert refused(row(severity="info"), row("mx1/b", severity="critical", baseline=True)) == {}


def test_what_is_accepted_fails_nothing_and_is_told(tmp_path: Path) -> None:
    found = judge([row(severity="critical")], Rules(accepted=accepted(tmp_path, ENTRY)), today=TODAY)
    assert (found.refused, found.remove) == ({}, [])
    assert found.concerns[0]["accepted"] == {
        "id": "lint/mx1/a",
        "reason": "ordered",
        "owner": "kenzo",
        "expires": "2027-01-31",
        "line": 3,
    }


def test_an_entry_must_fit_in_all_that_it_names(tmp_path: Path) -> None:
    entries = accepted(tmp_path, "{check: lint, host: mx2, reason: ordered, owner: kenzo, expires: 2027-01-31}")
    assert judge([row()], Rules(accepted=entries), today=TODAY).refused
    assert not judge([row("x", hosts=("mx1", "mx2"))], Rules(accepted=entries), today=TODAY).refused


def test_an_entry_does_not_accept_what_is_overdue_unless_it_says_so(tmp_path: Path) -> None:
    late = row(state="still", overdue=True)
    found = judge([late], Rules(accepted=accepted(tmp_path, ENTRY)), today=TODAY)
    assert (list(found.refused), found.remove) == (["overdue"], [])
    entries = accepted(tmp_path, ENTRY.replace("}", ", overdue: true}"))
    assert judge([late], Rules(accepted=entries), today=TODAY).refused == {}


@pytest.mark.parametrize(
    ("today", "counts", "told"),
    [
        (datetime.date(2027, 1, 1), True, "nothing"),
        (datetime.date(2027, 1, 20), True, "expiring"),
        (datetime.date(2027, 1, 31), True, "expiring"),
        (datetime.date(2027, 2, 1), False, "expired"),
    ],
)
def test_an_entry_ends(tmp_path: Path, today: datetime.date, counts: bool, told: str) -> None:
    found = judge([row()], Rules(accepted=accepted(tmp_path, ENTRY)), today=today)
    assert bool(found.refused) is not counts
    assert [name for name in ("expired", "expiring") if getattr(found, name)] == ([told] if told != "nothing" else [])


def test_an_entry_that_nothing_is_left_of_is_to_be_removed(tmp_path: Path) -> None:
    rules = Rules(accepted=accepted(tmp_path, ENTRY))
    assert [entry.line for entry in judge([row(state="cleared")], rules, today=TODAY).remove] == [3]
    assert judge([], rules, today=TODAY, elsewhere=[row(state="still")]).remove == []
    assert judge([row(state="unknown_now")], rules, today=TODAY).remove == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: x, owner: kenzo, expires: 2027-01-31}", r":3: accepted\[0\]: .*'reason' is a required property"),
        ("{reason: why, owner: kenzo, expires: 2027-01-31}", r":3: accepted\[0\]: "),
        ("{id: x, reason: why, owner: kenzo, expires: soon}", r":3: accepted\[0\].expires: the last day"),
        ("{id: x, reason: why, owner: kenzo, expires: 2027-02-30}", r":3: accepted\[0\].expires: a day such as"),
        ("{id: x, reason: why, owner: kenzo, expires: 2027-01-31, mute: true}", r":3: accepted\[0\].*mute"),
        ("{check: nonsense, reason: why, owner: kenzo, expires: 2027-01-31}", r":3: accepted\[0\].check"),
        ("nonsense", r":3: accepted\[0\]: an entry with reason"),
        ("[", r"accepted.yml:\d+: "),
    ],
)
def test_a_bad_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AcceptedError, match=said):
        accepted(tmp_path, text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AcceptedError, match=r"none\.yml: a readable file was expected"):
        read(tmp_path / "none.yml")
