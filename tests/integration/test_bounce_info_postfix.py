# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""bounce_info against a real Postfix that really is refused, with its own log file and with a real journal."""

from __future__ import annotations

import gzip
import json
import typing as t
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.postmaster.delist.tests.integration import harness, mail_host
from ansible_collections.postmaster.delist.tests.integration.harness import ROOT
from ansible_collections.postmaster.delist.tests.integration.mail_host import EGRESS, GMAIL, OUTLOOK, T_ONLINE, MailHost
from ansible_collections.postmaster.delist.tools import interpreters

pytestmark = pytest.mark.skipif(bool(mail_host.why_not()), reason=f"a real mail host {mail_host.why_not()}")
with_journal = pytest.mark.skipif(bool(mail_host.why_no_journal()), reason=f"a journal {mail_host.why_no_journal()}")

SES_EGRESS = "203.0.113.8"
NOBODY = 65534
PYTHONS = interpreters.find([(3, minor) for minor in range(8, 11)])
SCHEMA = json.loads((ROOT / "knowledge" / "schema" / "evidence.json").read_text(encoding="utf-8"))
MESSAGES = ("u1@example.com", "u2@example.com", "u3@example.com", "a@t-online.de", "b@gmail.com", "c@ses.example")
FORGED = (
    "4FxQ2T1Abcz: to=<forged@example.com>, relay=none, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced "
    "(host x.example[198.51.100.99] said: 550 5.7.1 forged [203.0.113.99] (in reply to RCPT TO command))"
)


def send_all(host: MailHost) -> None:
    for recipient in MESSAGES:
        host.send(recipient)


@pytest.fixture(scope="module")
def host() -> t.Iterator[MailHost]:
    """A host whose Postfix writes /var/log/postfix.log, after the messages have been refused or taken."""
    with mail_host.running(journal=False) as running:
        send_all(running)
        log = running.folder / "log" / "postfix.log"
        running.settle(seen=lambda: log.exists() and log.read_text(encoding="utf-8").count("to=<") >= len(MESSAGES) + 4)
        yield running


@pytest.fixture(scope="module")
def journal_host() -> t.Iterator[MailHost]:
    """The same with journald only; somebody has forged a line in the journal."""
    with mail_host.running(journal=True) as running:
        running.run("logger", "-t", "postfix/smtp", "--", FORGED, uid=NOBODY)
        send_all(running)
        running.settle(seen=lambda: running.run("journalctl", "--quiet").count("to=<") >= len(MESSAGES) + 1 + 4)
        yield running


def said(evidence: dict[str, t.Any]) -> dict[tuple[str, str], dict[str, t.Any]]:
    jsonschema.validate(evidence, SCHEMA)
    return {(reply["service"], reply["relay_host"]): reply for reply in evidence["replies"]}


def counts(evidence: dict[str, t.Any]) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        which: (reply["outcomes"]["bounced"], reply["outcomes"]["deferred"]) for which, reply in said(evidence).items()
    }


EXPECTED = {
    ("postfix/smtp", OUTLOOK[0]): (3, 0),
    ("postfix/ses/smtp", OUTLOOK[0]): (1, 0),
    ("postfix/smtp", T_ONLINE[0]): (0, 1),
}


def test_refusals_are_counted_as_they_happened(host: MailHost) -> None:
    evidence = host.gather()
    assert counts(evidence) == EXPECTED
    refused = said(evidence)["postfix/smtp", OUTLOOK[0]]
    assert (refused["code"], refused["enhanced"], refused["dsn"], refused["stage"]) == (
        550,
        "5.7.1",
        "5.7.1",
        "RCPT TO",
    )
    assert refused["relay_ips"] == [OUTLOOK[1]]
    assert refused["named_ips"] == [EGRESS]
    assert refused["recipient_domains"] == {"example.com": 3}
    assert said(evidence)["postfix/smtp", T_ONLINE[0]]["stage"] == "greeting"
    assert [(relay["relay_host"], relay["count"]) for relay in evidence["delivered"]] == [(GMAIL[0], 1)]
    assert evidence["top_senders"][0]["sender"] == "*@example.jp"
    assert evidence["totals"]["lines_unparsed"] == 0


def test_the_log_is_the_one_that_postfix_names(host: MailHost) -> None:
    (log,) = (source for source in host.gather()["sources"] if source["kind"] == "file")
    assert (log["path"], log["notes"]) == ("/var/log/postfix.log", [])


