# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action delist_send, through Ansible, with a real submission server."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import case_reference
from ansible_collections.postmaster.delist.tests.integration import submission
from ansible_collections.postmaster.delist.tests.integration.harness import Fourfold, Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import finding

CASE = case_reference(finding()["id"])


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    draft = (
        f"From: postmaster@example.jp\r\nTo: delist@example.org\r\nSubject: x\r\nMessage-ID: <{CASE}@example.jp>\r\n"
        "X-Unsent: 1\r\n\r\nPlease.\r\n"
    )
    record = {
        "case": CASE, "kind": "email", "path": "requests/a.eml", "to": "delist@example.org", "url": None,
        "message_id": f"<{CASE}@example.jp>",
    }  # fmt: skip
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / "a.eml").write_bytes(draft.encode())
    (tmp_path / "requests.json").write_text(json.dumps({"schema": 1, "requests": [record]}))
    (tmp_path / "findings.json").write_text(json.dumps({"schema": 1, "findings": [finding()], "notes": []}))
    return tmp_path


def test_it_is_planned_foretold_and_sent_once(
    run_tasks: t.Callable[..., Run], fourfold: t.Callable[..., Fourfold], run_dir: Path
) -> None:
    ledger = {"ledger": f"sqlite:///{run_dir}/ledger.sqlite3", "run_dir": str(run_dir)}
    with submission.serving(run_dir) as server:
        account = {
            "host": "localhost", "user": submission.USER, "password": submission.PASSWORD, "port": server.port,
            "ca_file": str(server.ca_file),
        }  # fmt: skip

        def send(name: str, **options: t.Any) -> dict[str, t.Any]:
            return {"name": name, "postmaster.delist.delist_send": {"server": account, **ledger, **options}}

        opening = {"name": "Open", "postmaster.delist.delist_case": {"operation": "open", **ledger}}
        planned = run_tasks([opening, send("Plan")])
        assert planned.of("Open").data["cases"][0]["state"] == "ready"
        assert [entry["outcome"] for entry in planned.of("Plan").data["requests"]] == ["planned"]
        assert server.received == []
        runs = fourfold([send("Send", confirm=True)], args=["-vvvv", "--diff"])
        assert [entry["outcome"] for entry in runs.done.of("Send").data["requests"]] == ["sent"]
        assert len(server.received) == 1
        wrong = {"name": "Wrong", "ignore_errors": True} | send("Wrong", cases=["PD-0"])
        assert "There is no mail for PD-0" in run_tasks([wrong]).of("Wrong").msg
    for run in (runs.predicted, runs.done, runs.done_again):
        assert submission.PASSWORD not in run.stdout + run.stderr
