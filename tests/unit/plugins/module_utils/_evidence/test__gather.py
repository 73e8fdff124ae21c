# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import bz2
import gzip
import lzma
import os
import pathlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import NothingRead, Request, gather

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
    return gather(Request(host="mx1", paths=[str(path)], **options), now=NOW)


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
