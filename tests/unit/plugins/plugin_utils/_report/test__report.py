# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import string
import typing as t
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import CODES
from ansible_collections.postmaster.delist.plugins.plugin_utils._reason import reason_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import added_up, instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import host_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    READ,
    evidence,
    finding,
    report,
    request,
    run_folder,
    summary_of,
)

EN = Texts("en")
SUMMARY_SCHEMA = json.loads((SHIPPED / "schema" / "summary.json").read_text(encoding="utf-8"))


def leaves(texts: t.Any) -> t.Iterator[t.Any]:
    if set(texts) == set(LANGUAGES):
        yield texts
        return
    for value in texts.values():
        yield from leaves(value)


def fields(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages_and_names_the_same() -> None:
    for texts in leaves({name: read(SHIPPED / "texts" / f"{name}.yml")["texts"] for name in ("report", "report_page")}):
        assert fields(texts["en"]) == fields(texts["ja"]), texts


def test_what_is_filled_in_is_no_template_and_one_line() -> None:
    assert EN.say("not_read", host="{reason}", reason="a\nb\x1b[31m {host}") == "NOT READ {reason}: a b {host}"


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        ({"msg": "fine"}, "ok", ""),
        ({"failed": True, "msg": "Task failed: Action failed: no log\nhere"}, "failed", "no log here"),
        (
            {"failed": True, "msg": "No JSON", "module_stderr": "python3: not found\n"},
            "failed",
            "No JSON python3: not found",
        ),
        (
            {"unreachable": True, "msg": "Task failed: Failed to connect to the host via ssh: ssh: refused"},
            "unreachable",
            "ssh: refused",
        ),
        (
            {"failed": True, "not_reached": True, "msg": "night-2 did not reach mx1"},
            "unreachable",
            "night-2 did not reach mx1",
        ),
        (None, "failed", "nothing"),
    ],
)
def test_how_the_gathering_ended(result: dict[str, t.Any] | None, state: str, reason: str) -> None:
    assert host_of("mx1", result, without_result="nothing") == Host(name="mx1", state=state, reason=reason)


def test_a_reason_is_short_and_plain() -> None:
    assert len(reason_of({"msg": "x" * 10_000})) == 300
    assert reason_of({}) == "?"


def test_the_evidence_of_all_hosts_is_added_up(tmp_path: Path) -> None:
    notes = [{"path": None, "kind": "journal", "notes": ["truncated"]}, {"path": "/var/log/mail.log", "kind": "file"}]
    wider = {"since": "2026-11-23T00:00:00+00:00", "until": "2026-11-24T00:00:00+00:00"}
    read = [READ, Host(name="mx2", state="ok"), Host(name="mx3", state="failed", reason="?")]
    held = [evidence(), evidence("mx2", window=wider, sources=notes, delivered=False), evidence("mx3", sources=notes)]
    held[2] |= {"replies": [], "delivered": []}
    made = report(tmp_path, evidences=held, hosts=read)
    totals = made.totals
    assert (totals.bounced, totals.deferred, totals.expired, totals.delivered) == (824, 192, 2, 9001)
    assert totals.since == instant("2026-11-23T00:00:00+00:00")
    assert totals.until == instant("2026-11-24T09:15:30+09:00")
    assert [(log.host, log.path, log.notes) for log in made.notes] == [("mx2", "journal", ("truncated",))]


def test_broken_evidence_is_left_out(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, evidences=[evidence("mx1"), {"host": "mx2"}, evidence("mx3", replies=[{}])])
    (folder / "evidence" / "mx4.json").write_text('{"host": "mx4', encoding="utf-8")
    assert added_up(folder / "evidence").bounced == 412


