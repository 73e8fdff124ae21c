# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal as a source, within its bounds; how the real journalctl answers is tested in tests/integration."""

from __future__ import annotations

import json
import pathlib
import sys
import time
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _syslog
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _journal_read, _journalctl
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import NothingRead, Request, gather
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Programs, Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted

NOW = 1795521600  # 2026-11-24T12:00:00Z
EXE = "/usr/lib/postfix/sbin/smtp"
SAID = (
    "4FxQ2T1Abc{number:03}: to=<u{number}@example.com>, relay=mx.example.com[198.51.100.36]:25, delay=6,"
    " delays=1/0/1/4, dsn=5.7.1, status=bounced (host mx.example.com[198.51.100.36] said: 550 5.7.1 Client host"
    " [203.0.113.7] blocked (in reply to RCPT TO command))"
)
# Knows as much of journalctl(1) as is asked: names, choice by name and time, the newest first, so many.
JOURNALCTL = """\
#!{python}
import json, pathlib, sys
said = dict(one.lstrip("-").partition("=")[::2] for one in sys.argv[1:])
entries = json.loads(pathlib.Path({entries!r}).read_text())
if isinstance(entries, str):
    sys.exit(entries)
if said.get("field"):
    print("\\n".join(sorted({{entry["SYSLOG_IDENTIFIER"] for entry in entries}})))
    sys.exit()
names = [one.partition("=")[2] for one in sys.argv if one.startswith("SYSLOG_IDENTIFIER=")]
since, until = (round(float(said[end][1:]) * 1e6) if end in said else None for end in ("since", "until"))
chosen = [
    entry for entry in entries
    if entry["SYSLOG_IDENTIFIER"] in names
    and (since is None or int(entry["__REALTIME_TIMESTAMP"]) >= since)
    and (until is None or int(entry["__REALTIME_TIMESTAMP"]) <= until)
]
if "lines" in said:
    chosen = chosen[-int(said["lines"]):]
for entry in reversed(chosen) if "reverse" in said else chosen:
    print(json.dumps(entry))
"""


def entry(number: int, **changed: str) -> dict[str, str]:
    """The entry of so many minutes before now."""
    return {
        "__REALTIME_TIMESTAMP": str((NOW - 60 * number) * 1_000_000),
        "SYSLOG_IDENTIFIER": "postfix/smtp",
        "SYSLOG_PID": "210",
        "MESSAGE": SAID.format(number=number),
        "_PID": "210",
        "_UID": "103",
        "_COMM": "smtp",
        "_EXE": EXE,
        "_HOSTNAME": "mx1",
        **changed,
    }


ENTRIES = [entry(number) for number in range(100, 0, -1)]


class Host:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._entries = folder / "entries.json"
        program = folder / "bin" / "journalctl"
        program.parent.mkdir()
        program.write_text(JOURNALCTL.format(python=sys.executable, entries=str(self._entries)))
        program.chmod(0o755)
        self.journal(ENTRIES)

    def journal(self, entries: str | t.Sequence[t.Mapping[str, str]]) -> None:
        self._entries.write_text(json.dumps(entries))

    def read(self, **options: t.Any) -> dict[str, t.Any]:
        request = Request(host="mx1", queue=False, egress=["none"], **options)
        return gather(request, now=NOW, programs=Programs())

    def bounced(self, **options: t.Any) -> tuple[int, list[str]]:
        evidence = self.read(**options)
        (source,) = (source for source in evidence["sources"] if source["kind"] == "journal")
        return sum(reply["outcomes"]["bounced"] for reply in evidence["replies"]), source["notes"]


