# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Lines, Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_stream import (
    Journal,
    parse_export,
    parse_json,
    parser_of,
)

POSTFIX = 103
SAID = "4FxQ2T1Abcz: to=<u@example.com>, relay=none, delay=1, status=deferred (connect to mx[198.51.100.1]:25: x)"
# As journald 252 shows a line of Debian's Postfix 3.7.
ENTRY = {
    "__REALTIME_TIMESTAMP": "1795506723966907",
    "SYSLOG_IDENTIFIER": "postfix/smtp",
    "SYSLOG_PID": "210",
    "MESSAGE": SAID,
    "_PID": "210",
    "_UID": str(POSTFIX),
    "_COMM": "smtp",
    "_EXE": "/usr/lib/postfix/sbin/smtp",
    "_HOSTNAME": "mx1",
}


def entry(**changed: t.Any) -> dict[str, t.Any]:
    return {name: value for name, value in {**ENTRY, **changed}.items() if value is not None}


def exported(*entries: dict[str, t.Any]) -> bytes:
    """As journalctl -o export writes them: what is no plain text with its length before it."""
    text = b""
    for one in entries:
        for name, value in one.items():
            raw = value if isinstance(value, bytes) else value.encode()
            plain = b"\n" not in raw and raw.isascii() and b"\0" not in raw
            text += name.encode() + (
                b"=" + raw + b"\n" if plain else b"\n" + len(raw).to_bytes(8, "little") + raw + b"\n"
            )
        text += b"\n"
    return text


