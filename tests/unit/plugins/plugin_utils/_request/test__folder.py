# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written into the folder of a run, and what is refused to be read from it."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as folder
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

MAIL = "requests/acme-198-41-0-4-3fa1c2.eml"


def contents(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}


def test_a_second_run_writes_the_same_bytes(tmp_path: Path) -> None:
    findings = [make.finding(), make.list_finding(slug="listco-1")]
    folder.write(tmp_path, [make.writer().write(finding) for finding in findings])
    first = contents(tmp_path)
    folder.write(tmp_path, [make.writer().write(finding) for finding in findings])
    assert contents(tmp_path) == first
    assert {"requests.json", MAIL, "requests/listco-1.form.md"} <= set(first)


def test_a_mail_is_written_as_it_goes_over_the_wire(tmp_path: Path) -> None:
    folder.write(tmp_path, [make.writer().write(make.finding())])
    assert b"\n" not in contents(tmp_path)[MAIL].replace(b"\r\n", b"")


def test_a_request_that_is_refused_now_takes_its_old_file_away(tmp_path: Path) -> None:
    folder.write(tmp_path, [make.writer().write(make.finding())])
    (tmp_path / "requests" / "my notes.txt").write_text("mine")
    folder.write(tmp_path, [make.writer().write(make.finding(confidence="low"))])
    assert sorted(contents(tmp_path)) == ["requests.json", "requests/my notes.txt"]


def test_no_path_of_this_machine_is_written(tmp_path: Path) -> None:
    folder.write(tmp_path, [make.writer().write(make.finding())])
    assert str(tmp_path).encode() not in b"".join(contents(tmp_path).values())