@pytest.fixture
def host(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    made = Host(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    own = tmp_path / "journal" / "0123"
    own.mkdir(parents=True)
    (own / "system.journal").write_bytes(b"")
    monkeypatch.setattr(_journalctl, "FOLDERS", (str(tmp_path / "journal"),))
    monkeypatch.setattr(_syslog, "PLACES", (str(tmp_path / "mail.log"),))
    return made


def test_a_folder_with_a_journal(host: Host) -> None:
    assert host.bounced(journal_directory=str(host.folder)) == (100, [])


def test_only_the_window_is_asked_for(host: Host) -> None:
    window = {"since": "2026-11-24T11:00:00Z", "until": "2026-11-24T11:30:00Z"}
    assert host.bounced(journal_directory=str(host.folder), **window)[0] == 31


def test_of_the_newest_as_much_as_may_be_read(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_journal_read, "_FIRST_SLICE", 8)
    evidence = host.read(journal_directory=str(host.folder), max_bytes=30_000)
    assert 8 <= evidence["totals"]["lines_matched"] < 100
    assert evidence["totals"]["bytes_read"] <= 30_000
    (note,) = evidence["sources"][0]["notes"]
    assert note.startswith("not read: what is older than 2026-11-24T")
    assert note.endswith("(max_bytes)")
    assert host.bounced(journal_directory=str(host.folder), max_bytes=1_000) == (0, ["not read: (max_bytes)"])


def test_slices_say_the_same_as_the_whole(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_journal_read, "_FIRST_SLICE", 8)
    monkeypatch.setattr(_journal_read, "_LARGEST_SLICE", 16)
    assert host.bounced(journal_directory=str(host.folder), max_bytes=10_000_000) == (100, [])
    assert host.bounced(journal_directory=str(host.folder), max_seconds=600) == (100, [])


def test_when_time_is_up_before_a_slice_was_found(host: Host) -> None:
    journal = _journalctl.Journalctl(Programs(), _journalctl.Place(folder=str(host.folder)))
    reader = _journal_read.Reader(journal, Trust([103]), Wanted(), max_bytes=None, now=NOW)
    assert reader.read(time.monotonic() - 1).notes == ["not read: (max_seconds)"]


def test_the_own_journal_counts_what_the_kernel_vouches_for(host: Host) -> None:
    host.journal([*ENTRIES, entry(0, _EXE="/usr/bin/logger", _COMM="logger", _UID="1000")])
    count, notes = host.bounced(journal="always")
    assert count == 100
    assert notes == ["1 entries not counted: written by logger of uid 1000, not by Postfix"]


@pytest.mark.parametrize("journal", ["auto", "always"])
def test_where_there_is_no_file_the_journal_is_read(host: Host, journal: str) -> None:
    assert host.bounced(journal=journal)[0] == 100


def test_a_journal_counts_from_where_the_file_ends(host: Host) -> None:
    """Here syslog fell silent half an hour ago; what the journal has of before is in the file."""
    stamp = "2026-11-24T11:30:00.000000+00:00 mx1 postfix/smtp[210]: "
    (host.folder / "mail.log").write_text(f"{stamp}{SAID.format(number=999)}\n")
    evidence = host.read(journal="auto")
    assert {source["kind"] for source in evidence["sources"]} == {"file", "journal"}
    assert sum(reply["outcomes"]["bounced"] for reply in evidence["replies"]) == 1 + 29


def test_a_journal_that_says_what_the_file_says_is_left_alone(host: Host) -> None:
    stamp = "2026-11-24T11:58:30.000000+00:00 mx1 postfix/smtp[210]: "
    (host.folder / "mail.log").write_text(f"{stamp}{SAID.format(number=999)}\n")
    assert {source["kind"] for source in host.read(journal="auto")["sources"]} == {"file"}


def test_a_journal_without_postfix_is_noted(host: Host) -> None:
    host.journal([entry(1, SYSLOG_IDENTIFIER="cron")])
    evidence = host.read(journal_directory=str(host.folder))
    assert "no entry of Postfix" in evidence["sources"][0]["notes"]
    with pytest.raises(NothingRead, match="no entry of Postfix"):
        host.read(journal="auto")


@pytest.mark.parametrize("journal", ["auto", "always"])
def test_a_journalctl_that_fails_says_why(host: Host, journal: str) -> None:
    host.journal("Failed to open the journal")
    with pytest.raises(NothingRead) as caught:
        host.read(journal=journal)
    (source,) = caught.value.evidence["sources"]
    assert any("Failed to open the journal" in note for note in source["notes"])


def test_a_folder_that_is_not_there(host: Host) -> None:
    with pytest.raises(NothingRead) as caught:
        host.read(journal_directory=str(host.folder / "none"))
    assert caught.value.evidence["sources"][0]["notes"] == ["not found, or no folder"]


@pytest.mark.parametrize("journal", ["auto", "always"])
def test_a_host_without_a_journal(host: Host, monkeypatch: pytest.MonkeyPatch, journal: str) -> None:
    monkeypatch.setattr(_journalctl, "FOLDERS", (str(host.folder / "none"),))
    with pytest.raises(NothingRead, match="journal"):
        host.read(journal=journal)


def test_a_host_without_journalctl(host: Host) -> None:
    (host.folder / "bin" / "journalctl").unlink()
    with pytest.raises(NothingRead):
        gather(Request(queue=False, egress=["none"]), now=NOW, programs=_Without())


class _Without(Programs):
    def find(self, name: str) -> str:
        raise _journalctl.Unusable(name)


def test_answers_that_are_no_entries(host: Host) -> None:
    journal = _journalctl.Journalctl(Programs(), _journalctl.Place(folder=str(host.folder)))
    host.journal([{"SYSLOG_IDENTIFIER": "postfix/smtp", "__REALTIME_TIMESTAMP": "0"}])
    assert journal.newest_at() == 0
    host.journal([{"SYSLOG_IDENTIFIER": "postfix/smtp", "__REALTIME_TIMESTAMP": "1x"}])
    with pytest.raises(Unusable, match="something else than journal entries"):
        journal.newest_at()


def test_a_journal_may_be_a_single_file() -> None:
    place = _journalctl.Place(file="/var/log/journal/0/system@1.journal")
    assert place.options() == ["--file", "/var/log/journal/0/system@1.journal"]
    assert place.name == "/var/log/journal/0/system@1.journal"
