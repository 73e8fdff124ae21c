# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many writers at once on one ledger: nothing lost, nothing doubled, whoever is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.tests.integration import ledger_writers as writers
from ansible_collections.postmaster.delist.tests.integration import postgresql
from ansible_collections.postmaster.delist.tests.integration.harness import ROOT
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import START, TIMINGS

WRITERS = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> t.Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/ledger.sqlite3"
    elif postgresql.PROGRAMS is None:
        pytest.skip(postgresql.WHY_NOT)
    else:
        with postgresql.serving() as database:
            yield database("ledger")


@pytest.mark.parametrize("events", [10, pytest.param(250, marks=pytest.mark.nightly)])
def test_no_event_is_lost_or_doubled(url: str, events: int, tmp_path: Path) -> None:
    program = [sys.executable, writers.__file__, url, str(WRITERS), str(events), str(tmp_path), "1"]
    path = os.pathsep.join([str(ROOT / ".collections"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        program, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=700
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0, "nobody was killed"
    with open_ledger(url, TIMINGS, now=START) as ledger:
        kept: list[Event] = []
        for case_id in ledger.case_ids():
            seen = ledger.read(case_id)
            assert seen.case is not None
            assert seen.sequence == len(seen.events)
            assert [event for event in seen.events if event.kind == "detected"] == [seen.events[0]]
            assert seen.case.ignored == []
            kept += seen.events
    assert sorted(event.id for event in kept) == sorted(
        writers.event_id(writer, number) for writer in range(WRITERS) for number in range(events)
    )
