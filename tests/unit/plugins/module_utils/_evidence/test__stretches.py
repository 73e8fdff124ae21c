# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files as they are on a busy host: being written, rotated, cut short, damaged, and full of what is no log."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import shutil
import subprocess
import time
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _files, _streams, _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window

BEGIN = 1795500000  # 2026-11-24T06:00:00Z
STEP = 10
ALWAYS = Window()
ZSTD = shutil.which("zstd")


def line(number: int) -> bytes:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(BEGIN + number * STEP))
    return (
        f"{stamp}+00:00 mx1 postfix/smtp[7]: 4AB{number:06X}: to=<u{number}@example.com>,"
        " relay=mx.example.com[198.51.100.25]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced"
        " (host mx.example.com[198.51.100.25] said: 550 5.7.1 no (in reply to RCPT TO command))\n"
    ).encode()


def log(count: int) -> bytes:
    return b"".join(map(line, range(count)))


def write(path: pathlib.Path, data: bytes) -> _files.LogFile:
    path.write_bytes(data)
    return _files.LogFile(str(path), len(data), BEGIN + 10**6)


def plan(file: _files.LogFile, window: Window = ALWAYS) -> _stretches.Stretch:
    stretch = _stretches.plan(file, window, now=BEGIN + 10**6)
    assert stretch is not None
    return stretch


def count(result: _stretches.Result) -> int:
    return sum(group.outcomes["bounced"] for group in result.sums.replies.groups.values())


