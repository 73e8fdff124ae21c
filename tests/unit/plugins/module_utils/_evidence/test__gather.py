# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import time
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _syslog
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import (
    _journalctl,
    _reading,
    _side_by_side,
    _sources,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import NothingRead, Request, gather
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs, Unusable
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import (
    INTERFACES,
    Recorded,
    postconf,
    postfix,
)

NOW = 1795521600  # 2026-11-24T12:00:00Z
_REFUSED = (
    "2026-11-24T11:{minute:02d}:00.000000+00:00 mx1 postfix/smtp[4827]: 4FxQ2T1Abcz{minute:02d}:"
    " to=<u{minute}@example.com>, relay=example-com.mail.protection.outlook.com[198.51.100.36]:25,"
    " delay=6, delays=1/0/1/4, dsn=5.7.1,"
    " status=bounced (host example-com.mail.protection.outlook.com[198.51.100.36] said: 550 5.7.1 Service unavailable;"
    " Client host [203.0.113.7] blocked using FBLW15; To request removal from this list please forward this message to"
    " delist@messaging.microsoft.com (in reply to RCPT TO command))\n"
)


def log(count: int) -> bytes:
    return "".join(_REFUSED.format(minute=minute) for minute in range(count)).encode()


def read(path: pathlib.Path, **options: t.Any) -> dict[str, t.Any]:
    return gather(Request(host="mx1", paths=[str(path)], **options), now=NOW, programs=Recorded())


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)],
)
def test_plain_and_compressed_logs_say_the_same(
    tmp_path: pathlib.Path, suffix: str, compress: t.Callable[[bytes], bytes]
) -> None:
    path = tmp_path / f"mail.log{suffix}"
    path.write_bytes(compress(log(5)))
    (reply,) = read(path)["replies"]
    assert reply["by_hour"]["counts"] == [5]
    assert reply["outcomes"]["bounced"] == 5
    assert reply["recipients"] == 5
    assert reply["named_ips"] == ["203.0.113.7"]
    assert (reply["code"], reply["enhanced"], reply["stage"]) == (550, "5.7.1", "RCPT TO")
    assert "u1@example.com" not in str(reply)
    assert "delist@messaging.microsoft.com" in reply["text"]


