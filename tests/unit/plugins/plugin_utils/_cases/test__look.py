# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who only looks for open cases makes no ledger, and fails by none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._look import open_cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import NOW

LOOK = f"""
import datetime, sys
from {open_cases.__module__} import open_cases
assert open_cases(None, ["mx1"], now=datetime.datetime.now(datetime.timezone.utc)) == ([], "")
assert "sqlalchemy" not in sys.modules
"""


def test_where_there_is_no_ledger_none_is_made_and_nothing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    subprocess.run([sys.executable, "-c", LOOK], check=True)
    assert list(tmp_path.iterdir()) == []


def test_the_open_cases_of_these_hosts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    with open_ledger(url, TIMINGS, now=NOW) as ledger:
        for number, hosts in enumerate((["mx1", "mx2"], ["mx3"])):
            name = f"PD-{number:010X}"
            ledger.append(new(name, "detected", {"finding": name, "hosts": hosts}, at=NOW, actor="x"), after=0)
    cases, reason = open_cases(url, ["mx2"], now=NOW)
    assert ([case.id for case in cases], reason) == (["PD-0000000000"], "")


def test_a_ledger_that_cannot_be_read_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"this is no database, and never was one" * 100)
    cases, reason = open_cases(f"sqlite:///{tmp_path}/ledger.sqlite3", ["mx1"], now=NOW)
    assert cases == []
    assert "The ledger cannot be used" in reason
