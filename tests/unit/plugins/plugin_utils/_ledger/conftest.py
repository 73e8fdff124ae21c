# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Databases for the tests of the ledger: a real SQLite, and a real PostgreSQL where that is installed."""

from __future__ import annotations

import itertools
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import postgresql

Urls = t.Callable[[], str]


@pytest.fixture(scope="session")
def _server() -> t.Iterator[t.Callable[[str], str]]:
    if postgresql.PROGRAMS is None:
        pytest.skip(postgresql.WHY_NOT)
    with postgresql.serving() as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> Urls:
    """Each call gives the URL of another empty database."""
    numbers = itertools.count()
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}/ledger.sqlite3"
    database = request.getfixturevalue("_server")
    return lambda: database(f"t{os.getpid()}_{abs(hash(request.node.nodeid))}_{next(numbers)}")
