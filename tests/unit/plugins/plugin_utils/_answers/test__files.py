# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import mailbox
import os
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._files import SourceError, in_path
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import answer


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def test_a_mail_file(tmp_path: Path) -> None:
    path = tmp_path / "answer.eml"
    path.write_bytes(answer("Hello"))
    assert in_path(path, newest=5) == [(str(path), answer("Hello"))]


def test_a_maildir_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "box", create=True)
    for number in range(4):
        key = box.add(answer(f"Mail {number}"))
        os.utime(next((tmp_path / "box" / "new").glob(f"*{key}*")), (number, number))
    before = snapshot(tmp_path)
    found = in_path(tmp_path / "box", newest=3)
    assert [mail.data.rpartition(b"\n")[0].endswith(f"Mail {number}".encode()) or f"Mail {number}".encode() in mail.data
            for number, mail in enumerate(found, start=1)] == [True] * 3  # fmt: skip
    assert snapshot(tmp_path) == before


def test_an_mbox_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    box = mailbox.mbox(path)
    for number in range(3):
        box.add(answer(f"Mail {number}"))
    box.flush()
    box.close()
    before = snapshot(tmp_path)
    found = in_path(path, newest=2)
    assert [mail.source for mail in found] == [f"{path}#2", f"{path}#3"]
    assert b"Mail 2" in found[1].data
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(("name", "why"), [("absent", "No such file"), ("folder", "no Maildir")])
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError, match=why) as raised:
        in_path(tmp_path / name, newest=1)
    assert str(tmp_path / name) in str(raised.value)
