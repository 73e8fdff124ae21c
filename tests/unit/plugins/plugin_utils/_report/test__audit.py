# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit in every format: what changed comes first, and what a site lives with fails nothing."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils import _notice as notice
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import CHECKS
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import gathered
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import CODES, Rules
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy_accepted import Accepted
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._rates import rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import head, summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.audit_factory import (
    NOW,
    evidence,
    look,
    night,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    READ,
    asked_lists,
    finding,
    rendered,
    said_by,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import HOSTILE

BLOCK = "finding/outlook_com/ip/203.0.113.7/ip_blocklisted_receiver"
FEW = {"outlook-com.olc.protection.outlook.com": 100}
ACCEPTED = Accepted(
    names={"id": BLOCK}, reason="a lab", owner="ops", expires=NOW.date() + datetime.timedelta(days=30), line=3
)


@pytest.fixture
def ledger(tmp_path: Path) -> t.Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3", TIMINGS, now=NOW) as opened:
        yield opened


def audited(tmp_path: Path, days: float = 0, **rules: t.Any) -> Report:
    run_dir = tmp_path / f"{days:g}" / "out" / "INC-7"
    audit = gathered(run_dir / "audit.json", Rules(**rules), today=NOW.date())
    return gather(
        run_dir,
        hosts=[READ],
        finished_at=NOW,
        failed_steps={},
        lists_asked=(run_dir / "listings.json").exists(),
        fail_on=audit.rules.fail_on,
        audit=audit,
    )


def block(number: int) -> dict[str, t.Any]:
    found = finding(number, hosts=["mx1"])
    found["receivers"][0] |= {"hosts": ["mx1"], "counts": found["counts"]}
    return found


def two_nights(tmp_path: Path, ledger: Ledger, **rules: t.Any) -> Report:
    """The first night has a block; in the second another has come, and the receiver takes less."""
    first, second = block(7), block(9)
    night(tmp_path, ledger, findings=[first], evidences=[evidence()])
    night(tmp_path, ledger, days=1, findings=[first, second], evidences=[evidence(delivered=FEW)])
    return audited(tmp_path, 1, **rules)


def first_night(tmp_path: Path, ledger: Ledger) -> dict[str, t.Any]:
    """Return what the summary of a night with one block says."""
    night(tmp_path, ledger, findings=[block(7)], evidences=[evidence()])
    return said_by(audited(tmp_path))


def test_rates_stand_beside_those_of_the_audit_before(tmp_path: Path, ledger: Ledger) -> None:
    made = two_nights(tmp_path, ledger)
    (row,) = rates(made)
    assert (row.receiver, row.delivered, row.share, row.before) == ("outlook_com", 100, 9.0, None)
    # Both runs have the same name here: the folder that the second looks into is its own.
    before = b"".join(summary(audited(tmp_path), Texts("en"))).decode()
    (made.run_dir / "summary.json").write_text(before, encoding="utf-8")
    (row,) = rates(made)
    assert row.before == 63.9


def test_a_receiver_that_took_nothing_the_night_before_is_said_to(tmp_path: Path, ledger: Ledger) -> None:
    made = two_nights(tmp_path, ledger)
    before = {"audit": {"rates": {"outlook_com": {"delivered": 0, "refused": 9}}}}
    said = json.dumps({**head(made, Texts("en")), **before})
    (made.run_dir / "summary.json").write_text(f'{said[:-1]},\n"findings": [\n]}}\n', encoding="utf-8")
    assert "9.0 % delivered, 0.0 % in the audit before (grey)" in rendered(made, "html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_begins_with_what_changed(language: str, tmp_path: Path, ledger: Ledger) -> None:
    text = rendered(two_nights(tmp_path, ledger), "html", language)
    article = re.search(f'<article lang="{language}">(.*?)</article>', text, re.DOTALL)
    assert article
    own = Texts(language, file="audit")
    parts = [
        own.say("verdict", "failed", new=2, still=1, cleared=0, unknown_now=0),
        own.say("markdown", "title"),
        f'id="{language}-first"',
    ]
    assert sorted(parts, key=article[1].index) == parts
    assert '<rect class="now" x="0" y="5" width="9.0" height="5"/>' in article[1]


def test_what_is_accepted_or_known_is_skipped_for_a_ci(tmp_path: Path, ledger: Ledger) -> None:
    junitparser = pytest.importorskip("junitparser")

    def case(made: Report) -> t.Any:
        (suite, _run) = junitparser.JUnitXml.fromstring(rendered(made, "junit").encode())
        (found,) = [case for case in suite if case.name == "ip_blocklisted_receiver"]
        return found.result[0]

    made = two_nights(tmp_path, ledger, accepted=[ACCEPTED])
    assert isinstance(case(made), junitparser.Failure)
    assert case(made).message == "203.0.113.9 REFUSED by Outlook.com [s3140]"
    only = audited(tmp_path, accepted=[ACCEPTED])
    assert isinstance(case(only), junitparser.Skipped)
    assert case(only).message == "accepted until 2026-12-24 (ops): a lab"
    night(
        tmp_path / "other", ledger, days=2, findings=[finding(3, hosts=["mx1"])], evidences=[evidence()], baseline=True
    )
    assert case(audited(tmp_path / "other", 2)).message == "known by a baseline"


def cases_of(made: Report) -> dict[str, t.Any]:
    """Return the result of each case of junit.xml."""
    junitparser = pytest.importorskip("junitparser")
    suites = junitparser.JUnitXml.fromstring(rendered(made, "junit").encode())
    return {case.name: case.result[0] if case.result else None for suite in suites for case in suite}


def failed(made: Report) -> dict[str, str]:
    return {name: result.message for name, result in cases_of(made).items() if type(result).__name__ == "Failure"}


def test_what_nobody_could_look_at_again_is_no_success_for_a_ci(tmp_path: Path, ledger: Ledger) -> None:
    first_night(tmp_path / "a", ledger)
    night(tmp_path / "b", ledger, days=1, evidences=[evidence(delivered={"mx.example.net": 1})])
    told = "not looked at again: 203.0.113.7 refused by Outlook.com [s3140]"
    assert failed(audited(tmp_path / "b", 1)) == {"ip_blocklisted_receiver": told}
    lets_it_be = audited(tmp_path / "b", 1, fail_on=["new"])
    assert failed(lets_it_be) == {}
    result = cases_of(lets_it_be)["ip_blocklisted_receiver"]
    assert (type(result).__name__, result.message) == ("Skipped", told)


def test_each_check_of_an_audit_has_a_case_for_a_ci(tmp_path: Path, ledger: Ledger) -> None:
    fault = {"code": "soft_bounce", "parameter": "soft_bounce", "value": "yes"}
    night(tmp_path, ledger, lists=asked_lists(), evidences=[evidence(lint=[look(fault)])])
    made = audited(tmp_path)
    checks = {name: result for name, result in cases_of(made).items() if name.startswith("audit ")}
    assert set(checks) == {f"audit {check}" for check in CHECKS}
    (lint,) = [concern for concern in made.audit.concerns if concern["check"] == "lint"] if made.audit else []
    assert failed(made) == {
        "audit lint": lint["title"]["en"],
        "list zen.spamhaus.org": "203.0.113.7 is on Spamhaus CSS (zen.spamhaus.org)",
    }
    night(tmp_path, ledger, days=1, lists=asked_lists(), evidences=[evidence()])
    assert type(cases_of(audited(tmp_path, 1))["audit lint"]).__name__ == "Skipped"


def test_what_a_baseline_knows_fails_nothing_for_a_ci(tmp_path: Path, ledger: Ledger) -> None:
    fault = {"code": "soft_bounce", "parameter": "soft_bounce", "value": "yes"}
    held = {"lists": asked_lists(), "findings": [block(7)], "evidences": [evidence(lint=[look(fault)])]}
    night(tmp_path, ledger, baseline=True, **held)
    made = audited(tmp_path)
    assert made.passed
    assert failed(made) == {}
    assert cases_of(made)["list zen.spamhaus.org"].message == "known by a baseline"


@pytest.mark.parametrize("fail_on", CODES)
def test_a_night_that_a_concern_fails_is_red_for_a_ci(fail_on: str, tmp_path: Path, ledger: Ledger) -> None:
    old = {"name": "hold", "at": "2026-11-01T00:00:00+09:00", "by": "ops", "expires_at": None}
    night(tmp_path, ledger, findings=[block(7)], evidences=[evidence(lint=[look(layers=[old])])])
    made = audited(tmp_path, fail_on=[fail_on])
    assert made.passed is (fail_on in ("unknown_ratio", "unreachable"))
    assert "ip_blocklisted_receiver" in failed(made)
    assert "audit change" in failed(made)


def test_metrics_count_the_concerns(tmp_path: Path, ledger: Ledger) -> None:
    text = rendered(two_nights(tmp_path, ledger), "prometheus")
    assert 'postmaster_delist_concerns{state="new"} 2\n' in text
    assert 'postmaster_delist_receiver_mails{receiver="outlook_com",outcome="delivered"} 100\n' in text
    assert "postmaster_delist_passed 0\n" in text


def test_a_metric_for_each_concern_that_is_not_cleared(tmp_path: Path, ledger: Ledger) -> None:
    def concerns(made: Report) -> list[str]:
        return re.findall(r"^postmaster_delist_concern\{(.*)\} 1$", rendered(made, "prometheus"), re.MULTILINE)

    first_night(tmp_path / "a", ledger)
    night(tmp_path / "b", ledger, days=1, evidences=[evidence(delivered={"mx.example.net": 1})])
    made = audited(tmp_path / "b", 1)
    named = f'id="{BLOCK}",check="finding",severity="critical"'
    assert concerns(made) == [f'{named},state="unknown_now"']
    assert 'postmaster_delist_concerns{state="unknown_now"} 1\n' in rendered(made, "prometheus")
    assert concerns(audited(tmp_path / "b", 1, accepted=[ACCEPTED])) == [f'{named},state="accepted"']
    night(tmp_path / "c", ledger, days=2, evidences=[evidence()])
    cleared = audited(tmp_path / "c", 2)
    assert cleared.audit
    assert cleared.audit.counts["cleared"] == 1
    assert concerns(cleared) == []


def test_a_message_tells_what_the_audit_calls_new(tmp_path: Path, ledger: Ledger) -> None:
    made = two_nights(tmp_path, ledger)
    found = notice.change(made, said_by(made))  # by the summaries alone, nothing has changed
    assert found.is_one
    body = notice.webhook_body(made, found, Texts("en"), run_dir="out/INC-7")
    assert [(concern["id"], concern["state"]) for concern in body["concerns"]] == [
        ("finding/outlook_com/ip/203.0.113.9/ip_blocklisted_receiver", "new"),
        ("delivery/outlook_com/falling", "new"),
    ]
    assert body["text"].splitlines()[2] == "NEW 203.0.113.9 refused by Outlook.com [s3140]"
    both = [block(7), block(9)]
    night(tmp_path / "same", ledger, days=2, findings=both, evidences=[evidence(delivered=FEW)])
    same = audited(tmp_path / "same", 2)
    assert not notice.change(same, said_by(same)).is_one


def test_what_could_not_be_looked_at_again_is_neither_clear_nor_cleared(tmp_path: Path, ledger: Ledger) -> None:
    before = first_night(tmp_path / "a", ledger)
    night(tmp_path / "b", ledger, days=1, evidences=[evidence(delivered={"mx.example.net": 1})])
    made = audited(tmp_path / "b", 1)
    assert made.verdict == "unknown_now"
    body = notice.webhook_body(made, notice.change(made, before), Texts("en"), run_dir="out/INC-7")
    assert body["verdict"] == "unknown_now"
    assert body["title"] == "IN TROUBLE: 0 new, 0 still, 0 cleared, 1 unknown now"
    assert body["text"].splitlines()[2] == "UNKNOWN NOW 203.0.113.7 refused by Outlook.com [s3140]"
    assert "CLEARED" not in body["text"]
    assert body["cleared"] == []
    assert "**NO ANSWER: concerns that could not be looked at again: 1**" in rendered(made, "markdown")
    assert 'postmaster_delist_verdict{verdict="unknown_now"} 1\n' in rendered(made, "prometheus")
    accepted = audited(tmp_path / "b", 1, accepted=[ACCEPTED])
    assert accepted.verdict == "clear"


def test_a_block_is_told_once_and_what_a_site_lives_with_never(tmp_path: Path, ledger: Ledger) -> None:
    subject = {"kind": "url", "value": "https://example.jp/" + "x" * 900}
    link = block(9) | {"subject": subject, "id": f"outlook_com/url/{subject['value']}/url_blocklisted"}
    night(tmp_path, ledger, findings=[block(7), link], evidences=[evidence()])
    made = audited(tmp_path, accepted=[ACCEPTED])
    found = notice.change(made, None)
    assert [item.id for item in found.new] == [link["id"]]
    assert found.still == []
    _title, text = notice.message(made, found, Texts("en"), run_dir="out/INC-7")
    assert not re.search("^STILL", text, re.MULTILINE)
    assert len(re.findall("^NEW", text, re.MULTILINE)) == 1


def test_the_same_night_again_is_no_news_even_where_the_runs_before_are_gone(tmp_path: Path, ledger: Ledger) -> None:
    night(tmp_path, ledger, findings=[block(7)], evidences=[evidence()])
    night(tmp_path, ledger, days=1, findings=[block(7)], evidences=[evidence()])
    made = audited(tmp_path, 1)
    assert not made.passed  # it is critical: this fails every night, but is told in the first
    assert not notice.change(made, None).is_one
    gone = dataclasses.replace(made, hosts=[Host(name="mx1", state="unreachable", reason="refused")])
    assert notice.change(gone, None).is_one


def test_what_a_site_lives_with_is_no_news_even_where_the_runs_before_are_gone(tmp_path: Path, ledger: Ledger) -> None:
    night(tmp_path, ledger, findings=[block(7)], evidences=[evidence()])
    assert notice.change(audited(tmp_path), None).is_one
    assert not notice.change(audited(tmp_path, accepted=[ACCEPTED]), None).is_one


@pytest.mark.parametrize("name", ["html", "markdown", "junit", "prometheus"])
def test_strangers_texts_are_harmless(name: str, tmp_path: Path, ledger: Ledger) -> None:
    fault = {"code": "dead_list", "parameter": "x", "value": HOSTILE}
    content = night(tmp_path, ledger, evidences=[evidence(lint=[look(fault)])])
    content["rates"][HOSTILE] = {"delivered": 1, "refused": 2, "reputation": 0}
    path = tmp_path / "0" / "out" / "INC-7" / "audit.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    text = rendered(audited(tmp_path), name)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028\ud800\ufffe\uffff]", text)
    assert "<script>" not in text or name == "prometheus"
    assert not re.search(r"^evil", text, re.MULTILINE)
