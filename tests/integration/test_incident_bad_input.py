# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook incident when something is missing, broken or hostile: it says so, and reports what it has."""

from __future__ import annotations

import datetime
import email
import email.policy
import gzip
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.integration.hostile import FBLW15, control_characters, texts
from ansible_collections.postmaster.delist.tests.integration.test_incident import FBLW15 as FINDING
from ansible_collections.postmaster.delist.tests.integration.test_incident import (
    INCIDENT,
    finding_of,
    folder_of,
    screen_of,
    summary_of,
)

CLOSED_PORT = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_common_args": "-o ConnectTimeout=5"}
WORDS = {
    # The logs are the tests' own, so this machine's queue and addresses have nothing to do with them.
    "evidence_queue": False,
    "evidence_egress": ["none"],
    "request_organisation": "Example Mail Ltd.",
    "request_contact_name": "Kenzo Tanaka",
    "request_reply_to": "postmaster@example.org",
    "request_fixed_text": "We looked and found nothing.",
    "request_allow_documentation": True,
    "request_check_mailbox": False,
    "diagnosis_dns": False,
}

Incident = t.Callable[..., Run]


def line(said: str, *, minutes_ago: int = 30) -> bytes:
    at = datetime.datetime.now().astimezone() - datetime.timedelta(minutes=minutes_ago)
    return (
        f"{at.isoformat(timespec='microseconds')} mx postfix/smtp[77]: 4F2A9C0D11: to=<someone@example.com>, "
        "relay=example-com.mail.protection.outlook.com[198.51.100.36]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, "
        "status=bounced (host example-com.mail.protection.outlook.com[198.51.100.36] "
        f"said: {said} (in reply to RCPT TO command))\n"
    ).encode()


@pytest.fixture
def incident(run_playbook: t.Callable[..., Run], tmp_path: Path) -> Incident:
    """Runs over hosts whose logs are given as bytes; a host given as variables is one as it stands."""

    def run(hosts: dict[str, bytes | dict[str, t.Any]], *, rc: int, **extra_vars: t.Any) -> Run:
        inventory: dict[str, t.Any] = {}
        for name, host in hosts.items():
            if isinstance(host, bytes):
                path = tmp_path / name
                path.write_bytes(host)
                host = {"ansible_connection": "local", "evidence_paths": [str(path)]}
            inventory[name] = host
        return run_playbook(
            INCIDENT, inventory={"all": {"hosts": inventory, "vars": WORDS}}, extra_vars=extra_vars, rc=rc
        )

    return run


def test_bad_logs_do_not_hide_the_good_one(incident: Incident, tmp_path: Path) -> None:
    good = line(f"{FBLW15}...")
    run = incident(
        {
            "good": good * 3,
            "missing": {"ansible_connection": "local", "evidence_paths": [str(tmp_path / "nowhere.log")]},
            "binary": bytes(range(256)) * 4096,
            "empty": b"",
            "truncated.gz": gzip.compress(os.urandom(50_000).hex().encode() + b"\n" + good)[:-40],
            "nonsense": b"not a log line at all\n" * 1000,
        },
        rc=2,
    )
    summary = summary_of(run)
    assert finding_of(run, FINDING)["counts"]["bounced"] == 3
    assert "missing" in summary["hosts"]["failed"]
    assert "good" in summary["hosts"]["ok"]
    assert summary["policy"]["passed"] is False
    assert any("nowhere.log" in reason for reason in summary["policy"]["reasons"])
    shown = "\n".join(screen_of(run))
    assert "203.0.113.7" in shown
    assert "nowhere.log" in shown
    report = (folder_of(run) / "report.md").read_text(encoding="utf-8")
    for host in ("good", "missing", "binary", "empty", "truncated.gz", "nonsense"):
        assert f"| {host} |" in report


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_log_says_to_become_somebody_else(incident: Incident, tmp_path: Path) -> None:
    path = tmp_path / "mail.log"
    path.touch(mode=0)
    run = incident({"mx1": {"ansible_connection": "local", "evidence_paths": [str(path)]}}, rc=2)
    assert "-b" in " ".join(summary_of(run)["policy"]["reasons"])