def test_the_address_that_the_receiver_named_is_the_one_configured(host: MailHost) -> None:
    egress = host.gather()["egress"]
    assert egress["configured"] == [EGRESS, SES_EGRESS]
    assert egress["by_service"]["postfix/smtp"] == [EGRESS]
    assert egress["by_service"]["postfix/ses/smtp"] == [SES_EGRESS]
    assert egress["relayhost"] is None
    assert host.gather(egress=["none"])["egress"]["configured"] == []


def test_a_relayhost_and_other_addresses_are_read_as_postfix_reads_them(host: MailHost) -> None:
    before = (host.folder / "etc" / "main.cf").read_bytes()
    try:
        host.run("postconf", "-e", "relayhost=[$myhostname]:587", "smtp_bind_address=", "inet_interfaces=203.0.113.8")
        egress = host.gather(queue=False)["egress"]
        assert egress["relayhost"] == "[mx1.example.jp]:587"
        assert egress["by_service"]["postfix/smtp"] == ["203.0.113.8"]
    finally:
        (host.folder / "etc" / "main.cf").write_bytes(before)


def test_the_queue_says_why_mail_waits(host: MailHost) -> None:
    evidence = host.gather()
    queue = evidence["queue"]
    assert (queue["messages"], queue["by_queue"]) == (1, {"deferred": 1})
    (reason,) = queue["by_signature"]
    logged = said(evidence)["postfix/smtp", T_ONLINE[0]]
    assert (reason["signature"], reason["relay_host"]) == (logged["signature"], logged["relay_host"])
    assert reason["recipient_domains"] == {"t-online.de": 1}
    assert queue["expiring"]["messages"] == 0
    assert host.gather(queue=False)["queue"] is None


def test_mail_that_was_really_lost_is_listed(host: MailHost) -> None:
    lost = host.gather(lost_mail=True, recipients="full")["lost"]
    assert {row["recipient"] for row in lost} == {recipient for recipient in MESSAGES if "example" in recipient}
    assert all(row["message_id"] and row["sender"] == "me@example.jp" for row in lost)


@pytest.mark.skipif(not PYTHONS, reason="no other Python that a mail host may have")
def test_the_oldest_python_of_hosts_says_the_same(host: MailHost) -> None:
    oldest = PYTHONS[min(PYTHONS)]
    assert counts(host.gather(python=oldest)) == EXPECTED


@pytest.mark.skipif(not mail_host.COMMON_PYTHON.exists(), reason=f"no {mail_host.COMMON_PYTHON}, which all may run")
def test_an_ordinary_user_is_told_what_helps(host: MailHost) -> None:
    log = host.folder / "log" / "postfix.log"
    log.chmod(0o600)
    said = host.why_nothing(uid=NOBODY)
    assert said == (
        "No mail log could be read: /var/log/postfix.log: permission denied: run with become (ansible-playbook -b)"
    )


def test_instances_are_found_with_their_own_names_queues_and_logs(host: MailHost) -> None:
    before = (host.folder / "etc" / "main.cf").read_bytes()
    try:
        second = host.add_instance("postfix-out")
        host.send("v@example.com", instance=second)
        host.send("w@t-online.de", instance=second)
        log = host.folder / "log" / "postfix-out.log"
        host.settle(seen=lambda: log.exists() and log.read_text(encoding="utf-8").count("to=<") >= 3)
        evidence = host.gather()
        own = {name: count for name, count in counts(evidence).items() if name[0].startswith("postfix-out/")}
        assert own == {("postfix-out/smtp", OUTLOOK[0]): (1, 0), ("postfix-out/smtp", T_ONLINE[0]): (0, 1)}
        assert {name: count for name, count in counts(evidence).items() if name not in own} == EXPECTED
        assert evidence["queue"]["by_queue"] == {"deferred": 2}
        assert evidence["egress"]["by_service"]["postfix-out/smtp"] == [EGRESS]
        assert [source["path"] for source in evidence["sources"] if source["kind"] == "file"] == [
            "/var/log/postfix.log",
            "/var/log/postfix-out.log",
        ]
    finally:
        (host.folder / "etc" / "main.cf").write_bytes(before)


@with_journal
def test_a_journal_counts_the_same_and_a_forged_line_not_at_all(journal_host: MailHost) -> None:
    evidence = journal_host.gather()
    assert counts(evidence) == EXPECTED
    (journal,) = (source for source in evidence["sources"] if source["kind"] == "journal")
    assert journal["path"] == "systemd journal"
    (note,) = journal["notes"]
    assert note.startswith("1 entries not counted: written by ")
    assert note.endswith(", not by Postfix")
    assert evidence["top_senders"][0]["refusals"] == 5


