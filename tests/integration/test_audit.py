# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook audit, night after night: how each of them ends, and what it leaves for scripts."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.tests.integration import harness
from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.integration.test_incident import (
    dns_port,
    folder_of,
    logs,
    options,
    screen_of,
    summary_of,
)
from ansible_collections.postmaster.delist.tests.integration.test_incident_bad_input import CLOSED_PORT

__all__ = ["dns_port", "logs", "options"]

POSTCONF = shutil.which("postconf", path="/usr/sbin:/usr/bin:/sbin:/bin")
AUDIT = "postmaster.delist.audit"
POLICY = "Let the policy decide how this run ends"
BLOCKS = [
    "microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver",
    "microsoft_365/ip/203.0.113.9/ip_blocklisted_receiver",
    "outlook_com/ip/203.0.113.9/ip_blocklisted_receiver",
    "spamhaus_zen/ip/203.0.113.9/ip_blocklisted_dnsbl",
    "t_online/ip/203.0.113.7/ip_blocklisted_receiver",
]
ENTRY = "  - {{check: {check}, reason: it is the sample, owner: kenzo, expires: 2099-12-31}}\n"

Night = t.Callable[..., Run]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, options: dict[str, t.Any]) -> Night:
    """Audits the sample; all nights of a module share a ledger, unless C(ledger) names another."""
    cwd = tmp_path_factory.mktemp("audit")

    def run(*, ledger: str = "ledger", inventory: t.Any = None, limit: str | None = None, **more: t.Any) -> Run:
        rc, check = more.pop("rc"), more.pop("check", False)
        extra_vars = {**options["extra_vars"], "audit_ledger": f"sqlite:///{cwd}/{ledger}.sqlite3", **more}
        inventory = inventory or options["inventory"]
        return harness.run_playbook(
            AUDIT, cwd=cwd, inventory=inventory, limit=limit, extra_vars=extra_vars, rc=rc, check=check
        )

    return run


@pytest.fixture(scope="module")
def first(night: Night) -> Run:
    return night(rc=2)


@pytest.fixture(scope="module")
def baseline(night: Night, first: Run) -> Run:
    return night(rc=0, baseline="yes")


def states(run: Run) -> dict[str, str]:
    return {concern["id"]: concern["state"] for concern in summary_of(run)["audit"]["concerns"]}


def widest(screen: list[str]) -> int:
    """In columns, without the command at its end: paths are whole, and those of a test are long."""
    end = next(number for number, line in enumerate(screen) if line.startswith(("AGAIN", "再実行")))
    return max(map(columns, screen[:end]))


def fleet(**hosts: t.Any) -> dict[str, t.Any]:
    """An inventory of hosts that have the sample's mx1 as theirs, and others as they stand."""
    here = {"ansible_connection": "local"}
    shared = {"evidence_queue": False, "evidence_egress": ["none"], "diagnosis_dns": False, "audit_lint": False}
    return {"all": {"hosts": {name: host or here for name, host in hosts.items()}, "vars": shared}}


@pytest.mark.matrix
def test_the_first_night_of_the_sample_fails_by_policy_and_says_why(first: Run) -> None:
    summary = summary_of(first)
    assert summary["policy"]["passed"] is False
    assert set(summary["policy"]["refused"]) == {"new", "critical"}
    assert summary["policy"]["refused"]["critical"] == [f"finding/{block}" for block in BLOCKS]
    said = first.of(POLICY).msg
    assert said.splitlines() == summary["policy"]["reasons"]
    assert "critical 5: 203.0.113.7 refused by Microsoft 365" in said
    assert set(states(first).values()) == {"new"}
    assert "listing/203.0.113.9/bl.spamcop.net/spamcop_scbl" in states(first)
    assert "sender_dns/203.0.113.9/no_ptr" in states(first)
    assert first.changed == 0


def test_the_reasons_are_on_the_last_screen(first: Run) -> None:
    lines = screen_of(first)
    assert lines[0] == "IN TROUBLE: 8 new, 0 still, 0 cleared, 0 unknown now"
    assert len(lines) <= 24
    assert widest(lines) <= 80
    assert [line.split()[1] for line in lines if line.startswith("POLICY")] == ["new", "critical"]


@pytest.mark.matrix
def test_after_a_baseline_the_night_passes(baseline: Run) -> None:
    summary = summary_of(baseline)
    assert summary["policy"] | {"fail_on": []} == {"passed": True, "reasons": [], "fail_on": [], "refused": {}}
    assert summary["audit"]["counts"]["known"] == 8
    assert summary["audit"]["compared_with"]["run_id"] != summary["run_id"]
    assert set(states(baseline).values()) == {"still"}
    assert summary["audit"]["rates"]["microsoft_365"] == {"delivered": 0, "refused": 371, "reputation": 0}


def test_broken_knowledge_is_no_finding(night: Night, tmp_path: Path) -> None:
    receiver = tmp_path / "receivers" / "acme" / "receiver.yml"
    receiver.parent.mkdir(parents=True)
    receiver.write_text("schema: 1\nslug: acme\nrules: nonsense\n", encoding="utf-8")
    run = night(rc=1, ledger="broken", diagnosis_knowledge_paths=[str(tmp_path)])
    assert not (folder_of(run) / "summary.json").exists()
    assert f"There is no audit. The diagnosis failed: {receiver}:1: 'name' is a required property" in run.stderr


