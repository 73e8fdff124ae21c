# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The story through the playbook follow_up: asked, answered, delivered again; with a real submission server.

Its states, one by one and with a clock of its own, are in tests/unit/plugins/plugin_utils/_answers/test_story.py.
"""

from __future__ import annotations

import datetime
import email
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness, submission
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import (
    ACKNOWLEDGED,
    REMOVED,
    SERVER,
    answer,
)

pytest.importorskip("authres")
IP = "203.0.113.7"
RELAY = "example-com.mail.protection.outlook.com"
REFUSED = (
    f"status=bounced (host {RELAY}[192.0.2.36] said: 550 5.7.1 Service unavailable; Client host [{IP}] blocked using"
    " FBLW15; To request removal from this list please forward this message to delist@messaging.microsoft.com"
    " (in reply to RCPT TO command))"
)


class Story(t.NamedTuple):
    """What each run of the playbook left; C(sent) are the mails, C(folder) is where all of it is."""

    asked: harness.Run
    incident: harness.Run
    recorded: harness.Run
    answered: harness.Run
    delivered: harness.Run
    again: harness.Run
    sent: list[bytes]
    folder: Path

    def summary(self, run: harness.Run) -> dict[str, t.Any]:
        path = Path(str(run.of("Say what is due").data["path"])).with_name("summary.json")
        return t.cast("dict[str, t.Any]", json.loads(path.read_text("utf-8")))


def line(hours: float, status: str) -> str:
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    return (
        f"{at.isoformat(timespec='seconds')} mx1 postfix/smtp[4827]: 380D2A27ED: to=<hoge@example.com>,"
        f" relay={RELAY}[192.0.2.36]:25, delay=6.1, delays=0.01/0/0.88/5.2, dsn=5.7.1, {status}\n"
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    log, mails = folder / "mail.log", folder / "answers"
    mails.mkdir()
    log.write_text(line(30, REFUSED) + line(26, REFUSED), encoding="utf-8")
    with submission.serving(folder) as server:
        host = {
            "ansible_connection": "local",
            "evidence_paths": [str(log)],
            "evidence_since": "72h",
            "evidence_queue": False,
            "evidence_egress": ["none"],
            "diagnosis_dns": False,
            "diagnosis_allow_documentation": True,
            "request_allow_documentation": True,
            "request_check_mailbox": False,
            "request_organisation": "Example Mail Ltd.",
            "request_contact_name": "Kenzo Tanaka",
            "request_reply_to": "postmaster@example.org",
            "request_fixed_text": "A contact form was closed.",
            "cases_ledger": f"sqlite:///{folder}/ledger.sqlite3",
            "cases_actor": "kenzo",
            "cases_authserv_ids": [SERVER],
            "cases_server": {
                "host": "localhost",
                "user": submission.USER,
                "password": submission.PASSWORD,
                "port": server.port,
                "ca_file": str(server.ca_file),
            },
        }

        def run(playbook: str = "postmaster.delist.follow_up", **more: t.Any) -> harness.Run:
            paths = [str(path) for path in sorted(mails.iterdir())]
            inventory = {"all": {"hosts": {"mx1": {**host, "cases_paths": paths}}}}
            return harness.run_playbook(playbook, cwd=folder, inventory=inventory, **more)

        asked = run(extra_vars={"confirm": "yes"})
        (case,) = (entry["id"] for entry in asked.of("Open the cases of what was found").data["cases"])
        incident = run("postmaster.delist.incident")
        recorded = run(extra_vars={"case": case, "event": "chased"})
        ours = str(email.message_from_bytes(server.received[0])["Message-ID"])
        forged = REMOVED.replace("ticket number, 1318598611", "your request")
        for number, mail in enumerate(
            [answer(ACKNOWLEDGED, in_reply_to=ours), answer(REMOVED, number=2), answer(forged, results=None, number=3)]
        ):
            (mails / f"{number}.eml").write_bytes(mail)
        answered = run()
        with log.open("a", encoding="utf-8") as file:
            file.write(line(0.01, "status=sent (250 2.6.0 Queued mail for delivery)"))
        return Story(asked, incident, recorded, answered, run(), run(), list(server.received), folder)


def test_one_mail_is_sent_and_the_case_waits(story: Story) -> None:
    (mail,) = story.sent
    assert IP in mail.decode()
    assert email.message_from_bytes(mail)["To"] == "delist@messaging.microsoft.com"
    assert story.summary(story.asked)["cases_due"] == []
    assert "asked, no answer yet" in story.asked.stdout
    runs = (story.asked, story.recorded, story.answered, story.delivered)
    assert submission.PASSWORD not in "".join(run.stdout for run in runs)


def test_an_incident_tells_of_the_case(story: Story) -> None:
    written = story.incident.of("Say who blocks us and what to do").data
    (case,) = (entry["id"] for entry in story.asked.of("Open the cases of what was found").data["cases"])
    page = Path(written["files"]["html"]).read_text(encoding="utf-8")
    text = Path(written["files"]["markdown"]).read_text(encoding="utf-8")
    for told, opened in ((page, "Open cases"), (page, "未解決のケース"), (text, "## Open cases")):
        assert case in told[told.index(opened) :]
    assert "asked, no answer yet" in text
    assert "postmaster.delist.follow_up" in text


def test_recording_something_looks_at_no_run_and_asks_no_host(story: Story) -> None:
    did = {result.action.rpartition(".")[2] for result in story.recorded.results if result.status == "ok"}
    assert did <= {"validate_argument_spec", "delist_case", "run_folder", "include_tasks", "case_report", "assert"}
    assert story.recorded.changed == 1
    assert "DRAFT" not in story.recorded.stdout


def test_removed_does_not_close_it_and_a_forged_answer_is_shown(story: Story) -> None:
    assert [case["state"] for case in story.answered.of("Take what they prove").data["cases"]] == ["propagating"]
    assert story.answered.of("Close what a delivery proves to be over").data["cases"] == []
    assert "UNPROVEN answer" in story.answered.stdout
    assert "lifted, on its way" in story.answered.stdout


def test_a_delivered_message_closes_it_with_its_line(story: Story) -> None:
    closed = story.delivered.of("Close what a delivery proves to be over").data
    (case,) = closed["cases"]
    assert (case["state"], case["proof"]["egress_ip"], case["proof"]["egress_source"]) == ("closed", IP, "inferred")
    assert "status=sent (250 2.6.0" in case["proof"]["line"]
    assert f"CLOSED  {case['id']}" in story.delivered.stdout
    pages = sorted(Path(path).name.partition(".")[2] for path in closed["files"])
    assert pages == ["en.html", "en.md", "ja.html", "ja.md"]
    page = Path(next(path for path in closed["files"] if path.endswith("en.md"))).read_text("utf-8")
    for words in ("Over since", "removed from our block lists", "A contact form was closed.", "FBLW15"):
        assert words in page


def test_the_next_run_has_nothing_left_to_do(story: Story) -> None:
    assert story.again.changed == 0
    assert "NO CASE is open" in story.again.stdout
    assert len(story.sent) == 1


def test_no_run_changes_a_host(story: Story) -> None:
    for run in (story.asked, story.recorded, story.answered, story.delivered, story.again):
        changed = {result.action.rpartition(".")[2] for result in run.results if result.changed}
        assert changed <= {"delist_case", "delist_send"}


@pytest.mark.nightly
def test_what_was_gathered_is_kept_where_the_ledger_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(line(2, REFUSED), encoding="utf-8")
    host = {
        "ansible_connection": "local",
        "evidence_paths": [str(tmp_path / "mail.log")],
        "evidence_queue": False,
        "diagnosis_dns": False,
        "cases_ledger": f"sqlite:///{tmp_path}/mail.log/ledger.sqlite3",
    }
    inventory = {"all": {"hosts": {"mx1": host}}}
    run = harness.run_playbook("postmaster.delist.follow_up", cwd=tmp_path, inventory=inventory, rc=2)
    assert "ledger" in run.of("Open the cases of what was found").msg
    (found,) = tmp_path.glob("out/2*/findings.json")
    assert len(json.loads(found.read_text("utf-8"))["findings"]) == 1
