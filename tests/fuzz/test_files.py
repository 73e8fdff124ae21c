# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that people edit, programs break off and strangers send: what is wrong is named, and nothing else happens."""

from __future__ import annotations

import contextlib
import json
import tempfile
import typing as t
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _record
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._queue_held import Selection, survey
from ansible_collections.postmaster.delist.plugins.plugin_utils import _policy_accepted as accepted
from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _events as answers
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose import _evidence as evidence
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import KnowledgeError, read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._last_summary import last_summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._exchange import export_lines, import_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as requests
from ansible_collections.postmaster.delist.plugins.plugin_utils._run import _findings as run
from ansible_collections.postmaster.delist.tests.fuzz.mutation import ANYTHING, broken_off, mutated, only_says
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import START, TIMINGS, event

GOOD_YAML = {
    "receivers": (SHIPPED / "receivers" / "t_online" / "receiver.yml").read_text(encoding="utf-8"),
    "blocklists": (SHIPPED / "blocklists" / "spamcop.yml").read_text(encoding="utf-8"),
}
ACCEPTED = """\
---
accepted:
  - id: outlook_com/ip/203.0.113.9/ip_blocklisted_receiver
    reason: known since May
    owner: kenzo
    expires: 2027-01-31
  - {check: hold_left, host: mx1, overdue: true, reason: until Monday, owner: aya, expires: "2026-12-01"}
"""
DEEP = 2_000  # brackets, more than Python takes
REPLY = {
    "signature": "550 5.7.1 no [*]",
    "text": "550 5.7.1 no [203.0.113.7]",
    "code": 550,
    "enhanced": "5.7.1",
    "dsn": "5.7.1",
    "stage": "RCPT TO",
    "relay_host": "mx.example.org",
    "relay_ips": ["192.0.2.36"],
    "service": "postfix/smtp",
    "outcomes": {"bounced": 4, "deferred": 1, "expired": 0},
    "named_ips": ["203.0.113.7"],
    "recipients": 4,
    "recipient_domains": {"example.org": 4},
    "first_at": "2026-11-24T07:34:00+09:00",
    "last_at": "2026-11-24T08:34:00+09:00",
    "by_hour": {"2026-11-24T07:00:00+09:00": [4, 1]},
}
EVIDENCE = {
    "schema": 1,
    "host": "mx1",
    "replies": [REPLY],
    "delivered": [{"relay_host": "mx.example.org", "service": "postfix/smtp", "count": 9, "last_at": REPLY["last_at"]}],
    "egress": {"configured": ["203.0.113.7"], "relayhost": None, "by_service": {"postfix/smtp": ["203.0.113.7"]}},
    "lint": [{"helo": "mx1.example.jp"}],
}
FINDINGS = {"schema": 1, "findings": [{"id": "a/ip/b/c", "slug": "a-1", "receiver": "a", "subject": {}, "cause": "c"}]}
REQUESTS = {"schema": 1, "requests": [{"case": "PD-1", "path": "requests/a.eml", "kind": "email"}]}
ANSWERS = {"answers": [{"sha256": "a", "verdicts": [], "tickets": []}]}
RECORD = {
    "schema": 1,
    "base": {"main.cf": "0" * 64},
    "known": {"main.cf": ["0" * 64]},
    "pending": None,
    "layers": [
        {
            "name": "hold",
            "at": "",
            "by": "",
            "settings": {},
            "files": {"hold": "0" * 64},
            "parameters": [{"name": "a", "value": "b", "how": "set", "base": ""}],
            "services": [],
        }
    ],
}
QUEUED = {
    "queue_name": "deferred",
    "queue_id": "4bXkzq0000z1",
    "arrival_time": 1764000000,
    "message_size": 500,
    "sender": "a@example.jp",
    "recipients": [{"address": "b@example.org", "delay_reason": "host mx.example.org[192.0.2.36] said: 450 4.7.1 no"}],
}
BOUNCE = """\
From: MAILER-DAEMON@mx1.example.jp
To: a@example.jp
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

<b@example.org>: host mx.example.org[192.0.2.36] said: 550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked
    using FBLW15 (in reply to RCPT TO command)

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.example.jp

Final-Recipient: rfc822; b@example.org
Action: failed
Status: 5.7.1
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15

--b--
"""


@pytest.fixture(scope="module")
def folder() -> t.Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@st.composite
def edited(draw: st.DrawFn, text: str) -> str:
    """Somebody was at it: some lines are gone, doubled, moved, or say something else."""
    lines = text.splitlines(keepends=True)
    for _edit in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["gone", "twice", "cut", "moved", "other", "value"]))
        line = lines[at]
        lines[at] = {
            "gone": "",
            "twice": line * 2,
            "cut": line[: draw(st.integers(0, len(line)))],
            "moved": "  " + line,
            "other": draw(st.text(max_size=30)) + "\n",
            "value": line.partition(":")[0] + ": " + draw(st.sampled_from(["[", "{a: ", "&a [*a]", "!!python/x 1", "NO",
                     "2026-02-30", "'", "\t", "|", "0x7f", "~", "- -", "? ", "\x07"])) + "\n",
        }[kind]  # fmt: skip
    return "".join(lines)