class Source:
    """Bytes, so many at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step = data, step
        self.bytes_read = 0
        self.notes: list[str] = []

    def readinto1(self, buffer: memoryview) -> int:
        data = self._data[self.bytes_read : self.bytes_read + self._step]
        buffer[: len(data)] = data
        self.bytes_read += len(data)
        return len(data)

    def close(self) -> None:
        pass


def lines(data: bytes, parse: t.Any, *, step: int = 1 << 18, trust: Trust | None = None) -> tuple[bytes, list[str]]:
    stream = Journal(Source(data, step), parse, trust or Trust([POSTFIX]))
    buffer, found = bytearray(1 << 16), b""
    while True:
        size = stream.readinto1(memoryview(buffer))
        if not size:
            break
        found += bytes(buffer[:size])
    stream.close()
    return found, stream.notes


def test_an_entry_is_a_line_of_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Lines().of(ENTRY)
    assert line is not None
    stamp, rest = line.split(b" ", 1)
    assert rest == b"mx1 postfix/smtp[210]: " + SAID.encode()
    assert stamp[19:26] == b".966907"
    assert stamp[-6:-5] in b"+-"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"MESSAGE": [104, 105, 255]}, b"hi\xff"),
        ({"MESSAGE": ["first", "second"]}, b"first"),
        ({"MESSAGE": "two\nlines"}, b"two lines"),
    ],
)
def test_messages_of_any_bytes(changed: dict[str, t.Any], message: bytes) -> None:
    line = Lines().of(entry(**changed))
    assert line is not None
    assert line.endswith(b": " + message)


@pytest.mark.parametrize(
    "changed",
    [
        {"MESSAGE": None},
        {"MESSAGE": []},
        {"SYSLOG_IDENTIFIER": "sshd"},
        {"SYSLOG_IDENTIFIER": None},
        {"SYSLOG_IDENTIFIER": "a b/smtp"},
        {"__REALTIME_TIMESTAMP": "soon"},
        {"__REALTIME_TIMESTAMP": None},
        {"__REALTIME_TIMESTAMP": "9" * 17},
        {"__REALTIME_TIMESTAMP": "\u0661" * 16},
    ],
)
def test_what_is_no_line_of_syslog_is_none(changed: dict[str, t.Any]) -> None:
    assert Lines().of(entry(**changed)) is None


def test_a_host_name_of_any_kind_spoils_no_line() -> None:
    line = Lines().of(entry(_HOSTNAME="mx 1[evil]", SYSLOG_PID="1]: x"))
    assert line is not None
    assert b" mx-1-evil- postfix/smtp[0]: " in line


@pytest.mark.parametrize(
    ("changed", "is_postfix"),
    [
        ({}, True),
        ({"SYSLOG_IDENTIFIER": "postfix/ses/smtp"}, True),
        ({"_COMM": None, "_EXE": None}, True),  # the process has ended before journald looked
        ({"_COMM": "qmgr", "_EXE": "/usr/libexec/postfix/qmgr"}, True),
        ({"_EXE": "/opt/mail/libexec/smtp"}, False),
        ({"_COMM": "logger", "_EXE": "/usr/bin/logger", "_UID": "1000"}, False),
        ({"_COMM": None, "_EXE": None, "_UID": "1000"}, False),
        ({"_UID": "1000"}, False),  # a program that somebody has named smtp
        ({"_UID": None}, False),
        ({"_UID": "0", "_COMM": "logger"}, False),
        ({"_UID": "0", "_COMM": None, "_EXE": None}, False),
        ({"_UID": "0", "_COMM": "smtp"}, True),
        ({"_UID": "103", "_COMM": "sh", "_EXE": "/bin/dash"}, False),
        ({"_UID": "-1"}, False),
        ({"_UID": "\u00b2"}, False),
    ],
)
def test_only_what_postfix_wrote_counts(changed: dict[str, t.Any], is_postfix: bool) -> None:
    assert Trust([POSTFIX]).holds(entry(**changed)) is is_postfix


def test_daemons_in_a_folder_of_their_own_are_known_by_it() -> None:
    assert Trust([POSTFIX], ["/opt/mail/libexec"]).holds(entry(_EXE="/opt/mail/libexec/smtp"))


@pytest.mark.parametrize(("uid", "is_postfix"), [("89", True), ("999", True), ("1000", False), ("0", False)])
def test_on_another_hosts_journal_a_system_user_is_postfix(uid: str, is_postfix: bool) -> None:
    assert Trust().holds(entry(_UID=uid, _COMM=None, _EXE=None)) is is_postfix


def test_who_else_wrote_is_noted() -> None:
    trust = Trust([POSTFIX])
    for _entry in range(2):
        trust.holds(entry(_UID="1000", _COMM="logger"))
    trust.holds(entry(_UID="1000", _COMM="\x1b[31m\n"))
    (note,) = trust.notes()
    assert note.startswith("3 entries not counted: written by logger of uid 1000, ??31m? of uid 1000")
    assert trust.notes() == [note]


@pytest.mark.parametrize("step", [1, 7, 1000, 1 << 18])
def test_json_and_export_say_the_same_however_they_come(step: int) -> None:
    entries = [entry(MESSAGE=f"{SAID} {number}") for number in range(20)]
    as_json = "".join(json.dumps(one) + "\n" for one in entries).encode()
    from_json, notes = lines(as_json, parse_json, step=step)
    assert notes == []
    assert from_json.count(b"\n") == 20
    assert lines(exported(*entries), parse_export, step=step) == (from_json, [])


def test_export_holds_any_bytes() -> None:
    found, notes = lines(exported(entry(MESSAGE=b"a\n\n=b\0\xff"), entry(MESSAGE="next")), parse_export, step=3)
    assert notes == []
    first, second, _end = found.split(b"\n")
    assert first.endswith(b": a  =b\0\xff")
    assert second.endswith(b": next")


@pytest.mark.parametrize("parse", [parse_json, parse_export])
def test_a_journal_that_breaks_off_gives_what_it_holds(parse: t.Any) -> None:
    entries = [entry(MESSAGE=b"x\n" * 30 if parse is parse_export else "x" * 60) for _number in range(3)]
    data = exported(*entries) if parse is parse_export else "".join(json.dumps(one) + "\n" for one in entries).encode()
    for size in range(len(data)):
        found, _notes = lines(data[:size], parse)
        assert found.count(b"\n") <= 3


def test_what_is_no_entry_is_noted() -> None:
    found, notes = lines(b'{"x": \n[1]\nnull\n' + json.dumps(ENTRY).encode(), parse_json)
    assert found.count(b"\n") == 1
    assert notes == ["3 entries of the journal could not be read"]


def test_untrusted_entries_leave_no_line() -> None:
    trust = Trust([POSTFIX])
    data = "".join(json.dumps(one) + "\n" for one in (ENTRY, entry(_UID="1000", _COMM="logger"))).encode()
    found, _notes = lines(data, parse_json, trust=trust)
    assert found.count(b"\n") == 1
    assert len(trust.notes()) == 1


def test_journals_in_text_files_are_known_by_their_beginning() -> None:
    assert parser_of(json.dumps(ENTRY).encode()) is parse_json
    assert parser_of(b"__CURSOR=s=1\n" + exported(ENTRY)) is parse_export
    assert parser_of(b"Nov 24 01:55:29 mx1 postfix/smtp[1]: x") is None
    assert parser_of(b'{"a": 1}') is None
