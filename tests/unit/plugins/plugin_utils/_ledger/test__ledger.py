# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on a real SQLite, and on a real PostgreSQL where that is installed."""

from __future__ import annotations

import datetime
import stat
import typing as t
from pathlib import Path

import pytest
import sqlalchemy as sa

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _tables as tables
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._exchange import export_lines, import_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Conflict, Ledger, LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._opening import open_case
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import case_reference
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    START,
    TIMINGS,
    after,
    event,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import finding

Urls = t.Callable[[], str]


@pytest.fixture
def ledger(fresh_url: Urls) -> t.Iterator[Ledger]:
    with open_ledger(fresh_url(), TIMINGS, now=START) as opened:
        yield opened


def filled(ledger: Ledger, *events: Event) -> Ledger:
    for number, one in enumerate(events):
        ledger.append(one, after=number)
    return ledger


def test_what_was_written_is_read_by_the_next(fresh_url: Urls) -> None:
    url = fresh_url()
    events = (event("detected"), event("ready", 1, to="delist@example.org"), event("note", 2, text="猫\N{SNOWMAN}"))
    with open_ledger(url, TIMINGS, now=START) as first:
        filled(first, *events)
    with open_ledger(url, TIMINGS, now=after(1)) as second:
        read = second.read(CASE)
        assert (read.events, read.sequence) == (events, 3)
        assert second.case(CASE).state == "ready"


def test_who_has_not_read_the_last_event_may_not_write(ledger: Ledger) -> None:
    filled(ledger, event("detected"), event("ready", 1))
    with pytest.raises(Conflict, match="has 2 events, not 1"):
        ledger.append(event("submitted", 2), after=1)
    assert ledger.read(CASE).sequence == 2


def test_an_impossible_step_is_refused_with_the_reason(ledger: Ledger) -> None:
    filled(ledger, event("detected"))
    with pytest.raises(LedgerError, match="decided is not possible while the case is detected"):
        ledger.append(event("decided", 1), after=1)
    with pytest.raises(LedgerError, match="There is no case PD-2 in the ledger, so note is not possible"):
        ledger.append(event("note", case="PD-2"), after=0)
    with pytest.raises(LedgerError, match="There is no case PD-2 in the ledger"):
        ledger.case("PD-2")


def test_a_clock_that_is_behind_does_not_turn_the_order_around(ledger: Ledger) -> None:
    filled(ledger, event("detected", 10), event("ready", 3), event("submitted", 2))
    kinds = [one.kind for one in ledger.read(CASE).events]
    assert kinds == ["detected", "ready", "submitted"]
    assert ledger.case(CASE).state == "submitted"


@pytest.mark.parametrize("statement", ["UPDATE delist_events SET actor = 'x'", "DELETE FROM delist_events"])
def test_the_database_itself_refuses_to_change_what_was_written(fresh_url: Urls, statement: str) -> None:
    url = fresh_url()
    with open_ledger(url, TIMINGS, now=START) as ledger:
        filled(ledger, event("detected"))
    with tables.engine(url).connect() as connection, pytest.raises(sa.exc.DatabaseError, match="only appends"):
        connection.execute(sa.text(statement))


def test_due_is_what_lies_before_the_moment_the_longest_overdue_first(ledger: Ledger) -> None:
    for number, hours in enumerate([5, 1, 3]):
        case = f"PD-{number}"
        ledger.append(event("detected", hours, case=case), after=0)
    ledger.append(event("submitted", 4, case="PD-2"), after=1)
    assert [(due.case, due.due, due.due_at) for due in ledger.due(after(6))] == [
        ("PD-1", "ask", after(1)),
        ("PD-0", "ask", after(5)),
    ]
    assert ledger.due(after(4 + 72))[-1].due == "chase"


def test_the_cases_are_listed_the_oldest_first(ledger: Ledger) -> None:
    for case, hours in (("PD-B", 2), ("PD-A", 3), ("PD-C", 1)):
        ledger.append(event("detected", hours, case=case, finding=f"x/ip/{case}/y"), after=0)
    ledger.append(event("expired", 4, case="PD-B"), after=1)
    assert ledger.case_ids() == ["PD-C", "PD-B", "PD-A"]
    assert ledger.case_ids(open_only=True) == ["PD-C", "PD-A"]
    assert ledger.case_ids(finding="x/ip/PD-A/y") == ["PD-A"]


def test_a_newer_version_of_the_tables_is_left_alone(fresh_url: Urls) -> None:
    url = fresh_url()
    with open_ledger(url, TIMINGS, now=START):
        pass
    with tables.engine(url).begin() as connection:
        connection.execute(sa.insert(tables.tables().schema).values(version=99, since="later"))
    with pytest.raises(LedgerError, match="version 99, this collection knows 2"), open_ledger(url, TIMINGS, now=START):
        pass


