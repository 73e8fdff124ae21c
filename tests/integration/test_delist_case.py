# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action delist_case, through Ansible, with a ledger in SQLite."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import case_reference
from ansible_collections.postmaster.delist.tests.integration.harness import Fourfold, Run
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import finding

CASE = case_reference(finding()["id"])
PROOF = {
    "at": "2026-11-26T09:00:00+09:00",
    "line": "Nov 26 09:00:00 mx1 postfix/smtp[1]: 1: to=<x@outlook.com>, relay=..., dsn=2.0.0, status=sent (250 ok)",
    "relay_host": "outlook-com.olc.protection.outlook.com",
    "egress_ip": "203.0.113.7",
}


Task = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def case(tmp_path: Path) -> Task:
    """Give a function that makes a task; the run's findings are in the folder already."""
    findings = {"schema": 1, "findings": [finding(), finding(8, opens_case=False)], "notes": []}
    (tmp_path / "findings.json").write_text(json.dumps(findings), encoding="utf-8")

    def task(operation: str, name: str = "Case", **options: t.Any) -> dict[str, t.Any]:
        if operation == "open":
            options = {"run_dir": str(tmp_path), **options}
        common = {"ledger": f"sqlite:///{tmp_path}/ledger.sqlite3", "actor": "tester"}
        module = {"operation": operation, **common, **options}
        return {"name": name, "postmaster.delist.delist_case": module, "ignore_errors": True}

    return task


def test_opening_is_foretold_and_happens_once(fourfold: t.Callable[..., Fourfold], case: Task) -> None:
    runs = fourfold([case("open")])
    assert runs.predicted.of("Case").changed
    assert [entry["id"] for entry in runs.done.of("Case").data["cases"]] == [CASE]
    assert runs.predicted.of("Case").data["cases"][0]["state"] == "detected"


def test_check_mode_makes_no_ledger(run_tasks: t.Callable[..., Run], case: Task, tmp_path: Path) -> None:
    assert run_tasks([case("open")], check=True).of("Case").status == "ok"
    assert not (tmp_path / "ledger.sqlite3").exists()


def test_an_event_is_foretold_recorded_once_and_shown(fourfold: t.Callable[..., Fourfold], case: Task) -> None:
    advance = case("advance", case=CASE, event="submitted", data={"by": "Kim", "tickets": ["1"]})
    shown = case("list", "Shown", history=True, states=["submitted"], receiver="outlook_com")
    fourfold([case("open", "Open")])
    runs = fourfold([advance, shown], args=["--diff"])
    assert runs.done.of("Case").data["diff"] == {"before": f"{CASE}: detected\n", "after": f"{CASE}: submitted\n"}
    (listed,) = runs.done.of("Shown").data["cases"]
    assert (listed["id"], listed["state"], listed["tickets"]) == (CASE, "submitted", ["1"])
    assert [event["kind"] for event in listed["events"]] == ["detected", "submitted"]


@pytest.mark.matrix
def test_only_a_proof_closes(run_tasks: t.Callable[..., Run], case: Task) -> None:
    wrongs: list[tuple[dict[str, str], str]] = [
        ({"line": ""}, "line is missing"),
        ({"egress_ip": "203.0.113.8"}, "left from 203.0.113.8"),
        ({"relay_host": "mx.example.net"}, "is no server of outlook_com"),
        ({"at": "2026-11-24T09:09:59+09:00"}, "still refused after it"),
    ]
    run = run_tasks(
        [
            case("open"),
            case("advance", case=CASE, event="submitted"),
            case("advance", "Removed", case=CASE, event="decided", data={"verdict": "removed"}),
            *(case("advance", why, case=CASE, event="delivered", data=PROOF | wrong) for wrong, why in wrongs),
            case("advance", "Proven", case=CASE, event="delivered", data=PROOF),
            case("list", "Open ones"),
        ]
    )
    assert run.of("Removed").data["cases"][0]["state"] == "propagating"
    for _wrong, why in wrongs:
        assert run.of(why).status == "ignored"
        assert why in run.of(why).msg
    assert run.of("Proven").data["cases"][0]["state"] == "closed"
    assert run.of("Open ones").data["cases"] == []


def test_what_is_due_is_listed_exported_and_read_back(
    fourfold: t.Callable[..., Fourfold], case: Task, tmp_path: Path
) -> None:
    runs = fourfold([case("open"), case("due", "Due"), case("export", "Export", path="cases.jsonl")])
    due = runs.done.of("Due").data["due"]
    assert [(entry["case"], entry["due"]) for entry in due] == [(CASE, "ask")]
    other = f"sqlite:///{tmp_path}/other.sqlite3"
    runs = fourfold([case("import", path="cases.jsonl", ledger=other), case("list", "Copy", ledger=other)])
    assert runs.done.of("Case").data["events"] == 1
    assert runs.done.of("Copy").data["cases"][0]["id"] == CASE


def test_bad_input_is_named_without_secrets(run_tasks: t.Callable[..., Run], case: Task) -> None:
    bad: list[tuple[dict[str, t.Any], str]] = [
        ({"operation": "advance", "case": CASE}, "event"),
        ({"operation": "advance", "case": "PD-0", "event": "note"}, "There is no case PD-0"),
        ({"operation": "list", "case": "PD-1"}, "There is no case PD-1"),
        ({"operation": "list", "states": ["gone"]}, "gone"),
        ({"operation": "open", "run_dir": "/nowhere"}, "/nowhere"),
        ({"operation": "import", "path": "absent.jsonl"}, "absent.jsonl"),
        ({"operation": "due", "ledger": "postgresql://delist:s3cr3t@/x?host=/nowhere"}, "The ledger cannot be used"),
    ]
    run = run_tasks([case(name=why, **options) for options, why in bad], args=["-vvvv"])
    for _options, why in bad:
        assert run.of(why).status == "ignored"
        assert why in run.of(why).msg
    assert "s3cr3t" not in run.stdout + run.stderr


def test_a_hold_is_noted_in_its_cases_and_the_end_has_a_postmortem(
    run_tasks: t.Callable[..., Run], case: Task, tmp_path: Path
) -> None:
    held = {"hold_done": {"changed": True, "held": {"messages": 5}}, "restore_hold": {"changed": True}}
    noted = {"registered": ["hold_done"], "event": "held"}
    inventory = {"all": {"hosts": {"mx1": {"ansible_connection": "local"}}}}
    run = run_tasks(
        [
            {"name": "Hold", "ansible.builtin.set_fact": held},
            case("own_side", "Held", run_dir=str(tmp_path), **noted),
            case("advance", "Submitted", case=CASE, event="submitted"),
            case("advance", "Proven", case=CASE, event="delivered", data=PROOF),
            case("own_side", "Restored", registered=["restore_hold"], event="restored"),
            case("own_side", "Restored again", registered=["restore_hold"], event="restored"),
            case("postmortem", "Learnt", case=CASE, path="learnt"),
            case("list", "Shown", case=CASE, history=True),
        ],
        inventory=inventory,
    )
    assert [run.of(name).changed for name in ("Held", "Restored", "Restored again")] == [True, True, False]
    kinds = [event["kind"] for event in run.of("Shown").data["cases"][0]["events"]]
    assert kinds == ["detected", "held", "submitted", "delivered", "restored"]
    assert "held in the queue on mx1: 5 messages" in (tmp_path / "learnt" / f"{CASE}.en.md").read_text("utf-8")
    assert "run restore" not in (tmp_path / "learnt" / f"{CASE}.en.md").read_text("utf-8")
