# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What make matrix would try, and that its page claims nothing that did not run."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = "# text\nansible-core>=2.19,<2.21\ndnspython>=2.3,<3\nSQLAlchemy>=2.0,<3\n"


def test_each_core_meets_each_python_and_the_edges_have_the_oldest_packages(tool):
    cells = tool("matrix").cells([(3, 13), (3, 11)], REQUIREMENTS)
    newest = [(cell.python, *cell.wanted) for cell in cells if cell.packages == "newest"]
    assert newest == [((3, minor), f"ansible-core==2.{core}.*") for core in (19, 20) for minor in (11, 13)]
    oldest, mixed = cells[len(newest) :]
    assert (oldest.python, oldest.wanted) == ((3, 11), ("ansible-core==2.19", "dnspython==2.3", "SQLAlchemy==2.0"))
    assert (mixed.python, mixed.wanted) == ((3, 13), ("dnspython==2.3.*", "SQLAlchemy==2.0.*"))
    assert len({cell.venv for cell in cells}) == len(cells)


def test_the_requirements_can_be_read(tool):
    ranges = tool("matrix").ranges((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert {"ansible-core", "dnspython", "SQLAlchemy"} <= set(ranges)


def test_counts_are_those_of_the_run(tool, tmp_path):
    junit = tmp_path / "x.xml"
    junit.write_text(
        '<testsuites><testsuite tests="9" skipped="2" failures="1" errors="1"/></testsuites>', encoding="utf-8"
    )
    assert str(tool("matrix_page").counts(junit)) == "5 + 2, 2 failed"


@pytest.mark.parametrize("text", [None, "", "<testsuites><testsuite tests="])
def test_a_run_without_an_end_has_no_counts(tool, tmp_path, text):
    junit = tmp_path / "x.xml"
    if text is not None:
        junit.write_text(text, encoding="utf-8")
    assert str(tool("matrix_page").counts(junit)) == "-"


def test_the_page_names_what_is_missing(tool):
    page = tool("matrix_page")
    row = page.Row(("3.12.1", "2.20.10", "2.9.2", "2.1.9", "newest"), (page.Counts(7, 1), page.Counts()), "failed")
    text = page.page("2026-11-24", [row], [], [], ["Python 3.14: not on this machine"])
    assert "| 3.12.1 | 2.20.10 | 2.9.2 | 2.1.9 | newest | 7 + 1 | - | failed |" in text
    assert "- Python 3.14: not on this machine" in text
    assert text.startswith("<!--\nCopyright")
