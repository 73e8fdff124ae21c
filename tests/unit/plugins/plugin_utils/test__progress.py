# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.plugin_utils._progress import Progress


def said(seconds: int, *, total: int = 100_000) -> list[str]:
    """What is said of a task that answers a thousand questions in a second."""
    now = [0.0]
    lines: list[str] = []
    progress = Progress("{done} of {total}", say=lines.append, clock=lambda: now[0])
    for done in range(1, min(seconds * 1000, total) + 1):
        now[0] = done / 1000
        progress(done, total)
    return lines


def test_a_quick_task_says_nothing() -> None:
    assert said(9) == []
    assert said(10, total=10_000) == []


def test_a_long_one_says_now_and_then_how_far_it_is() -> None:
    assert said(75) == ["10,000 of 100,000", "40,000 of 100,000", "70,000 of 100,000"]
