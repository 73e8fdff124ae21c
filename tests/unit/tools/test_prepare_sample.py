# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logs of the sample incident: of the last hours, in every form, and the same each time."""

from __future__ import annotations

import datetime
import gzip
import re
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tools import prepare_sample

NOW = datetime.datetime(2026, 1, 1, 2, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
RFC_3164 = re.compile(r"(?:Dec 31|Jan  1) \d\d:\d\d:\d\d mx1 postfix/")


def made(folder: Path, **options: bool) -> dict[str, bytes]:
    prepare_sample.prepare(folder, now=NOW, **options)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lines(content: bytes) -> list[str]:
    return content.decode().splitlines()


def test_the_same_instant_gives_the_same_bytes(tmp_path: Path) -> None:
    assert made(tmp_path / "one") == made(tmp_path / "two")


def test_one_log_in_each_form(tmp_path: Path) -> None:
    logs = made(tmp_path)
    assert set(logs) == {"mx1/mail.log", "mx2/mail.log", "mx3/mail.log", "mx3/mail.log.1.gz", "made"}
    assert all(RFC_3164.match(line) for line in lines(logs["mx1/mail.log"]))
    for log in (logs["mx2/mail.log"], logs["mx3/mail.log"], gzip.decompress(logs["mx3/mail.log.1.gz"])):
        stamps = [datetime.datetime.fromisoformat(line.split()[0]) for line in lines(log)]
        assert stamps == sorted(stamps)
        assert NOW - datetime.timedelta(hours=12) < stamps[0]
        assert stamps[-1] <= NOW
    oldest = lines(logs["mx3/mail.log"])[0].split()[0]
    assert lines(gzip.decompress(logs["mx3/mail.log.1.gz"]))[-1].split()[0] < oldest


def test_the_files_are_as_old_as_their_last_line(tmp_path: Path) -> None:
    made(tmp_path)
    rotated = tmp_path / "mx3" / "mail.log.1.gz"
    assert 3 * 3600 < NOW.timestamp() - rotated.stat().st_mtime < 5 * 3600


def test_the_story_is_told(tmp_path: Path) -> None:
    logs = made(tmp_path)
    rotated = gzip.decompress(logs.pop("mx3/mail.log.1.gz"))
    told = b"".join(logs.values()) + rotated
    assert told.count(b"status=sent") > 4000
    for words in (
        b"blocked using FBLW15",
        b"(S3140)",
        b"5.7.606 Access denied",
        b"blocked using zen.spamhaus.org",
        b"refused to talk to me: 554 IP=203.0.113.7",
        b"421-4.7.28",
        b"550 5.1.1",
    ):
        assert words in told
    assert b"t-online.de" not in b"".join(line for line in told.splitlines() if b"status=bounced" in line)
    assert b"{" not in told


def test_fresh_logs_are_kept_and_old_ones_made_anew(tmp_path: Path) -> None:
    before = made(tmp_path)
    later = NOW + prepare_sample.FRESH_FOR
    assert "kept, 719 minutes old" in prepare_sample.prepare(tmp_path, now=later - datetime.timedelta(minutes=1))
    assert made(tmp_path) == before
    assert "made" in prepare_sample.prepare(tmp_path, now=later)
    assert (tmp_path / "mx1" / "mail.log").read_bytes() != before["mx1/mail.log"]


def test_logs_of_the_future_are_made_anew(tmp_path: Path) -> None:
    made(tmp_path)
    assert "made" in prepare_sample.prepare(tmp_path, now=NOW - datetime.timedelta(hours=1))


def test_a_template_out_of_place_is_named(tmp_path: Path) -> None:
    story = tmp_path / "mx9.txt"
    story.write_text("# remark\n\nfile: mail.log\npostfix/smtp[1]: a line before any block\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"mx9\.txt:4: expected"):
        prepare_sample.read_story(story)