def test_a_truncated_archive_gives_what_it_holds_with_a_note(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log.gz"
    path.write_bytes(gzip.compress(log(50))[:-10])
    evidence = read(path)
    assert evidence["replies"]
    assert any("truncated" in note for note in evidence["sources"][0]["notes"])


def test_without_the_program_for_an_archive_a_note_says_so(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mail.log").write_bytes(log(5))
    (tmp_path / "mail.log.1.zst").write_bytes(b"\x28\xb5\x2f\xfd and so on")

    def missing(_programs: Programs, name: str) -> str:
        raise Missing(name)

    monkeypatch.setattr(Programs, "find", missing)
    evidence = read(tmp_path / "mail.log")
    notes = {os.path.basename(source["path"]): source["notes"] for source in evidence["sources"]}
    assert notes == {
        "mail.log": [],
        "mail.log.1.zst": ["compressed by zstd, and there is no zstd program on this host: not read"],
    }
    assert evidence["totals"]["lines_matched"] == 5


def test_the_window_leaves_out_what_is_older(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(log(30))
    os.utime(path, (NOW, NOW))
    (reply,) = read(path, since="2026-11-24T11:20:00+00:00")["replies"]
    assert reply["outcomes"]["bounced"] == 10


def test_nothing_read_names_what_was_tried(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NothingRead) as caught:
        read(tmp_path / "absent.log")
    assert caught.value.evidence["sources"][0]["path"].endswith("absent.log")


def test_a_quiet_host_is_no_failure(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(log(3))
    os.utime(path, (NOW - 86400, NOW - 86400))
    evidence = read(path, since="2h")
    assert evidence["replies"] == []
    assert evidence["sources"][0]["notes"] == ["nothing within the window"]


@pytest.fixture
def bare(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A host's /var/log, empty."""
    monkeypatch.setattr(_syslog, "PLACES", tuple(str(tmp_path / os.path.basename(place)) for place in _syslog.PLACES))
    monkeypatch.setattr(_journalctl, "FOLDERS", (str(tmp_path / "journal"),))
    return tmp_path


def on(programs: Recorded, **options: t.Any) -> dict[str, t.Any]:
    return gather(Request(host="mx1", **options), now=NOW, programs=programs)


def test_a_host_without_postfix_is_told_in_one_sentence(bare: pathlib.Path) -> None:
    with pytest.raises(NothingRead) as caught:
        on(Recorded())
    assert str(caught.value).startswith("no Postfix on this host: ")
    assert "not found" not in str(caught.value)


def test_a_postfix_without_a_log_says_where_was_looked(bare: pathlib.Path) -> None:
    with pytest.raises(NothingRead) as caught:
        on(Recorded(postconf=postconf(postfix())), queue=False)
    assert str(caught.value).startswith("No mail log could be read: none of ")
    assert "no journal in" in str(caught.value)


def test_the_log_that_postfix_names_is_the_one(bare: pathlib.Path) -> None:
    (bare / "own.log").write_bytes(log(3))
    (bare / "mail.log").write_bytes(log(9))
    evidence = on(Recorded(postconf=postconf(postfix(maillog_file=str(bare / "own.log"))), ip=INTERFACES), queue=False)
    assert evidence["replies"][0]["outcomes"]["bounced"] == 3


def test_a_configuration_that_cannot_be_read_was_not_looked_at(bare: pathlib.Path) -> None:
    (bare / "own.log").write_bytes(log(1))
    settings = postfix(maillog_file=str(bare / "own.log"), config_directory=str(bare / "no-such-folder"))
    facts = {"dead": [], "subzones": [], "keyed": [], "resolvers": [], "widest": {"ip4": 16, "ip6": 32}}
    evidence = on(Recorded(postconf=postconf(settings)), queue=False, lint=True, facts=facts)
    assert evidence["lint"] is None
    (said,) = (source for source in evidence["sources"] if source["kind"] not in ("file", "queue"))
    assert "no-such-folder" in " ".join(said["notes"])


def test_logs_of_a_host_without_postfix_are_read(bare: pathlib.Path) -> None:
    (bare / "mail.log").write_bytes(log(9))
    evidence = on(Recorded(ip=INTERFACES))
    assert evidence["replies"][0]["outcomes"]["bounced"] == 9
    assert evidence["egress"]["configured"] == []
    assert evidence["queue"] is None


def test_a_configuration_that_was_named_must_be_there() -> None:
    with pytest.raises(ValueError, match=r"config_directory /etc/postfix-x: .*fatal"):
        on(Recorded(postconf=Unusable("postconf failed: fatal: open main.cf")), config_directory="/etc/postfix-x")


def test_a_broken_configuration_is_a_note_and_the_log_is_read(bare: pathlib.Path) -> None:
    (bare / "mail.log").write_bytes(log(2))
    evidence = on(Recorded(postconf=Unusable("postconf failed: postconf: fatal: bad main.cf")))
    assert evidence["replies"]
    assert [source["notes"] for source in evidence["sources"] if source["kind"] == "config"] == [
        ["postconf failed: postconf: fatal: bad main.cf"]
    ]


def test_queue_and_egress_belong_to_the_evidence(bare: pathlib.Path) -> None:
    (bare / "mail.log").write_bytes(log(2))
    programs = Recorded(postconf=postconf(postfix()), ip=INTERFACES, postqueue="")
    evidence = on(programs)
    assert evidence["queue"]["messages"] == 0
    assert evidence["egress"]["configured"] == ["203.0.113.7", "2001:db8::7"]
    assert on(programs, egress=["none"], queue=False)["egress"]["configured"] == []


def test_a_queue_that_cannot_be_asked_is_a_note(bare: pathlib.Path) -> None:
    (bare / "mail.log").write_bytes(log(2))
    programs = Recorded(postconf=postconf(postfix()), ip=INTERFACES, postqueue=Unusable("postqueue failed: down"))
    evidence = on(programs)
    assert evidence["queue"] is None
    assert [source["notes"] for source in evidence["sources"] if source["kind"] == "queue"] == [
        ["/etc/postfix: postqueue failed: down"]
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_bytes": 0}, "max_bytes is 0"),
        ({"max_seconds": -1.0}, "max_seconds"),
        ({"egress": ["10.0.0.1"]}, "no public address"),
        ({"since": "yesterday"}, "yesterday"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(tmp_path: pathlib.Path, options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tmp_path, **options)


def rotated_logs(folder: pathlib.Path) -> pathlib.Path:
    """Four files of a thousand refusals each, an hour apart."""
    for age, name in enumerate(("mail.log", "mail.log.1", "mail.log.2", "mail.log.3.gz")):
        text = "".join(
            _REFUSED.format(minute=number * 60 // 1000)
            .replace("T11:", f"T{11 - age:02d}:")
            .replace("4FxQ", f"4Fx{age}")
            for number in range(1000)
        ).encode()
        path = folder / name
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        os.utime(path, (NOW - age * 3600,) * 2)
    return folder / "mail.log"


def test_with_max_bytes_the_newest_are_kept(tmp_path: pathlib.Path) -> None:
    path = rotated_logs(tmp_path)
    whole = os.path.getsize(path)
    evidence = read(path, max_bytes=whole + whole // 2)
    sources = {os.path.basename(source["path"]): source for source in evidence["sources"]}
    assert sources["mail.log"]["bytes_read"] == whole
    assert sources["mail.log"]["notes"] == []
    assert 0 < sources["mail.log.1"]["bytes_read"] <= whole // 2
    assert "max_bytes" in sources["mail.log.1"]["notes"][0]
    assert sources["mail.log.2"]["notes"] == ["not read: max_bytes"]
    assert sources["mail.log.3.gz"]["notes"] == ["not read: max_bytes"]
    totals = evidence["totals"]
    assert totals["bytes_read"] <= whole + whole // 2
    assert totals["bytes_read"] + totals["bytes_not_read"] == sum(os.path.getsize(one) for one in tmp_path.iterdir())
    assert evidence["replies"][0]["outcomes"]["bounced"] == totals["lines_matched"]
    assert 1000 < totals["lines_matched"] <= 1500


def test_without_a_limit_all_is_read(tmp_path: pathlib.Path) -> None:
    evidence = read(rotated_logs(tmp_path))
    assert evidence["totals"]["lines_matched"] == 4000
    assert evidence["totals"]["bytes_not_read"] == 0
    assert [os.path.basename(source["path"]) for source in evidence["sources"]] == [
        "mail.log.3.gz",
        "mail.log.2",
        "mail.log.1",
        "mail.log",
    ]


def test_when_time_is_up_what_was_read_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rotated_logs(tmp_path)
    ticks = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(ticks)))
    evidence = read(path, max_seconds=4.0)
    notes = [note for source in evidence["sources"] for note in source["notes"]]
    assert any("max_seconds" in note for note in notes)
    assert evidence["sources"][-1]["bytes_read"] > 0
    assert evidence["totals"]["bytes_not_read"] > 0
    assert 0 < evidence["totals"]["lines_matched"] < 4000


def test_max_groups_keeps_count_of_what_it_drops(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mail.log"
    path.write_bytes(
        b"".join(log(1).replace(b"FBLW15", b"LIST" + bytes([65 + n // 26, 65 + n % 26])) for n in range(90))
    )
    evidence = read(path, max_groups=10)
    assert len(evidence["replies"]) == 10
    assert evidence["totals"]["groups_dropped"] == 80
    assert evidence["totals"]["lines_dropped"] == 80


def same(evidence: dict[str, t.Any]) -> dict[str, t.Any]:
    return {name: evidence[name] for name in ("replies", "delivered", "top_senders", "lost")}


def test_logs_read_in_pieces_and_side_by_side_say_the_same(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rotated_logs(tmp_path)
    whole = read(path, lost_mail=True)
    monkeypatch.setattr(_sources, "WORTH_IT", 200_000)
    monkeypatch.setattr(_reading, "WORTH_IT", 0)
    monkeypatch.setattr(_side_by_side, "workers", lambda: 2)
    assert same(read(path, lost_mail=True)) == same(whole)
    monkeypatch.setattr(_sources, "_PIECE", 77_777)
    assert same(read(path, lost_mail=True, max_seconds=600)) == same(whole)