def test_one_unreachable_host_does_not_stop_the_report(incident: Incident) -> None:
    run = incident({"gone": CLOSED_PORT, "mx1": line(f"{FBLW15}...")}, rc=2)
    summary = summary_of(run)
    assert summary["hosts"] == {"ok": ["mx1"], "failed": [], "unreachable": ["gone"]}
    assert finding_of(run, FINDING)["hosts"] == ["mx1"]
    shown = screen_of(run)
    (said,) = (number for number, text in enumerate(shown) if text.startswith("NOT READ gone: "))
    assert shown[said + 1].endswith("Connection refused")
    assert "gone was unreachable: " in run.of("Let the policy decide how this run ends").msg


def test_all_hosts_unreachable_is_no_all_clear(incident: Incident) -> None:
    run = incident({"gone1": CLOSED_PORT, "gone2": CLOSED_PORT}, rc=2)
    summary = summary_of(run)
    assert summary["hosts"] == {"ok": [], "failed": [], "unreachable": ["gone1", "gone2"]}
    assert summary["verdict"] == "unread"
    assert screen_of(run)[0].startswith("NO ANSWER")
    assert len(summary["policy"]["reasons"]) == 2


def test_a_malformed_knowledge_file_of_the_site_is_named_and_the_evidence_reported(
    incident: Incident, tmp_path: Path
) -> None:
    receiver = tmp_path / "site" / "receivers" / "acme" / "receiver.yml"
    receiver.parent.mkdir(parents=True)
    receiver.write_text("schema: 1\nslug: acme\nrules: nonsense\n", encoding="utf-8")
    run = incident({"mx1": line(f"{FBLW15}...")}, rc=2, diagnosis_knowledge_paths=[str(tmp_path / "site")])
    summary = summary_of(run)
    assert summary["verdict"] == "undiagnosed"
    assert summary["hosts"]["ok"] == ["mx1"]
    (reason,) = summary["policy"]["reasons"]
    assert f"{receiver}:" in reason
    assert any("NOT DONE diagnosis: " in text for text in screen_of(run))


def test_without_the_operators_words_it_says_what_is_missing(incident: Incident) -> None:
    run = incident({"mx1": line(f"{FBLW15}...")}, rc=0, request_fixed_text="")
    (request,) = summary_of(run)["requests"]
    assert request["refused"]["code"] == "fixed_text_missing"
    assert any("request_fixed_text" in text for text in screen_of(run))
    written = {path.name.partition(".")[2] for path in (folder_of(run) / "requests").iterdir()}
    assert written == {"notice.en.txt", "notice.ja.txt"}  # for customers; a draft would hold words that nobody said


def test_a_wrong_value_of_a_variable_is_named(incident: Incident) -> None:
    run = incident({"mx1": line(f"{FBLW15}...")}, rc=2, report_language="fr")
    assert "report_language" in run.stdout


def test_a_wrong_language_is_named(incident: Incident) -> None:
    assert "en, ja" in incident({"mx1": line(f"{FBLW15}...")}, rc=2, language="fr").stdout


def test_hostile_replies_go_through_the_whole_run_and_are_not_obeyed(incident: Incident, tmp_path: Path) -> None:
    proof = tmp_path / "executed"
    hostile = texts(proof)
    logs: dict[str, bytes | dict[str, t.Any]] = {
        name: line(said.replace("\n", " ")) * 2 + line(f"{said}".replace("\n", "\\n")) for name, said in hostile.items()
    }
    run = incident(logs, rc=0)
    assert not proof.exists()
    assert control_characters(run.stdout) == set()
    lines = screen_of(run)
    assert len(lines) <= 24
    folder = folder_of(run)
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert control_characters(report) == set()
    assert "<script" not in outside_fences(report)
    drafts = list((folder / "requests").glob("*.eml"))
    assert drafts
    for draft in drafts:
        message = email.message_from_bytes(draft.read_bytes(), policy=email.policy.SMTP)
        assert message.defects == []
        assert message["To"] == "delist@messaging.microsoft.com"
        assert {name.lower() for name in message}.isdisjoint({"bcc", "x-injected", "cc"})
    for name in ("summary.json", "findings.json", "requests.json"):
        assert control_characters((folder / name).read_text(encoding="utf-8")) == set()


def outside_fences(markdown: str) -> str:
    kept: list[str] = []
    fence = ""
    for text in markdown.splitlines():
        if fence:
            fence = "" if text == fence else fence
        elif text.startswith("```"):
            fence = text.removesuffix("text")
        else:
            kept.append(text)
    return "\n".join(kept)
