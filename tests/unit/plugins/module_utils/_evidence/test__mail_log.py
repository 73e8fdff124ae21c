# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import os
import pathlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _syslog
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _files, _mail_log, _postfix
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import (
    Recorded,
    postconf,
    postfix,
)

NOW = 1795521600  # 2026-11-24T12:00:00Z


def line(minute: int, program: str = "postfix/smtp") -> bytes:
    return f"2026-11-24T11:{minute:02d}:00.000000+00:00 mx1 {program}[77]: 4FxQ2T1Abcz: something\n".encode()


def made(path: pathlib.Path, data: bytes, *, age: float = 0) -> pathlib.Path:
    path.write_bytes(data)
    os.utime(path, (NOW - age, NOW - age))
    return path


def names(files: t.Iterable[_files.LogFile]) -> list[str]:
    return [os.path.basename(file.path) for file in files]


def syslog(folder: pathlib.Path) -> _mail_log.Found:
    places = [str(folder / os.path.basename(place)) for place in _syslog.PLACES]
    return _mail_log.of_syslog(places, now=NOW, rotated=True)


def test_rotated_siblings_come_along_and_others_do_not(tmp_path: pathlib.Path) -> None:
    wanted = ["mail.log", "mail.log.1", "mail.log.2.gz", "mail.log-20261101.xz", "mail.log.20261124-010203.zst"]
    for name in [*wanted, "mail.log.old", "mail.log.bak1", "mail.logs", "mail.log.1.swp"]:
        made(tmp_path / name, b"x")
    found, problems = _files.find([str(tmp_path / "mail.log")], rotated=True)
    assert sorted(names(found)) == sorted(wanted)
    assert problems == []
    assert names(_files.find([str(tmp_path / "mail.log")], rotated=False)[0]) == ["mail.log"]


def test_siblings_stand_for_a_log_that_was_just_rotated_away(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "mail.log.1", b"x")
    found, problems = _files.find([str(tmp_path / "mail.log")], rotated=True)
    assert (names(found), problems) == (["mail.log.1"], [])


def test_each_file_once_under_whichever_names(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "mail.log", b"x")
    (tmp_path / "maillog").symlink_to("mail.log")
    made(tmp_path / "mail.log.1", b"x")
    (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress(b"x"))  # being compressed just now
    found, _problems = _files.find([str(tmp_path / "mail*")], rotated=True)
    assert names(found) == ["mail.log", "mail.log.1"]


def test_what_cannot_be_read_is_named(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder.log").mkdir()
    (tmp_path / "broken.log").symlink_to("nowhere")
    _found, problems = _files.find([str(tmp_path / "*.log"), str(tmp_path / "absent")], rotated=True)
    assert {os.path.basename(problem.path): problem.note for problem in problems} == {
        "folder.log": "not a regular file: not read",
        "broken.log": "not found: it vanished while being looked for",
        "absent": "not found",
    }


def test_a_file_that_is_rotated_meanwhile_is_found_again(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "mail.log", b"x")
    ((found,), _problems) = _files.find([str(tmp_path / "mail.log")], rotated=False)
    (tmp_path / "mail.log").rename(tmp_path / "mail.log.1")
    made(tmp_path / "mail.log", b"new")
    assert _files.where_now(found) == str(tmp_path / "mail.log.1")


def test_of_two_logs_with_the_same_mail_one_is_read(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "mail.log", line(1) + line(30))
    made(tmp_path / "syslog", line(1) + line(30) + line(31, "CRON"))
    made(tmp_path / "mail.log.1", line(0), age=3600)
    found = syslog(tmp_path)
    assert names(found.files) == ["mail.log", "mail.log.1"]
    assert found.spoke_at == NOW - 1800


def test_where_all_of_syslog_goes_mail_is_found_among_the_rest(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "messages", line(10) + line(20, "kernel") * 900)  # the last 64 KiB hold none of Postfix
    assert names(syslog(tmp_path).files) == ["messages"]
    assert syslog(tmp_path).spoke_at == NOW - 3000


@pytest.mark.parametrize("program", ["postfix/smtp", "postfix"])
def test_a_log_in_the_format_of_rfc_5424_is_found_too(tmp_path: pathlib.Path, program: str) -> None:
    made(tmp_path / "mail.log", line(1, program="sshd") * 9)
    rfc5424 = b"<22>1 " + line(30, program).replace(b"[77]: ", b" 77 - -  ")
    made(tmp_path / "syslog", rfc5424 + line(31, "dovecot/imap"))
    found = syslog(tmp_path)
    assert names(found.files) == ["syslog"]
    assert found.spoke_at == NOW - 1800


def test_a_log_that_ended_long_ago_gives_way_to_the_one_in_use(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "mail.log", line(0), age=3000)
    made(tmp_path / "syslog", line(50))
    assert names(syslog(tmp_path).files) == ["syslog"]


def test_a_quiet_log_counts_by_its_rotated_sibling(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "maillog", b"")
    made(tmp_path / "maillog-20261124", line(40), age=1200)
    made(tmp_path / "messages", line(45, "sshd"))
    found = syslog(tmp_path)
    assert names(found.files) == ["maillog", "maillog-20261124"]
    assert found.spoke_at == NOW - 1200


def test_other_programs_lines_are_not_postfixs(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "syslog", line(10, "sshd") + line(11, "dovecot"))
    assert syslog(tmp_path).spoke_at is None


def test_no_log_at_all(tmp_path: pathlib.Path) -> None:
    assert syslog(tmp_path) == _mail_log.Found([], [], None)


def test_postfix_says_where_its_own_log_is(tmp_path: pathlib.Path) -> None:
    made(tmp_path / "postfix.log", line(1))
    made(tmp_path / "postfix.log.20261123-010203.gz", gzip.compress(line(0)))
    programs = Recorded(postconf=postconf(postfix(maillog_file=str(tmp_path / "postfix.log"))))
    instances, _notes = _postfix.instances(programs, None)
    assert names(_mail_log.of_postfix(instances, rotated=True).files) == [
        "postfix.log",
        "postfix.log.20261123-010203.gz",
    ]


@pytest.mark.parametrize("value", ["", "/dev/stdout"])
def test_a_postfix_that_writes_no_file(value: str) -> None:
    instances, _notes = _postfix.instances(Recorded(postconf=postconf(postfix(maillog_file=value))), None)
    assert _mail_log.of_postfix(instances, rotated=True) == _mail_log.Found([], [], None)