@given(data=st.data(), kind=st.sampled_from(sorted(GOOD_YAML)))
def test_knowledge_of_a_site(folder: Path, data: st.DataObject, kind: str) -> None:
    path = folder / "site.yml"
    path.write_text(data.draw(edited(GOOD_YAML[kind])), encoding="utf-8", errors="surrogatepass")
    schema = {"receivers": "receiver", "blocklists": "blocklist"}[kind]
    with only_says(KnowledgeError, path):
        check.document(schema, read_with_lines(path), partial=True)


@given(text=st.one_of(edited(ACCEPTED), st.text(max_size=200)))
def test_what_a_site_lives_with(folder: Path, text: str) -> None:
    path = folder / "accepted.yml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with only_says(accepted.AcceptedError, path):
        accepted.read(path)


@given(data=broken_off(mutated(EVIDENCE)))
def test_evidence_of_a_host(folder: Path, data: bytes) -> None:
    (folder / "evidence").mkdir(exist_ok=True)
    (folder / "evidence" / "mx1.json").write_bytes(data)
    found, broken = evidence.read(folder / "evidence")
    assert found or broken
    for host in found:
        assert all(isinstance(address, str) for address in host.configured)
        for group in host.groups:
            assert all(isinstance(address, str) for address in (*group.named_ips, *group.relay_ips))


@given(findings=broken_off(mutated(FINDINGS)), records=broken_off(mutated(REQUESTS)), said=broken_off(mutated(ANSWERS)))
@example(findings=b"[" * DEEP, records=b"[" * DEEP, said=b"[" * DEEP)
def test_what_steps_of_a_run_leave_each_other(folder: Path, findings: bytes, records: bytes, said: bytes) -> None:
    (folder / run.FINDINGS).write_bytes(findings)
    (folder / requests.REQUESTS).write_bytes(records)
    (folder / answers.ANSWERS).write_bytes(said)
    with contextlib.suppress(run.FindingsError):
        run.read_findings(folder)
    with contextlib.suppress(run.FindingsError):
        requests.read_requests(folder)
    with contextlib.suppress(answers.AnswersError):
        answers.read(folder)


@given(lines=st.lists(st.one_of(st.binary(max_size=40), st.sampled_from([b'"findings": [', b"]", b"{", b"}"]))))
def test_the_summary_of_the_night_before(folder: Path, lines: list[bytes]) -> None:
    night = folder / "20261124T001500Z"
    night.mkdir(exist_ok=True)
    (night / "summary.json").write_bytes(b"\n".join(lines))
    last_summary(folder, night.name)


@given(data=broken_off(mutated(RECORD)))
@example(data=b"[" * DEEP)
def test_the_record_of_a_host(folder: Path, data: bytes) -> None:
    own = folder / "postmaster-delist"
    own.mkdir(exist_ok=True)
    (own / "record.json").write_bytes(data)
    with contextlib.suppress(PostfixError):
        _record.load(Postfix(str(folder)))


@given(messages=st.lists(st.one_of(mutated(QUEUED), st.dictionaries(st.sampled_from(sorted(QUEUED)), ANYTHING))))
def test_a_queue_of_anything(messages: list[dict[str, t.Any]]) -> None:
    found = survey(messages, Selection())
    assert found.messages <= len(messages)
    json.dumps(found._asdict())


@pytest.fixture(scope="module")
def good_lines(folder: Path) -> list[t.Any]:
    with open_ledger(f"sqlite:///{folder}/exported.sqlite3", TIMINGS, now=START) as ledger:
        ledger.append(event("detected"), after=0)
        ledger.append(event("ready"), after=1)
        return [json.loads(line) for line in export_lines(ledger)]


@pytest.fixture(scope="module")
def ledger(folder: Path) -> t.Iterator[Ledger]:
    with open_ledger(f"sqlite:///{folder}/imported.sqlite3", TIMINGS, now=START) as opened:
        yield opened


@given(data=st.data())
def test_an_export_of_a_ledger(ledger: Ledger, good_lines: list[t.Any], data: st.DataObject) -> None:
    lines = [data.draw(broken_off(mutated(line))).decode("utf-8", "replace") for line in good_lines]
    with contextlib.suppress(LedgerError):
        import_lines(ledger, lines)
        ledger.cases()


@given(mail=edited(BOUNCE), more=st.text(max_size=60), at=st.integers(0, 1200))
def test_a_bounce_that_was_pasted(mail: str, more: str, at: int) -> None:
    for finding in explain(mail[:at] + more + mail[at:]):
        assert finding["egress_ip"] in (None, "203.0.113.7")