def test_an_export_goes_into_another_database_and_a_second_time_changes_nothing(fresh_url: Urls) -> None:
    with open_ledger(fresh_url(), TIMINGS, now=START) as first, open_ledger(fresh_url(), TIMINGS, now=START) as second:
        filled(first, event("detected"), event("ready", 1), event("submitted", 2))
        first.append(event("detected", 1, case="PD-2"), after=0)
        lines = list(export_lines(first))
        assert import_lines(second, lines) == 4
        assert import_lines(second, lines) == 0
        assert list(export_lines(second)) == lines
        assert [second.case(name) for name in second.case_ids()] == [first.case(name) for name in first.case_ids()]


def test_two_ledgers_that_went_on_apart_merge_to_the_same(fresh_url: Urls) -> None:
    with open_ledger(fresh_url(), TIMINGS, now=START) as left, open_ledger(fresh_url(), TIMINGS, now=START) as right:
        filled(left, event("detected"))
        import_lines(right, export_lines(left))
        left.append(event("submitted", 1, by="kim"), after=1)
        left.append(event("acknowledged", 5, tickets=["1"]), after=2)
        right.append(event("note", 2, text="on the phone"), after=1)
        right.append(event("submitted", 3, by="lee"), after=2)
        import_lines(left, list(export_lines(right)))
        import_lines(right, list(export_lines(left)))
        assert left.case(CASE) == right.case(CASE)
        assert [one.kind for one in left.read(CASE).events] == [
            "detected", "submitted", "note", "submitted", "acknowledged",
        ]  # fmt: skip
        assert [entry["kind"] for entry in left.case(CASE).ignored] == ["submitted"]
        assert left.due(after(1000)) == right.due(after(1000))


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"id": "x"}', "[" * 100_000])
def test_a_line_that_is_no_event_is_named_and_nothing_is_added(ledger: Ledger, line: str) -> None:
    good = next(export_lines(filled(ledger, event("detected"))))
    with pytest.raises(LedgerError, match="Line 2 of the export"):
        import_lines(ledger, [good.replace(CASE, "PD-9").replace(ledger.read(CASE).events[0].id, "0" * 32), line])
    assert ledger.case_ids() == [CASE]


def test_the_same_finding_has_the_same_case(ledger: Ledger) -> None:
    case, written = open_case(ledger, finding(), run_id="r1", actor="a", now=START)
    assert (case.state, written) == ("detected", True)
    assert case.id == case_reference(finding()["id"])
    again, written = open_case(ledger, finding(), run_id="r2", actor="b", now=after(1))
    assert (again, written) == (case, False)


def test_news_of_an_open_case_are_noted(ledger: Ledger) -> None:
    open_case(ledger, finding(), run_id="r1", actor="a", now=START)
    later = finding(last_at="2026-11-24T11:00:00+09:00", counts={"bounced": 500})
    case, written = open_case(ledger, later, run_id="r2", actor="a", now=after(1))
    assert written
    assert case.facts["counts"] == {"bounced": 500}


def test_a_relapse_is_a_new_case_linked_to_the_old_one(ledger: Ledger) -> None:
    case, _written = open_case(ledger, finding(), run_id="r1", actor="a", now=START)
    for number, (kind, data) in enumerate(
        [("submitted", {}), ("delivered", {"at": "2026-11-24T10:00:00+09:00"})], start=1
    ):
        ledger.append(event(kind, number, case=case.id, **data), after=number)
    same, written = open_case(ledger, finding(), run_id="r2", actor="a", now=after(3))
    assert (same.id, same.state, written) == (case.id, "closed", False)
    relapse = finding(last_at="2026-11-26T10:00:00+09:00")
    new, written = open_case(ledger, relapse, run_id="r3", actor="a", now=after(60))
    assert (new.state, new.facts["relapse_of"], written) == ("detected", case.id, True)
    assert new.id != case.id
    assert open_case(ledger, relapse, run_id="r4", actor="a", now=after(61)) == (new, False)


def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    with open_ledger(f"sqlite:///{tmp_path}/deep/ledger.sqlite3", TIMINGS, now=START):
        for path in (tmp_path / "deep").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://root:secret@localhost/x", "not in mysql"),
        ("sqlite://", "in memory would be lost"),
        ("postgresql+psycopg://delist:secret@/x?host=/nowhere", "cannot be used|needs psycopg"),
        ("sqlite:////proc/nowhere/ledger", "cannot be made"),
    ],
)
def test_a_ledger_that_cannot_be_had_says_why_and_no_secret(url: str, why: str) -> None:
    with pytest.raises(LedgerError, match=why) as raised, open_ledger(url, TIMINGS, now=START):
        pass
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerError, match="not a database"), open_ledger(f"sqlite:///{path}", TIMINGS, now=START):
        pass
    assert path.read_bytes() == b"no database" * 1000


def test_times_are_kept_to_the_microsecond_whatever_their_zone(ledger: Ledger) -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    at = datetime.datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=tokyo)
    filled(ledger, Event(id="0", case=CASE, at=at, actor="a", kind="detected", data={"finding": "f"}))
    assert ledger.read(CASE).events[0].at == at


def test_without_sqlalchemy_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MISSING", "No module named 'sqlalchemy'")
    opening = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3", TIMINGS, now=START)
    with pytest.raises(LedgerError, match=r"No module named 'sqlalchemy'\): pip install 'SQLAlchemy>=2\.0'"), opening:
        pass
