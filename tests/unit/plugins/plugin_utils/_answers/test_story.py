# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story that it all began with, replayed: from the log line to the delivered retest."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _authentication as authentication
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._events import record
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._matching import Cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _proof as proof
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._opening import open_case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._knowledge import load as load_wordings
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import (
    ACKNOWLEDGED,
    REMOVED,
    SERVER,
    answer,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import event

RELAY = "example-com.mail.protection.outlook.com"
LINE = (
    "Dec 18 17:24:11 mx1 postfix/smtp[4827]: 380D2A27ED: to=<hoge@example.com>, "
    f"relay={RELAY}[192.0.2.36]:25, delay=6.1, delays=0.01/0/0.88/5.2, dsn=5.7.1, status=bounced "
    f"(host {RELAY}[192.0.2.36] said: 550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; "
    "To request removal from this list please forward this message to delist@messaging.microsoft.com "
    "(in reply to RCPT TO command))"
)

pytest.importorskip("authres")
OURS = "<pd-1.0123456789ab@example.jp>"
Clock = t.Callable[[float], datetime.datetime]


def clock(hours: float) -> datetime.datetime:
    """The story's time, in hours after the bounce."""
    return datetime.datetime(2015, 12, 18, 8, 24, 11, tzinfo=datetime.UTC) + datetime.timedelta(hours=hours)


@pytest.fixture
def ledger(tmp_path: Path) -> t.Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3", timings(), now=clock(0)) as opened:
        yield opened


@pytest.fixture
def case(ledger: Ledger) -> Case:
    """The case as it is after the request was sent, 64 hours after the bounce."""
    (finding,) = explain(LINE, load())
    finding = {**finding, "hosts": ["mx1"], "first_at": clock(0).isoformat(), "last_at": clock(0).isoformat()}
    opened, _written = open_case(ledger, finding, run_id="r", actor="kenzo", now=clock(1))
    assert (opened.state, opened.due) == ("detected", "ask")
    for number, (kind, hours) in enumerate([("ready", 63), ("sending", 64), ("sent", 64)], start=1):
        made = event(kind, case=opened.id, message_id=OURS)
        ledger.append(type(made)(**{**made.__dict__, "at": clock(hours)}), after=number)
    return ledger.case(opened.id)


def read(ledger: Ledger, mail: bytes) -> tuple[dict[str, t.Any], list[str]]:
    """Read a mail as delist_reply_info does, and give the cases that it may advance."""
    found = parse(mail, load_wordings())
    vouched = authentication.of_mail(mail, [SERVER]).domains
    cases = Cases(ledger.cases(), load())
    allowed = [match["case"] for match in cases.matches(found) if cases.may_advance(match, vouched) is None]
    return {**found, "authenticated": sorted(vouched)}, allowed


def take(ledger: Ledger, mail: bytes, hours: float) -> None:
    found, allowed = read(ledger, mail)
    for case_id in allowed:
        record(ledger, case_id, found, actor="kenzo", now=clock(hours))


def test_the_whole_story(ledger: Ledger, case: Case) -> None:
    assert (case.state, case.due) == ("submitted", "chase")

    take(ledger, answer(ACKNOWLEDGED, in_reply_to=OURS), 64.1)
    case = ledger.case(case.id)
    assert (case.state, case.tickets) == ("acknowledged", ["1318598611"])
    assert case.due_at == clock(64.1) + datetime.timedelta(hours=24)

    take(ledger, answer(REMOVED, number=2), 86)
    case = ledger.case(case.id)
    assert (case.state, case.due, case.due_at) == ("propagating", "retest", clock(88))
    assert case.verdict is not None
    assert "removed from our block lists" in case.verdict["sentence"]
    assert case.is_open

    made = event("probed", case=case.id, outcome="deliverable")
    ledger.append(type(made)(**{**made.__dict__, "at": clock(90)}), after=6)
    assert (ledger.case(case.id).state, ledger.case(case.id).due) == ("retesting", "prove")

    delivered = {
        "at": clock(90.5).isoformat(),
        "line": "mx1 postfix/smtp[1]: 1: to=<hoge@example.com>, status=sent (250 ok)",
        "relay_host": RELAY,
        "egress_ip": "203.0.113.7",
    }
    assert proof.refusal(ledger.case(case.id), delivered, [str(load().receiver_of(RELAY))]) is None
    made = event("delivered", case=case.id, **delivered)
    ledger.append(type(made)(**{**made.__dict__, "at": clock(91)}), after=7)
    closed = ledger.case(case.id)
    assert (closed.state, closed.due, closed.since) == ("closed", None, clock(91))
    assert closed.ignored == []


def test_the_same_answer_read_again_says_nothing_new(ledger: Ledger, case: Case) -> None:
    for hours in (64.1, 65, 66):
        take(ledger, answer(ACKNOWLEDGED, in_reply_to=OURS), hours)
    assert [one.kind for one in ledger.read(case.id).events].count("acknowledged") == 1


@pytest.mark.parametrize(
    "forged",
    [
        answer(REMOVED, results=None),
        answer(REMOVED, results=f"{SERVER}; dkim=fail header.d=microsoft.com"),
        answer(REMOVED, results=f"{SERVER}; dkim=pass header.d=attacker.example"),
        answer(REMOVED, results="mx.attacker.example; dkim=pass header.d=microsoft.com"),
        answer(REMOVED, results=f"{SERVER}; dkim=pass header.d=outlook.com; dmarc=pass header.from=outlook.com"),
        answer(REMOVED.replace("1318598611", "1318598612")),
        answer(REMOVED.replace("ticket number, 1318598611", "your request")),
    ],
    ids=[
        "unsigned",
        "failed",
        "of another",
        "said by another",
        "of anybody with a mailbox there",
        "another ticket",
        "no ticket",
    ],
)
def test_a_forged_removed_changes_nothing(ledger: Ledger, case: Case, forged: bytes) -> None:
    take(ledger, answer(ACKNOWLEDGED, in_reply_to=OURS), 64.1)
    before = ledger.read(case.id)
    take(ledger, forged, 70)
    assert ledger.read(case.id) == before


def test_a_refusal_asks_for_escalation(ledger: Ledger, case: Case) -> None:
    take(ledger, answer("Not qualified for mitigation: 203.0.113.7\n", in_reply_to=OURS), 80)
    assert (ledger.case(case.id).state, ledger.case(case.id).due) == ("denied", "escalate")


def test_a_mail_about_another_address_decides_nothing(ledger: Ledger, case: Case) -> None:
    before = ledger.read(case.id)
    take(ledger, answer(REMOVED.replace("203.0.113.7", "203.0.113.99"), in_reply_to=OURS), 80)
    assert ledger.read(case.id) == before
