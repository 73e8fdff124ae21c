# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tools import closing

LONG = "....\n2391 passed, 3 skipped, 12 deselected in 240.12s (0:04:00)\n"


@pytest.mark.parametrize(
    ("logs", "line", "well"),
    [
        ([LONG, "5 passed in 60.01s\n"], "2396 passed, 3 skipped, 12 deselected in 300.13s", True),
        ([LONG, "SKIPPED [6] no root\n6 skipped in 0.03s\n"], "2391 passed, 9 skipped, 12 deselected in 240.15s", True),
        (["=== 1 passed in 1.00s ===", "=== 1 failed, 1 passed, 1 error in 2.00s ==="],
         "1 failed, 2 passed, 1 error in 3.00s", False),
        ([LONG, "Killed\n"], "2391 passed, 3 skipped, 12 deselected, 1 error in 240.12s", False),
        (["", ""], "2 errors in 0.00s", False),
        (["1 passed, 1 warning in 0.50s", "1 passed, 2 warnings in 0.50s"], "2 passed, 3 warnings in 1.00s", True),
    ],
)  # fmt: skip
def test_runs_are_added_up(logs, line, well):
    assert closing.total(logs) == (line, well)


def test_a_sentence_of_a_test_is_no_closing_line():
    assert closing.total(["assert '5 passed in 1.00s' in text\n3 failed in 2.00s\nFAILED 4 passed in all"]) == (
        "3 failed in 2.00s",
        False,
    )


def test_a_log_that_is_not_there_is_an_error(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("sys.argv", ["closing.py", str(tmp_path / "none.log")])
    assert closing.main() == 1
    assert capsys.readouterr().out == "1 error in 0.00s\n"
