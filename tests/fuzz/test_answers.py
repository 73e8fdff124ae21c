# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the mail to the case: no mail makes an exception, or a verdict without its sentence, or good news of a no.

Nothing but an authenticated sender with our ticket or Message-ID changes a case.
"""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _authentication as authentication
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._events import record
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._matching import Cases, match_all
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import REMOVED, Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._replies import parse
from ansible_collections.postmaster.delist.tests.fuzz.test_replies import GOOD_SAMPLES, NEGATED, WORDINGS, pieces
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import answer_factory
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import PROVEN, SERVER, answer
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import (
    CASE,
    START,
    TIMINGS,
    after,
    event,
)

pytest.importorskip("authres")
OURS = "<1@example.jp>"
TICKET = "This is about ticket number, 1318598611 and 203.0.113.7.\n"
one_ledger = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

results = st.sampled_from(
    [
        None,
        PROVEN,
        f"{SERVER}; dkim=fail header.d=microsoft.com",
        "mx.attacker.example; dkim=pass header.d=microsoft.com",
    ]
) | st.text(max_size=80)
names_us = st.sampled_from(["", TICKET, "Ticket 1318598612.\n", "PD-0000000001\n"])
headers = st.sampled_from(
    ["Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: base64", "Subject: =?utf-7?q?+?="]
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Ledger]:
    """Give a ledger with a case that was acknowledged; what is recorded in it is not kept."""
    url = f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/ledger.sqlite3"
    with open_ledger(url, TIMINGS, now=START) as opened:
        events = [("detected", FACTS), ("sending", {"message_id": OURS}), ("sent", {"message_id": OURS})]
        for number, (kind, data) in enumerate([*events, ("acknowledged", {"tickets": ["1318598611"]})]):
            opened.append(event(kind, number, **data), after=number)
    with open_ledger(url, TIMINGS, now=START, dry_run=True) as opened:
        yield opened


def taken(ledger: Ledger, mail: bytes) -> tuple[Case, dict[str, t.Any], bool]:
    """Take a mail as follow_up does, and return the case, the answer, and whether it was recorded."""
    proven = authentication.of_mail(mail, [SERVER])
    found = {**parse(mail, WORDINGS), "authenticated": sorted(proven.domains)}
    (matched,) = match_all([found], Cases(ledger.cases(), load()))
    case, written = ledger.case(CASE), False
    for case_id in matched["advances"]:
        snapshot, written = record(ledger, case_id, matched, actor="fuzz", now=after(50))
        case = t.cast(Case, snapshot.case)
    return case, matched, written


@one_ledger
@given(st.binary(max_size=3000))
def test_any_bytes(ledger: Ledger, data: bytes) -> None:
    assert taken(ledger, data)[2] is False


@one_ledger
@given(results, names_us, st.lists(pieces, max_size=10).map("".join), st.booleans(), st.none() | headers)
def test_any_answer(
    ledger: Ledger, said: str | None, named: str, text: str, is_reply: bool, header: str | None
) -> None:
    mail = answer(named + text, results=said, in_reply_to=OURS if is_reply else None)
    if header:
        mail = f"{header}\r\n".encode() + mail
    case, found, written = taken(ledger, mail)
    assert all(verdict["sentence"] for verdict in found["verdicts"])
    if said != PROVEN:
        assert not found["advances"]
    if written:
        assert case.state != "closed"
        assert case.answer is None or case.answer["sentence"]
        assert case.verdict is None or case.verdict["sentence"]


@one_ledger
@given(st.data())
def test_a_no_is_never_taken_for_a_removal(ledger: Ledger, data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(sorted(GOOD_SAMPLES)))
    frame = data.draw(st.sampled_from(NEGATED[language]))
    text = frame.format(data.draw(st.sampled_from(GOOD_SAMPLES[language])))
    case, _found, _written = taken(ledger, answer(f"Hello,\n\n{TICKET}\n{text}\n", in_reply_to=OURS))
    assert case.verdict is None or case.verdict["verdict"] not in REMOVED
    assert case.state != "propagating"


def test_what_is_compared_with_is_taken(ledger: Ledger) -> None:
    case, _found, written = taken(ledger, answer(answer_factory.REMOVED, in_reply_to=OURS))
    assert written
    assert case.state == "propagating"
