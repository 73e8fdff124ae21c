# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import time
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._side_by_side import in_order, workers


def job(number: int, seconds: float = 0) -> t.Callable[[], tuple[int, int]]:
    def work() -> tuple[int, int]:
        time.sleep(seconds)
        return number, os.getpid()

    return work


@pytest.mark.parametrize("number", [1, 2, 3])
def test_results_come_in_the_order_of_jobs(number: int) -> None:
    jobs = [job(one, seconds=0.05 if one % 2 else 0) for one in range(7)]
    assert [result[0] for result in in_order(jobs, number)] == list(range(7))


def test_each_works_in_a_process_of_its_own() -> None:
    pids = {pid for _number, pid in in_order([job(one) for one in range(4)], 2)}
    assert len(pids) == 4
    assert os.getpid() not in pids


def test_one_alone_needs_no_process() -> None:
    assert list(in_order([job(1)], 2)) == [(1, os.getpid())]


def test_results_may_be_larger_than_a_pipe() -> None:
    assert [len(one) for one in in_order([lambda: b"x" * 3_000_000, lambda: b"y" * 5], 2)] == [3_000_000, 5]


def test_a_process_that_is_killed_has_its_job_done_here() -> None:
    here = os.getpid()

    def fragile() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    assert list(in_order([fragile, fragile], 2)) == ["done", "done"]


def test_an_exception_comes_out_where_the_caller_is() -> None:
    def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(in_order([broken, broken], 2))


def test_no_process_outlives_a_caller_that_stops_listening() -> None:
    results = in_order([job(0), job(1, seconds=60), job(2, seconds=60)], 2)
    assert next(results)[0] == 0
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_host_that_lends_no_process_does_the_work_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> int:
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none)
    assert [number for number, _pid in in_order([job(one) for one in range(3)], 2)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("cores", "load", "expected"), [(1, 0.0, 1), (2, 0.5, 2), (2, 1.5, 1), (16, 3.0, 2), (16, 40.0, 1)]
)
def test_a_second_process_is_taken_where_a_core_is_idle(
    monkeypatch: pytest.MonkeyPatch, cores: int, load: float, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)), raising=False)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    assert workers() == expected
