# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action delist_reply_info, through Ansible: files, a real IMAP server, and what it makes of cases."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import case_reference
from ansible_collections.postmaster.delist.tests.integration import dovecot
from ansible_collections.postmaster.delist.tests.integration.harness import Fourfold, Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import (
    REMOVED,
    SERVER,
    answer,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import finding

CASE = case_reference(finding()["id"])


def task(name: str, module: str, **options: t.Any) -> dict[str, t.Any]:
    return {"name": name, f"postmaster.delist.{module}": options, "ignore_errors": True}


@pytest.fixture
def submitted(tmp_path: Path, run_tasks: t.Callable[..., Run]) -> dict[str, t.Any]:
    """Give the options of a ledger with a case whose request was submitted by hand and has a ticket."""
    findings = {"schema": 1, "findings": [finding(receiver="microsoft_365")], "notes": []}
    (tmp_path / "findings.json").write_text(json.dumps(findings), encoding="utf-8")
    ledger = {"ledger": f"sqlite:///{tmp_path}/ledger.sqlite3"}
    by_hand = {"case": CASE, "event": "submitted", "data": {"tickets": ["1318598611"]}}
    run_tasks(
        [
            task("Open", "delist_case", operation="open", run_dir=str(tmp_path), **ledger),
            task("Submit", "delist_case", operation="advance", **by_hand, **ledger),
        ]
    )
    return ledger


def test_an_answer_is_read_matched_and_recorded_once(
    fourfold: t.Callable[..., Fourfold], submitted: dict[str, t.Any], tmp_path: Path
) -> None:
    (tmp_path / "answer.eml").write_bytes(answer(REMOVED))
    (tmp_path / "forged.eml").write_bytes(answer(REMOVED, results=None))
    read = {"paths": ["answer.eml", "forged.eml", "absent.eml"], "authserv_ids": [SERVER], **submitted}
    runs = fourfold(
        [
            task("Read", "delist_reply_info", **read),
            task("Write", "delist_reply_info", run_dir=str(tmp_path), **read),
            task("Record", "delist_case", operation="answers", run_dir=str(tmp_path), **submitted),
        ]
    )
    genuine, forged = runs.done.of("Read").data["answers"]
    assert genuine["advances"] == [CASE]
    assert forged["matches"] == [
        {"case": CASE, "by": ["address", "ticket"], "why_not": "its sender is not proven to be the one who was asked"}
    ]
    (note,) = runs.done.of("Read").data["notes"]
    assert "absent.eml cannot be read" in note
    (case,) = runs.done.of("Record").data["cases"]
    assert (case["id"], case["state"], case["verdict"]["verdict"]) == (CASE, "propagating", "removed")


@pytest.mark.skipif(not dovecot.USABLE, reason=dovecot.WHY_NOT)
def test_a_real_imap_server_is_read_and_nothing_is_marked(run_tasks: t.Callable[..., Run], tmp_path: Path) -> None:
    hostile = (
        b"From: x\r\nSubject: =?utf-8?b?////?=\r\nContent-Type: multipart/mixed; boundary=\xff\r\n\r\n"
        b"--\xff\r\n\r\n\x00"
    )
    with dovecot.serving() as server:
        for number, mail in enumerate([answer(REMOVED), hostile, b"\r\n", b"no header at all"]):
            (server.mail / "new" / f"{number}.m.host").write_bytes(mail)
        common = {
            "host": "localhost",
            "user": dovecot.USER,
            "password": dovecot.PASSWORD,
            "ca_file": str(server.ca_file),
        }
        implicit, starttls = {**common, "port": server.implicit}, {**common, "port": server.starttls, "tls": "starttls"}
        ledger = {"ledger": f"sqlite:///{tmp_path}/ledger.sqlite3"}
        run = run_tasks(
            [
                task("Implicit", "delist_reply_info", imap=implicit, **ledger),
                task("STARTTLS", "delist_reply_info", imap=starttls, **ledger),
                task("Wrong", "delist_reply_info", imap={**implicit, "password": "s3cr3t-wr0ng"}, **ledger),
                task("Untrusted", "delist_reply_info", imap={**implicit, "ca_file": None}, **ledger),
                task("Folder", "delist_reply_info", imap={**implicit, "folder": "Absent"}, **ledger),
            ],
            args=["-vvvv"],
        )
        flags = [path.name for folder in ("new", "cur") for path in (server.mail / folder).iterdir()]
    for way in ("Implicit", "STARTTLS"):
        assert run.of(way).status == "ok", run.of(way).msg
        answers = run.of(way).data["answers"]
        assert len(answers) == 4
        assert [verdict["verdict"] for verdict in answers[0]["verdicts"]] == ["removed"]
        assert answers[0]["source"] == "imap://localhost/INBOX#1"
    for wrong, why in (("Wrong", "AUTHENTICATIONFAILED"), ("Untrusted", "cannot be read"), ("Folder", "Absent")):
        assert run.of(wrong).status == "ignored"
        assert why in run.of(wrong).msg
    assert not any("S" in name.partition(":2,")[2] for name in flags)
    assert dovecot.PASSWORD not in run.stdout + run.stderr
    assert "s3cr3t-wr0ng" not in run.stdout + run.stderr
