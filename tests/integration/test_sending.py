# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending, through a real SMTP server with TLS and AUTH: once, whatever happens."""

from __future__ import annotations

import dataclasses
import datetime
import email
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._send import Outcome, read_draft, send
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._submission import (
    Server,
    SubmissionError,
    connected,
)
from ansible_collections.postmaster.delist.tests.integration import submission
from ansible_collections.postmaster.delist.tests.integration.harness import ROOT
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    START,
    TIMINGS,
    after,
    event,
)

MESSAGE_ID = "<pd-0000000001.0123@example.jp>"
DRAFT = (
    b"From: =?utf-8?b?55Sw5Lit?= <postmaster@example.jp>\r\nTo: delist@example.org\r\nSubject: Please\r\n"
    b"Message-ID: " + MESSAGE_ID.encode() + b"\r\nX-Unsent: 1\r\nContent-Type: text/plain; charset=us-ascii\r\n"
    b"\r\nPlease remove 203.0.113.7\r\n.\r\n"
)


@pytest.fixture
def server(tmp_path: Path) -> t.Iterator[submission.Submission]:
    with submission.serving(tmp_path) as running:
        yield running


@pytest.fixture
def ledger(tmp_path: Path) -> t.Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3", TIMINGS, now=START) as opened:
        opened.append(event("detected"), after=0)
        yield opened


def at(server: submission.Submission, **changes: t.Any) -> Server:
    known = Server("localhost", submission.USER, submission.PASSWORD, server.port, ca_file=str(server.ca_file))
    return known._replace(**changes)


def sent(ledger: Ledger, server: submission.Submission, tmp_path: Path) -> Outcome:
    (tmp_path / "draft.eml").write_bytes(DRAFT)
    with connected(at(server), []) as session:
        return send(ledger, session, CASE, read_draft(tmp_path / "draft.eml"), actor="a", now=lambda: after(1))


def test_a_request_is_sent_as_it_was_written_with_a_date(
    ledger: Ledger, server: submission.Submission, tmp_path: Path
) -> None:
    assert sent(ledger, server, tmp_path).outcome == "sent"
    (raw,) = server.received
    mail = email.message_from_bytes(raw)
    assert mail["X-Unsent"] is None
    assert mail["Date"] == "Tue, 24 Nov 2026 01:00:00 +0000"
    assert mail["Message-ID"] == MESSAGE_ID
    assert mail.get_payload() == "Please remove 203.0.113.7\r\n.\r\n"
    case = ledger.case(CASE)
    assert (case.state, case.possibly_sent, case.message_ids) == ("submitted", None, [MESSAGE_ID])


def test_it_is_not_sent_again(ledger: Ledger, server: submission.Submission, tmp_path: Path) -> None:
    sent(ledger, server, tmp_path)
    again = sent(ledger, server, tmp_path)
    assert (again.outcome, again.reason) == ("refused", "it was sent already")
    assert len(server.received) == 1


@pytest.mark.parametrize(("to_recipient", "to_data"), [("550 5.1.1 no", "250 OK"), ("250 OK", "554 5.7.1 spam")])
def test_what_the_server_refuses_was_not_sent_and_may_be_tried_again(
    ledger: Ledger, server: submission.Submission, tmp_path: Path, to_recipient: str, to_data: str
) -> None:
    server.to_recipient, server.to_data = to_recipient, to_data
    outcome = sent(ledger, server, tmp_path)
    assert outcome.outcome == "failed"
    assert str(outcome.reason).endswith(next(text for text in (to_recipient, to_data) if text[0] == "5"))
    assert (ledger.case(CASE).state, ledger.case(CASE).possibly_sent) == ("detected", None)
    server.to_recipient, server.to_data = "250 OK", "250 OK"
    assert sent(ledger, server, tmp_path).outcome == "sent"