@pytest.mark.parametrize(
    ("verdict", "held"),
    [
        ("blocked", {"findings": [finding()]}),
        ("blocked", {"findings": [finding()], "hosts": [Host(name="mx1", state="unreachable", reason="x")]}),
        ("clear", {"findings": [finding(cause="recipient_invalid")]}),
        ("clear", {}),
        ("unseen", {"evidences": [evidence(replies=[], delivered=[])]}),
        ("unread", {"evidences": [], "hosts": [Host(name="mx1", state="failed", reason="x")]}),
        ("undiagnosed", {"findings": None, "failed_steps": {"diagnosis": "x"}}),
    ],
)
def test_the_verdict_claims_no_more_than_was_seen(tmp_path: Path, verdict: str, held: dict[str, t.Any]) -> None:
    assert report(tmp_path, **held).verdict == verdict


def test_the_gravest_comes_first_and_noise_last(tmp_path: Path) -> None:
    few = {"bounced": 1, "deferred": 0, "expired": 0, "recipients": 1}
    many = {"bounced": 0, "deferred": 900, "expired": 0, "recipients": 1}
    made = report(
        tmp_path,
        findings=[
            finding(1, cause="recipient_invalid", counts=many),
            finding(2, counts=few),
            finding(3, cause="ip_policy_range", counts=many),
            finding(4, counts=many),
        ],
    )
    assert [item.finding["subject"]["value"][-1] for item in made.items] == ["4", "2", "3", "1"]
    assert [item.is_block for item in made.items] == [True, True, True, False]


def test_a_finding_without_a_subject_says_where(tmp_path: Path) -> None:
    nameless: dict[str, t.Any] = {"subject": {"kind": "none", "value": None}}
    made = report(tmp_path, findings=[finding(1, **nameless), finding(2, egress_ip=None, **nameless)])
    assert [item.subject for item in made.items] == ["203.0.113.1", "mx1, mx2"]


def test_each_finding_has_its_own_request(tmp_path: Path) -> None:
    one, two = finding(1), finding(2)
    made = report(tmp_path, findings=[one, two], requests=[request(two)])
    assert [item.request.get("finding") for item in made.items] == [None, two["id"]]


def test_the_summary_keeps_to_its_schema(tmp_path: Path) -> None:
    held: dict[str, t.Any] = {"findings": [finding()], "requests": [request(finding())]}
    summary = summary_of(report(tmp_path, **held))
    jsonschema.validate(summary, SUMMARY_SCHEMA)
    assert summary["policy"] == {"passed": True, "reasons": [], "fail_on": sorted(CODES), "refused": {}}
    assert summary["hosts"] == {"ok": ["mx1"], "failed": [], "unreachable": []}
    assert [entry["id"] for entry in summary["findings"]] == [finding()["id"]]


def test_findings_alone_do_not_fail_the_policy_but_missing_hosts_and_steps_do(tmp_path: Path) -> None:
    mx2, mx3 = Host(name="mx2", state="unreachable", reason="refused"), Host(name="mx3", state="failed", reason="?")
    summary = summary_of(report(tmp_path, hosts=[READ, mx2, mx3], failed_steps={"request": "no words"}))
    jsonschema.validate(summary, SUMMARY_SCHEMA)
    assert summary["policy"]["passed"] is False
    assert summary["policy"]["reasons"] == [
        "mx2 was unreachable: refused",
        "mx3 could not be read: ?",
        "the requests failed: no words",
    ]
    assert summary["hosts"] == {"ok": ["mx1"], "failed": ["mx3"], "unreachable": ["mx2"]}


@pytest.mark.parametrize(
    "broken",
    [
        {"policy": {"passed": False, "reasons": []}},
        {"policy": {"passed": True, "reasons": ["but"]}},
        {"finished_at": "2026-11-24T09:15:30"},
        {"run_id": "../x"},
        {"hosts": {"ok": []}},
        {"findings": [{"id": "x"}]},
    ],
)
def test_the_schema_refuses_what_scripts_could_not_use(tmp_path: Path, broken: dict[str, t.Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(summary_of(report(tmp_path)) | broken, SUMMARY_SCHEMA)