@with_journal
def test_the_journal_of_another_host_and_its_exports_say_the_same(journal_host: MailHost) -> None:
    folder = journal_host.folder / "log" / "journal"
    expected = counts(journal_host.gather(journal_directory="/var/log/journal", queue=False))
    assert expected == EXPECTED
    (file,) = folder.glob("*/system.journal")
    for name, kind in (("mx1.export", "export"), ("mx1.json", "json")):
        (journal_host.folder / name).write_text(
            journal_host.run("journalctl", "--quiet", "--all", f"--output={kind}"), encoding="utf-8"
        )
    packed = journal_host.folder / "mx1.export.gz"
    packed.write_bytes(gzip.compress((journal_host.folder / "mx1.export").read_bytes()))
    for path in (file, journal_host.folder / "mx1.export", journal_host.folder / "mx1.json", packed):
        evidence = journal_host.gather(paths=[str(path)], rotated=False, queue=False)
        assert counts(evidence) == EXPECTED, path
        (source,) = evidence["sources"]
        assert source["kind"] == "journal"
        assert "not by Postfix" in source["notes"][0]


@with_journal
def test_a_journal_is_read_within_bounds(journal_host: MailHost) -> None:
    whole = journal_host.gather(max_seconds=60)
    assert counts(whole) == EXPECTED
    newest = journal_host.gather(max_bytes=12_000, queue=False)
    (source,) = newest["sources"]
    assert 0 < source["bytes_read"] <= 12_000
    assert any("max_bytes" in note for note in source["notes"])
    assert source["last_at"] == next(one["last_at"] for one in whole["sources"] if one["kind"] == "journal")
    assert 0 < newest["totals"]["lines_matched"] < whole["totals"]["lines_matched"]
    later = journal_host.run("date", "--rfc-3339=seconds", "--date=+1 hour").strip().replace(" ", "T")
    assert journal_host.gather(since=later, queue=False)["replies"] == []


@with_journal
def test_a_file_that_syslog_writes_from_the_journal_counts_once(journal_host: MailHost) -> None:
    log = journal_host.folder / "log" / "mail.log"
    try:
        lines = journal_host.run("journalctl", "--quiet", "--output=short-iso-precise", "--identifier=postfix/smtp")
        written = [line for line in lines.splitlines(keepends=True) if "forged" not in line]
        log.write_text("".join(line[:29] + ":" + line[29:] for line in written), encoding="utf-8")
        evidence = journal_host.gather(queue=False)
        assert [source["path"] for source in evidence["sources"]] == ["/var/log/mail.log"]
        assert counts(evidence)["postfix/smtp", OUTLOOK[0]] == (3, 0)
        assert counts(journal_host.gather(queue=False, journal="always")) == EXPECTED
    finally:
        log.unlink()


def test_the_module_reads_and_changes_nothing(host: MailHost, tmp_path: Path) -> None:
    inventory = {
        "all": {
            "hosts": {"mx1": {"ansible_connection": "local", "ansible_python_interpreter": str(host.interpreter())}}
        }
    }
    task = {"name": "Gather", "postmaster.delist.bounce_info": {"since": "1h", "evidence_dir": "evidence"}}
    runs = harness.fourfold(harness.tasks_as_play([task]), cwd=tmp_path, inventory=inventory)
    for run in (runs.predicted, runs.done, runs.predicted_again, runs.done_again):
        assert run.changed == 0
        assert run.of("Gather").data["notes"] == []
    evidence = json.loads((tmp_path / "evidence" / "mx1.json").read_text(encoding="utf-8"))
    assert counts(evidence) == EXPECTED
    assert evidence["host"] == "mx1"


def test_the_story_of_the_seed_happens_for_real(host: MailHost, tmp_path: Path) -> None:
    inventory = {
        "all": {
            "hosts": {"mx1": {"ansible_connection": "local", "ansible_python_interpreter": str(host.interpreter())}},
            "vars": {"evidence_config_directory": "/etc/postfix"},
        }
    }
    run = harness.run_playbook("postmaster.delist.incident", cwd=tmp_path, inventory=inventory, rc=None)
    folder = Path(run.of("run_folder").data["path"])
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    (block,) = (one for one in findings if one["id"] == f"microsoft_365/ip/{EGRESS}/ip_blocklisted_receiver")
    assert (block["ip_source"], block["confidence"], block["counts"]["bounced"]) == ("reply", "high", 3)
