# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys

import pytest

from ansible_collections.postmaster.delist.tools import runner


@pytest.fixture(autouse=True)
def logs(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "LOGS", tmp_path)


def part(name, *sources):
    return runner.Part(name, [[sys.executable, "-c", source] for source in sources])


def test_failed_parts_are_returned(capfd):
    good, bad = part("good", "print('x')"), part("bad", "raise SystemExit(3)")
    assert runner.run([good, bad]) == [bad]
    assert "FAILED" in capfd.readouterr().err


def test_a_part_stops_at_its_first_failure(capfd):
    stopped = part("Stopped one", "print('first')", "raise SystemExit(1)", "print('third')")
    assert runner.run([stopped]) == [stopped]
    runner.show(stopped)
    assert capfd.readouterr().out == "first\n"