def test_a_mail_that_was_refused_does_not_stop_the_next_one(
    ledger: Ledger, server: submission.Submission, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.eml"
    draft.write_bytes(DRAFT)
    with connected(at(server), []) as session:
        server.to_recipient = "550 5.1.1 no"
        first = send(ledger, session, CASE, read_draft(draft), actor="a", now=lambda: after(1))
        server.to_recipient = "250 OK"
        second = send(ledger, session, CASE, read_draft(draft), actor="a", now=lambda: after(2))
    assert (first.outcome, second.outcome) == ("failed", "sent")


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (b"To: delist@example.org", b"To: undisclosed-recipients:;"),
        (b"<postmaster@example.jp>", b"nobody:;"),
        (b"To: delist@example.org", "To: délist@example.org".encode()),
        (b"To: delist@example.org", b'To: "a b"@example.org\r\n <x'),
        (b"To: delist@example.org", b"To: delist"),
        (MESSAGE_ID.encode(), b""),
    ],
)
def test_what_is_no_mail_to_somebody_is_found_before_anything_is_noted(
    tmp_path: Path, before: bytes, then: bytes
) -> None:
    """Somebody has edited the draft: a case must not be left with a mail that may have been sent."""
    (tmp_path / "draft.eml").write_bytes(DRAFT.replace(before, then))
    with pytest.raises(SubmissionError, match=r"draft\.eml is no mail"):
        read_draft(tmp_path / "draft.eml")


def test_a_connection_that_is_lost_at_the_end_leaves_it_open_whether_it_was_sent(
    ledger: Ledger, server: submission.Submission, tmp_path: Path
) -> None:
    server.to_data = None
    assert sent(ledger, server, tmp_path).outcome == "unknown"
    assert ledger.case(CASE).possibly_sent == MESSAGE_ID
    server.to_data = "250 OK"
    again = sent(ledger, server, tmp_path)
    assert again.outcome == "refused"
    assert "may have been sent already" in str(again.reason)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("changes", "blocked", "why"),
    [
        ({"password": "wr0ng"}, [], "cannot be used"),
        ({"ca_file": None}, [], "certificate verify failed"),
        ({"port": 1}, [], "cannot be used"),
        ({"tls": "implicit"}, [], "cannot be used"),
        ({}, ["127.0.0.1"], "is itself blocked"),
    ],
    ids=["password", "certificate", "port", "tls", "blocked"],
)
def test_a_server_that_cannot_be_used_is_named_and_nothing_was_begun(
    server: submission.Submission, changes: dict[str, t.Any], blocked: list[str], why: str
) -> None:
    with pytest.raises(SubmissionError, match=why) as raised, connected(at(server, **changes), blocked):
        pass
    assert "wr0ng" not in str(raised.value)
    assert server.received == []


KILLED = """
import datetime, os, signal, sys
from pathlib import Path
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._send import read_draft, send
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._submission import Server, connected
url, case, draft, at, user, password, port, ca_file = sys.argv[1:]
now = lambda: datetime.datetime.now(datetime.UTC)
die = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == at else None
with open_ledger(url, timings(), now=now()) as ledger:
    with connected(Server("localhost", user, password, int(port), ca_file=ca_file), []) as session:
        send(ledger, session, case, read_draft(Path(draft)), actor="a", now=now, on_step=die)
"""


@pytest.mark.parametrize(
    ("step", "mails_then", "mails_in_the_end"),
    [("begin", 0, 1), ("noted", 0, 0), ("submitted", 1, 1), ("recorded", 1, 1)],
)
def test_who_is_killed_while_sending_never_sends_twice(
    ledger: Ledger, server: submission.Submission, tmp_path: Path, step: str, mails_then: int, mails_in_the_end: int
) -> None:
    (tmp_path / "draft.eml").write_bytes(DRAFT)
    arguments = [f"sqlite:///{tmp_path}/ledger.sqlite3", CASE, str(tmp_path / "draft.eml"), step, submission.USER,
                 submission.PASSWORD, str(server.port), str(server.ca_file)]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT / ".collections")}
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(server.received) == mails_then
    sent(ledger, server, tmp_path)
    assert len(server.received) == mails_in_the_end
    # Whoever looked it up in the server's log says so, and the case goes on.
    if ledger.case(CASE).possibly_sent:
        found = "sent" if server.received else "unsent"
        made = event(found, message_id=MESSAGE_ID)
        now = datetime.datetime.now(datetime.UTC)
        ledger.record(CASE, lambda _seen: dataclasses.replace(made, at=now))
        sent(ledger, server, tmp_path)
    assert len(server.received) == 1
    assert ledger.case(CASE).state == "submitted"