def test_one_unreachable_host_is_named_and_the_others_are_told(night: Night, tmp_path: Path) -> None:
    inventory = fleet(gone=CLOSED_PORT, mx1=None)
    if POSTCONF:
        (tmp_path / "main.cf").write_text(
            "compatibility_level = 3.6\nmyhostname = mx1.example.jp\n"
            "smtpd_client_restrictions = reject_rbl_client relays.ordb.org\n"
        )
        (tmp_path / "master.cf").touch()
        inventory["all"]["vars"] |= {"audit_lint": True, "evidence_config_directory": str(tmp_path)}
    run = night(rc=2, ledger="unreachable", inventory=inventory, report_fail_on=["unreachable"])
    summary = summary_of(run)
    assert summary["hosts"] == {"ok": ["mx1"], "failed": [], "unreachable": ["gone"]}
    assert summary["policy"]["refused"] == {"unreachable": ["gone"]}
    assert f"finding/{BLOCKS[0]}" in states(run)
    assert "POLICY  unreachable 1: gone" in screen_of(run)
    looked = [name for name in states(run) if name.startswith("lint/")]
    assert looked == ([f"lint/mx1/{tmp_path.name}/dead_list/relays.ordb.org"] if POSTCONF else [])


@pytest.mark.nightly
def test_with_all_accepted_the_night_passes(night: Night, tmp_path: Path) -> None:
    path = tmp_path / "accepted.yml"
    entries = "".join(ENTRY.format(check=check) for check in ("finding", "listing", "sender_dns", "lint"))
    path.write_text(f"schema: 1\naccepted:\n{entries}", encoding="utf-8")
    run = night(rc=0, ledger="accepted", report_accepted=str(path))
    assert summary_of(run)["audit"]["counts"]["accepted"] == 8
    assert [entry["check"] for entry in summary_of(run)["audit"]["accepted"]["remove"]] == ["lint"]
    assert any(line.startswith("REMOVE  accepted line 6 (check lint)") for line in screen_of(run))
    path.write_text(f"schema: 1\naccepted:\n{entries}  - {{id: x, reason: why}}\n", encoding="utf-8")
    broken = night(rc=1, ledger="accepted", report_accepted=str(path))
    assert f"{path}:7: accepted[4]" in broken.stderr
    assert not (folder_of(broken) / "summary.json").exists()


@pytest.mark.nightly
def test_a_limited_night_ends_by_policy_too(night: Night) -> None:
    for name in ("first", "second"):
        run = night(rc=2, ledger="limited", limit="mx3")
        summary = summary_of(run)
        assert summary["hosts"] == {"ok": ["mx3"], "failed": [], "unreachable": []}
        assert set(summary["policy"]["refused"]) == ({"new", "critical"} if name == "first" else {"critical"})
        assert f"finding/{BLOCKS[0]}" not in states(run)


@pytest.mark.nightly
def test_a_fleet_that_is_all_gone_is_no_all_clear(night: Night) -> None:
    inventory = fleet(gone1=CLOSED_PORT, gone2=CLOSED_PORT)
    run = night(rc=2, ledger="gone", inventory=inventory)
    assert summary_of(run)["hosts"]["unreachable"] == ["gone1", "gone2"]
    assert summary_of(run)["policy"]["refused"] == {"unreachable": ["gone1", "gone2"]}
    passed = night(rc=0, ledger="gone", inventory=fleet(gone1=CLOSED_PORT), report_fail_on=["new"])
    assert summary_of(passed)["hosts"]["unreachable"] == ["gone1"]


@pytest.mark.nightly
def test_check_mode_reports_and_remembers_nothing(night: Night) -> None:
    for _night in range(2):
        run = night(rc=2, ledger="checked", check=True)
        assert set(states(run).values()) == {"new"}
        assert summary_of(run)["audit"]["compared_with"] is None


@pytest.mark.nightly
def test_it_speaks_japanese(night: Night) -> None:
    lines = screen_of(night(rc=2, ledger="japanese", language="ja"))
    assert lines[0].startswith("要対応：新規8件")
    assert widest(lines) <= 80


@pytest.mark.nightly
def test_a_ledger_that_cannot_be_had_is_no_finding(night: Night) -> None:
    run = night(rc=1, audit_ledger="mysql://root:s3cret@db/x")
    assert "a ledger lies in SQLite or PostgreSQL" in run.stderr
    assert "s3cret" not in run.stdout + run.stderr
    assert not (folder_of(run) / "summary.json").exists()


@pytest.mark.nightly
def test_a_night_that_cannot_be_remembered_leaves_no_summary(night: Night, first: Run, tmp_path: Path) -> None:
    shared = next(folder for folder in folder_of(first).parents if (folder / "ledger.sqlite3").exists())
    ledger = tmp_path / "full.sqlite3"
    shutil.copy(shared / "ledger.sqlite3", ledger)
    with contextlib.closing(sqlite3.connect(ledger)) as full:
        full.execute("CREATE TRIGGER no_room BEFORE INSERT ON delist_runs BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    run = night(rc=1, audit_ledger=f"sqlite:///{ledger}")
    assert "There is no audit." in run.stderr
    assert (folder_of(run) / "report.md").exists()
    assert not (folder_of(run) / "summary.json").exists()


def test_a_night_is_told_in_all_formats(first: Run) -> None:
    report = (folder_of(first) / "report.md").read_text(encoding="utf-8")
    assert "## The fleet since the last audit" in report
    content = json.loads((folder_of(first) / "audit.json").read_text(encoding="utf-8"))
    assert len(content["concerns"]) == 8