def test_a_file_that_grew_is_read_to_where_it_ended_when_looked_at(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    stretch = plan(write(path, log(10)))
    with path.open("ab") as more:
        more.write(log(5))
    assert count(_stretches.read(stretch, Wanted())) == 10


def test_a_file_that_lost_its_end_while_being_read_gives_the_rest_and_a_note(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    stretch = plan(write(path, log(10)))
    os.truncate(path, len(line(0)) * 4)
    result = _stretches.read(stretch, Wanted())
    assert count(result) == 4
    assert result.notes == ["truncated while being read"]


def test_a_file_renamed_by_rotation_is_read_through_its_open_descriptor(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    write(path, log(10))
    with path.open("rb", buffering=0) as opened:
        path.rename(tmp_path / "mail.log.1")
        path.write_bytes(b"")
        stream = _streams.PlainFile(opened, 0, 10 * len(line(0)))
        assert count(_stretches.read_stream(stream, Clock(BEGIN + 10**6), Wanted())) == 10


def test_a_file_that_vanished_says_so(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path / "mail.log", log(10))
    stretch = plan(file)
    os.unlink(file.path)
    with pytest.raises(FileNotFoundError):
        _stretches.read(stretch, Wanted())


def test_a_line_of_a_mebibyte_is_left_out_with_a_note(tmp_path: pathlib.Path) -> None:
    long_line = line(99)[:-1] + b"x" * (1 << 20) + b"\n"
    result = _stretches.read(plan(write(tmp_path / "mail.log", log(5) + long_line + log(5))), Wanted())
    assert count(result) == 10
    assert result.notes == ["1 overlong lines left out"]


def test_a_file_of_one_endless_line_costs_no_memory(tmp_path: pathlib.Path) -> None:
    result = _stretches.read(plan(write(tmp_path / "mail.log", log(1) + b"x" * (5 << 20))), Wanted())
    assert count(result) == 1
    assert result.notes == ["1 overlong lines left out"]


def test_nul_bytes_of_a_crash_are_passed_over(tmp_path: pathlib.Path) -> None:
    data = b"\0" * 5000 + b"\n" + log(3) + b"\0" * 100 + b"\n" + log(4) + b"\0" * 70000
    assert count(_stretches.read(plan(write(tmp_path / "mail.log", data)), Wanted())) == 7


def test_invalid_utf_8_is_kept_as_a_replacement_character(tmp_path: pathlib.Path) -> None:
    data = line(0).replace(b"550 5.7.1 no", b"550 5.7.1 n\xff\xc3o")
    result = _stretches.read(plan(write(tmp_path / "mail.log", data)), Wanted())
    assert [key.signature for key in result.sums.replies.groups] == ["550 5.7.1 n\ufffd\ufffdo"]


def test_windows_line_ends_and_a_last_line_still_being_written_are_read(tmp_path: pathlib.Path) -> None:
    data = log(2) + line(3)[:-1]
    assert count(_stretches.read(plan(write(tmp_path / "mail.log", data)), Wanted())) == 3


PACKERS: dict[str, t.Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": lambda data: bz2.compress(data, 1),  # in blocks of 100 kB
    "xz": lambda data: lzma.compress(data, preset=0),
    "zst": lambda data: subprocess.run([str(ZSTD), "-cq"], input=data, capture_output=True, check=True).stdout,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_an_archive_says_the_same_as_the_file(tmp_path: pathlib.Path, suffix: str) -> None:
    if suffix == "zst" and not ZSTD:
        pytest.skip("no zstd on this machine")
    file = write(tmp_path / f"mail.log.2.{suffix}", PACKERS[suffix](log(2000)))
    result = _stretches.read(plan(file), Wanted())
    assert (count(result), result.notes, result.bytes_read) == (2000, [], file.size)


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_cut_archive_gives_what_it_holds_and_a_note(tmp_path: pathlib.Path, suffix: str) -> None:
    if suffix == "zst" and not ZSTD:
        pytest.skip("no zstd on this machine")
    noise = "\n".join(os.urandom(40).hex() for _line in range(6000)).encode()
    packed = PACKERS[suffix](log(200) + noise)
    file = write(tmp_path / f"mail.log.2.{suffix}", packed[: len(packed) // 2])
    result = _stretches.read(plan(file), Wanted())
    assert len(result.notes) == 1
    assert count(result) == 200


def test_an_archive_cut_before_its_first_line_says_so(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path / "mail.log.gz", gzip.compress(log(1))[:11])
    with pytest.raises(_stretches.Unusable, match="truncated"):
        plan(file)


def test_two_archives_in_one_file_are_both_read(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path / "mail.log.gz", gzip.compress(log(5)) + gzip.compress(log(6)))
    assert count(_stretches.read(plan(file), Wanted())) == 11


def test_damage_inside_an_archive_is_noted(tmp_path: pathlib.Path) -> None:
    packed = bytearray(gzip.compress(log(3000)))
    packed[len(packed) // 2] ^= 0xFF
    result = _stretches.read(plan(write(tmp_path / "mail.log.gz", bytes(packed))), Wanted())
    assert len(result.notes) == 1


def test_what_is_no_log_is_refused(tmp_path: pathlib.Path) -> None:
    for data, why in ((b"", "empty"), (b"\x7fELF" + b"\0" * 500, "no mail log"), (b"hello\n" * 99, "no mail log")):
        with pytest.raises(_stretches.Unusable, match=why):
            _stretches.plan(write(tmp_path / "mail.log", data), Window(), now=BEGIN)


def test_only_the_newest_bytes_are_read_from_a_lines_beginning(tmp_path: pathlib.Path) -> None:
    stretch = plan(write(tmp_path / "mail.log", log(100)))
    assert count(_stretches.read(_stretches.newest(stretch, 10 * len(line(99)) + 7), Wanted())) == 10
    assert _stretches.newest(stretch, 10**9) == stretch


def test_a_deadline_ends_with_a_note(tmp_path: pathlib.Path) -> None:
    stretch = plan(write(tmp_path / "mail.log", log(20000)))
    result = _stretches.read(stretch, Wanted(), deadline=time.monotonic() - 1)
    assert result.notes == ["not read to its end: max_seconds"]
    assert 0 < count(result) < 20000


# The window


@pytest.mark.parametrize("lines", [1, 2, 50, 20000])
@pytest.mark.parametrize(("first", "last"), [(0, 0), (0.3, 0.6), (0.9, 2), (-1, 0.1), (0.5, 0.5)])
def test_a_window_holds_what_lies_in_it(tmp_path: pathlib.Path, lines: int, first: float, last: float) -> None:
    since, until = (BEGIN + int(part * lines) * STEP for part in (first, last))
    expected = sum(since <= BEGIN + number * STEP <= until for number in range(lines))
    file = write(tmp_path / "mail.log", log(lines))
    stretch = _stretches.plan(file, Window(since, until), now=BEGIN + 10**6)
    assert (count(_stretches.read(stretch, Wanted(Window(since, until)))) if stretch else 0) == expected


def test_a_window_at_the_end_is_found_without_reading_what_lies_before(tmp_path: pathlib.Path) -> None:
    size = 50_000
    window = Window(BEGIN + (size - 60) * STEP, None)
    stretch = plan(write(tmp_path / "mail.log", log(size)), window)
    result = _stretches.read(stretch, Wanted(window))
    assert count(result) == 60
    assert result.bytes_read < 80 * len(line(0))


def test_a_hole_of_a_sparse_file_is_no_obstacle(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    with path.open("wb") as out:
        out.write(log(10))
        out.seek(1 << 32)
        out.write(b"\n" + b"".join(line(number) for number in range(1000, 3000)))
    window = Window(BEGIN + 2900 * STEP, None)
    stretch = plan(_files.LogFile(str(path), path.stat().st_size, BEGIN + 10**6), window)
    result = _stretches.read(stretch, Wanted(window))
    assert count(result) == 100
    assert result.bytes_read < 1 << 20


def test_logs_joined_the_wrong_way_round_are_read_whole(tmp_path: pathlib.Path) -> None:
    half = 3000
    data = b"".join(line(number) for number in [*range(half, 2 * half), *range(half)])
    window = Window(BEGIN + (half + 10) * STEP, None)
    result = _stretches.read(plan(write(tmp_path / "mail.log", data), window), Wanted(window))
    assert count(result) == half - 10


def test_lines_a_little_out_of_order_are_not_lost_at_the_edges(tmp_path: pathlib.Path) -> None:
    numbers = list(range(4000))
    numbers[2000:2010] = reversed(numbers[2000:2010])
    window = Window(BEGIN + 2005 * STEP, None)
    data = b"".join(map(line, numbers))
    result = _stretches.read(plan(write(tmp_path / "mail.log", data), window), Wanted(window))
    assert count(result) == 4000 - 2005


# RFC 5424


def line_of_rfc5424(number: int) -> bytes:
    return b"<22>1 " + line(number).replace(b"postfix/smtp[7]: ", b'postfix/smtp 7 - [meta sequenceId="%d"] ' % number)


def test_a_window_of_rfc_5424_is_found_as_in_other_files(tmp_path: pathlib.Path) -> None:
    size = 50_000
    window = Window(BEGIN + (size - 60) * STEP, BEGIN + (size - 21) * STEP)
    stretch = plan(write(tmp_path / "mail.log", b"".join(map(line_of_rfc5424, range(size)))), window)
    result = _stretches.read(stretch, Wanted(window))
    assert count(result) == 40
    assert result.bytes_read < 100 * len(line_of_rfc5424(0))


@pytest.mark.parametrize("first", [True, False])
def test_a_log_that_changed_its_format_is_read_whole(tmp_path: pathlib.Path, first: bool) -> None:
    size = 3_000  # of each, more than one look into the file
    makers = (line_of_rfc5424, line) if first else (line, line_of_rfc5424)
    data = b"".join(makers[number >= size](number) for number in range(2 * size))
    assert count(_stretches.read(plan(write(tmp_path / "mail.log", data)), Wanted())) == 2 * size


def test_a_line_of_a_mebibyte_in_rfc_5424_is_left_out_too(tmp_path: pathlib.Path) -> None:
    long_line = line_of_rfc5424(99)[:-1] + b"x" * (1 << 20) + b"\n"
    data = line_of_rfc5424(0) + long_line + line_of_rfc5424(1)
    result = _stretches.read(plan(write(tmp_path / "mail.log", data)), Wanted())
    assert (count(result), result.notes) == (2, ["1 overlong lines left out"])


def test_samples_of_rfc_5424_are_lines_as_all_others(tmp_path: pathlib.Path) -> None:
    result = _stretches.read(plan(write(tmp_path / "mail.log", line_of_rfc5424(0))), Wanted())
    ((group,),) = [result.sums.replies.groups.values()]
    assert group.samples[0][2] == line(0)[:-1]
