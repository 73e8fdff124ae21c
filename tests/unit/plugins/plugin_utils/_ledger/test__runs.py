# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What audits found, kept in a real SQLite, and in a real PostgreSQL where that is installed."""

from __future__ import annotations

import typing as t

import pytest
import sqlalchemy as sa

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _tables as tables
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Run, Runs
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    START,
    TIMINGS,
    after,
    event,
)

Urls = t.Callable[[], str]


def run(hours: float, *hosts: str) -> Run:
    return Run(run_id=f"night-{hours:.0f}", at=after(hours), actor="tester", data={"hosts": list(hosts or ("mx1",))})


def concern(name: str, state: str = "new") -> dict[str, str]:
    return {"id": name, "state": state}


def opened(url: str, *, dry_run: bool = False) -> t.ContextManager[t.Any]:
    return open_ledger(url, TIMINGS, now=START, dry_run=dry_run)


def test_the_last_word_on_each_concern_counts(fresh_url: Urls) -> None:
    with opened(fresh_url()) as ledger:
        runs = Runs(ledger)
        assert runs.open_concerns() == {}
        assert runs.remember(run(1), [concern("a"), concern("b"), concern("c")])
        assert runs.remember(run(2), [concern("a", "still"), concern("b", "cleared"), concern("c", "unknown_now")])
        assert runs.remember(run(3, "mx2"), [concern("d")])
        states = {name: data["state"] for name, data in runs.open_concerns().items()}
        assert states == {"a": "still", "c": "unknown_now", "d": "new"}
        assert [found.run_id for found in runs.runs(since=after(2))] == ["night-3", "night-2"]
        assert runs.runs(since=after(0))[-1] == run(1)


def test_the_same_run_is_kept_once(fresh_url: Urls) -> None:
    with opened(fresh_url()) as ledger:
        runs = Runs(ledger)
        assert runs.remember(run(1), [concern("a")])
        assert not runs.remember(run(1), [concern("a", "cleared")])
        assert set(runs.open_concerns()) == {"a"}
        assert len(runs.runs(since=START)) == 1


def test_slices_of_one_night_do_not_forget_what_the_others_found(fresh_url: Urls) -> None:
    url = fresh_url()
    with opened(url) as one, opened(url) as other:
        Runs(one).remember(run(1, "mx1"), [concern("lint/mx1/x")])
        Runs(other).remember(run(1, "mx2"), [concern("lint/mx2/x")])
        assert set(Runs(one).open_concerns()) == {"lint/mx1/x", "lint/mx2/x"}


def test_nothing_is_changed_or_taken_back(fresh_url: Urls) -> None:
    url = fresh_url()
    with opened(url) as ledger:
        Runs(ledger).remember(run(1), [concern("a")])
    for table in (tables.tables().runs, tables.tables().concerns):
        for statement in (sa.delete(table), sa.update(table).values(data="{}")):
            with pytest.raises(sa.exc.DBAPIError, match="only appends"), tables.engine(url).begin() as connection:
                connection.execute(statement)


def test_a_ledger_of_the_first_version_is_brought_up_to_date_with_its_cases(fresh_url: Urls) -> None:
    url = fresh_url()
    schema, events = tables.tables().schema, tables.tables().events
    with opened(url) as ledger:
        ledger.append(event("detected"), after=0)
    with tables.engine(url).begin() as connection:
        for table in (tables.tables().runs, tables.tables().concerns):
            table.drop(connection)
        connection.execute(sa.update(schema).values(version=1))
        assert not sa.inspect(connection).has_table("delist_runs")
    with opened(url, dry_run=True) as ledger:
        assert Runs(ledger).open_concerns() == {}
        assert Runs(ledger).remember(run(1), [concern("a")])
        assert ledger.case(CASE).state == "detected"
    with tables.engine(url).begin() as connection:
        assert connection.scalar(sa.select(sa.func.max(schema.c.version))) == 1
    with opened(url) as ledger:
        assert Runs(ledger).remember(run(1), [concern("a")])
        assert ledger.case(CASE).state == "detected"
    with tables.engine(url).begin() as connection:
        assert list(connection.scalars(sa.select(schema.c.version).order_by(schema.c.version))) == [1, 2]
        assert connection.scalar(sa.select(sa.func.count()).select_from(events)) == 1


def test_a_dry_run_writes_nothing(fresh_url: Urls) -> None:
    url = fresh_url()
    with opened(url) as ledger:
        Runs(ledger).remember(run(1), [concern("a")])
    with opened(url, dry_run=True) as ledger:
        assert Runs(ledger).remember(run(2), [concern("b")])
        assert set(Runs(ledger).open_concerns()) == {"a"}


def test_parts_of_a_night_are_not_nights_before_it(fresh_url: Urls) -> None:
    with opened(fresh_url()) as ledger:
        runs = Runs(ledger)
        runs.remember(run(1), [concern("a"), concern("b")])
        runs.remember(run(2, "mx1"), [concern("a", "cleared"), concern("c")])
        assert set(runs.open_concerns(without=["night-2"])) == {"a", "b"}
        assert [found.run_id for found in runs.runs(since=START, without=["night-2", "night-9"])] == ["night-1"]
