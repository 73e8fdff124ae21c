# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tools/galaxy.py makes of what galaxy-importer says."""

from __future__ import annotations

import types
import typing as t

import pytest

GOOD = "Loading role hold\nCollection loading complete\nImporter processing completed successfully\n"


@pytest.fixture
def galaxy(tool: t.Callable[[str], types.ModuleType]) -> types.ModuleType:
    return tool("galaxy")


def test_a_clean_import_has_no_complaints(galaxy: types.ModuleType) -> None:
    assert galaxy.complaints(GOOD, 0) == []


def test_a_warning_is_one(galaxy: types.ModuleType) -> None:
    warning = "WARNING: changelogs/fragments/playbooks.yml:2:1: syntax-check[specific][/]: ..."

    assert galaxy.complaints(f"Importing\n{warning}\n{GOOD}", 0) == [warning]


@pytest.mark.parametrize(
    ("said", "code"), [("Traceback\nImporterError: no readme", 1), ("stopped half-way", 0), (GOOD, 1)]
)
def test_an_import_that_did_not_come_to_its_end_is_one(galaxy: types.ModuleType, said: str, code: int) -> None:
    assert galaxy.complaints(said, code) == said.splitlines()
