# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._elsewhere import (
    STEP_SUMMARY_BYTES,
    append_to_step_summary,
    write_metrics,
)

MORE = "the rest is elsewhere"


def test_a_step_summary_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    path.write_text("# Others\n")
    append_to_step_summary(path, "# Ours\n", more=MORE)
    assert path.read_text() == "# Others\n# Ours\n"


def test_a_long_step_summary_is_cut_at_a_line(tmp_path: Path) -> None:
    path = tmp_path / "summary"
    line = "日本語" * 20 + "\n"
    append_to_step_summary(path, line * 10_000, more=MORE)
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size <= STEP_SUMMARY_BYTES
    assert text.endswith(f"{line}\n{MORE}\n")
    append_to_step_summary(path, line, more=MORE)
    assert path.stat().st_size <= STEP_SUMMARY_BYTES


def test_metrics_are_put_in_place_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "delist.prom"
    path.write_text("old 1\n")

    def pieces():
        yield "new "
        assert path.read_text() == "old 1\n"
        assert not [other for other in tmp_path.glob("*.prom") if other != path]
        yield "2\n"

    write_metrics(path, pieces())
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("delist.prom", "new 2\n")]


def test_metrics_that_no_collector_would_find_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"names end in \.prom"):
        write_metrics(tmp_path / "delist.txt", ["x 1\n"])
    assert not list(tmp_path.iterdir())
