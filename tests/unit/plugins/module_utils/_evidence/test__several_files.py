# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A log and its rotated siblings, packed and plain, say the same read one after the other and side by side."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import (
    _reading,
    _side_by_side,
    _sources,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import Request, gather
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.log_maker import LogMaker
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import Recorded
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.reference_reader import Reference

BEGIN = 1795500000
NOW = BEGIN + 10**6
KINDS: dict[str, t.Callable[[bytes], bytes]] = {
    ".4.bz2": bz2.compress,
    ".3.xz": lzma.compress,
    ".2.gz": gzip.compress,
    ".1": bytes,
    "": bytes,
}


def rotated(folder: pathlib.Path, lines: list[bytes]) -> pathlib.Path:
    """Write a log as five files, the oldest first."""
    for number, (suffix, pack) in enumerate(KINDS.items()):
        part = lines[len(lines) * number // len(KINDS) : len(lines) * (number + 1) // len(KINDS)]
        path = folder / f"mail.log{suffix}"
        path.write_bytes(pack(b"".join(line + b"\n" for line in part)))
        os.utime(path, (NOW - 100 + number, NOW - 100 + number))
    return folder / "mail.log"


def read(path: pathlib.Path, **options: t.Any) -> dict[str, t.Any]:
    return gather(
        Request(paths=[str(path)], lost_mail=True, recipients="full", **options), now=NOW, programs=Recorded()
    )


@pytest.mark.parametrize("seed", range(4))
def test_side_by_side_they_say_the_same(seed: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = LogMaker(seed, at=BEGIN).make(300)
    path = rotated(tmp_path, lines)
    jobs: list[int] = []
    in_order = _side_by_side.in_order
    monkeypatch.setattr(_side_by_side, "in_order", lambda made, number: jobs.append(number) or in_order(made, number))
    monkeypatch.setattr(_side_by_side, "workers", lambda: 2)
    alone = read(path)
    monkeypatch.setattr(_reading, "WORTH_IT", 0)
    together = read(path)
    monkeypatch.setattr(_sources, "WORTH_IT", 10_000)  # the plain ones in pieces too
    in_pieces = read(path)
    assert jobs == [1, 2, 2]
    assert together == alone
    assert in_pieces == alone
    assert alone["totals"]["lines_matched"] == Reference(reference=NOW).read(lines).matched


def test_an_archive_counts_as_the_log_that_it_holds(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: list[int] = []
    monkeypatch.setattr(
        _side_by_side, "in_order", lambda jobs, number: numbers.append(number) or (job() for job in jobs)
    )
    monkeypatch.setattr(_side_by_side, "workers", lambda: 2)
    path = rotated(tmp_path, LogMaker(1, at=BEGIN).make(300))
    packed = [file for file in tmp_path.iterdir() if file.suffix in (".bz2", ".xz", ".gz")]
    size = sum(file.stat().st_size for file in packed)
    for file in (path, tmp_path / "mail.log.1"):
        file.unlink()
    for worth_it in (6 * size, 8 * size):
        monkeypatch.setattr(_reading, "WORTH_IT", worth_it)
        read(tmp_path / "mail.log")
    assert numbers == [2, 1]
