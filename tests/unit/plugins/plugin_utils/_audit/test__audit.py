# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nights of a fleet, one after the other, in a real ledger."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._lint import facts, handed_over
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit, gathered
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._opening import open_case
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import Rules
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._markdown import markdown
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen_audit import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import head
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as lists
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.audit_factory import (
    NOW,
    evidence,
    look,
    night,
    states,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    AGAIN,
    finding,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

BLOCK = "finding/outlook_com/ip/203.0.113.7/ip_blocklisted_receiver"
DEAD = {"code": "dead_list", "parameter": "smtpd_client_restrictions", "value": "dnsbl.sorbs.net"}


@pytest.fixture
def ledger(tmp_path: Path) -> t.Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite3", TIMINGS, now=NOW) as opened:
        yield opened


def blocked(**more: t.Any) -> dict[str, t.Any]:
    return finding(hosts=["mx1"], **more)


def reported(run_dir: Path, *, hosts: t.Sequence[Host] | None = None, **rules: t.Any) -> Report:
    audit = gathered(run_dir / "audit.json", Rules(**rules), today=NOW.date())
    return gather(
        run_dir,
        hosts=hosts or [Host(name="mx1", state="ok")],
        finished_at=NOW,
        failed_steps={},
        fail_on=audit.rules.fail_on,
        audit=audit,
    )


def folder(tmp_path: Path, days: float = 0) -> Path:
    return tmp_path / f"{days:g}" / "out" / "INC-7"


def shown(report: Report, language: str = "en") -> list[str]:
    own, said = Texts(language, file="audit"), Texts(language)
    cwd = report.run_dir.parents[1]
    written = {"markdown": str(report.run_dir / "report.md")}
    return screen(
        report, t.cast(Audit, report.audit), texts=own, said=said, again=AGAIN, cwd=cwd, written=written
    ).splitlines()


def test_a_block_comes_stays_and_goes(tmp_path: Path, ledger: Ledger) -> None:
    assert states(night(tmp_path, ledger, findings=[blocked()], evidences=[evidence()])) == {BLOCK: "new"}
    assert states(night(tmp_path, ledger, days=1, findings=[blocked()], evidences=[evidence()])) == {BLOCK: "still"}
    silent = night(tmp_path, ledger, days=2, evidences=[evidence(delivered={})])
    assert states(silent) == {BLOCK: "unknown_now"}
    gone = night(tmp_path, ledger, days=3, evidences=[evidence()])
    assert states(gone) == {BLOCK: "cleared"}
    assert gone["compared_with"]["at"].startswith("2026-11-2")
    assert states(night(tmp_path, ledger, days=4, evidences=[evidence()])) == {}
    assert states(night(tmp_path, ledger, days=5, findings=[blocked()], evidences=[evidence()])) == {BLOCK: "new"}


def test_a_night_is_compared_with_one_of_last_month_too(tmp_path: Path, ledger: Ledger) -> None:
    night(tmp_path, ledger, findings=[blocked()], evidences=[evidence()])
    later = night(tmp_path, ledger, days=30, findings=[blocked()], evidences=[evidence()])
    assert (states(later), later["compared_with"]["run_id"]) == ({BLOCK: "still"}, "INC-7")


def test_noise_and_forged_lines_do_not_turn_a_night_red(tmp_path: Path, ledger: Ledger) -> None:
    noise = finding(8, cause="recipient_invalid", opens_case=False, hosts=["mx1"])
    forged = blocked(confidence="low")
    night(tmp_path, ledger, findings=[noise, forged], evidences=[evidence()])
    report = reported(folder(tmp_path), fail_on=["critical"])
    assert report.audit is not None
    assert [(concern["id"], concern["severity"]) for concern in report.audit.concerns] == [(BLOCK, "low")]
    assert report.passed


def test_after_a_baseline_only_what_is_new_counts(tmp_path: Path, ledger: Ledger) -> None:
    night(tmp_path, ledger, findings=[blocked()], evidences=[evidence()], baseline=True)
    assert reported(folder(tmp_path)).passed
    night(tmp_path, ledger, days=1, findings=[blocked(), finding(9, hosts=["mx1"])], evidences=[evidence()])
    report = reported(folder(tmp_path, 1))
    new = "finding/outlook_com/ip/203.0.113.9/ip_blocklisted_receiver"
    assert report.refused == {"new": [new], "critical": [new]}


def test_a_host_that_is_not_read_keeps_what_it_had(tmp_path: Path, ledger: Ledger) -> None:
    both = [evidence(host, lint=[look(DEAD)]) for host in ("mx1", "mx2")]
    night(tmp_path, ledger, hosts=["mx1", "mx2"], evidences=both)
    found = night(tmp_path, ledger, days=1, hosts=["mx1", "mx2"], evidences=both[:1])
    assert states(found) == {
        "lint/mx1/dead_list/dnsbl.sorbs.net": "still",
        "lint/mx2/dead_list/dnsbl.sorbs.net": "unknown_now",
    }
    limited = night(tmp_path, ledger, days=2, hosts=["mx1"], evidences=[evidence("mx1", lint=[look()])])
    assert states(limited) == {"lint/mx1/dead_list/dnsbl.sorbs.net": "cleared"}
    assert [concern["id"] for concern in limited["elsewhere"]] == ["lint/mx2/dead_list/dnsbl.sorbs.net"]


def test_listings_and_sender_dns_are_concerns_of_the_hosts_that_send_there(tmp_path: Path, ledger: Ledger) -> None:
    content = lists.content(
        lists.result(lists.health(listed=1), listings=[lists.row()]), facts=lists.sender(lists.problem())
    )
    found = night(tmp_path, ledger, evidences=[evidence()], lists=content)
    assert {concern["id"]: (concern["severity"], concern["hosts"]) for concern in found["concerns"]} == {
        "listing/203.0.113.7/zen.spamhaus.org/spamhaus_css": ("high", ["mx1"]),
        "sender_dns/203.0.113.7/no_ptr": ("medium", ["mx1"]),
    }


def test_too_much_that_is_unknown_fails_a_night(tmp_path: Path, ledger: Ledger) -> None:
    content = lists.content(
        lists.result(lists.health(clean=1), lists.health("bl.spamcop.net", "refused", unknown=2)), facts=lists.sender()
    )
    found = night(tmp_path, ledger, evidences=[evidence()], lists=content)
    assert found["unknown"] == {"asked": 3, "unknown": 2, "percent": 66.7}
    assert reported(folder(tmp_path)).refused == {"unknown_ratio": []}
    assert reported(folder(tmp_path)).reasons(Texts("en")) == ["unknown 2 of 3 answers: 66.7 %, at most 50 %"]
    assert reported(folder(tmp_path), max_unknown=70).passed


def test_an_early_warning_stays_as_long_as_it_is_bad(tmp_path: Path, ledger: Ledger) -> None:
    name = "delivery/outlook_com/falling"
    counts = {"bounced": 600, "deferred": 0, "expired": 0}
    refusals = finding(hosts=["mx1"], receivers=[{"slug": "outlook_com", "recipient_domains": {}, "counts": counts}])

    def one(days: int, delivered: int, *, refused: bool = False) -> str | None:
        found = [refusals] if refused else []
        mail = evidence(delivered={"outlook-com.olc.protection.outlook.com": delivered} if delivered else {})
        return states(night(tmp_path, ledger, days=days, findings=found, evidences=[mail])).get(name)

    assert [one(days, 1000) for days in range(7)] == [None] * 7
    bad = [one(days, 400, refused=True) for days in range(7, 24)]
    assert bad == ["new", *["still"] * 16]
    assert one(24, 0) == "unknown_now"
    assert one(25, 20) == "unknown_now"
    assert one(26, 1000) == "cleared"


def layer(name: str = "relay", *, days: float, until: float | None = None) -> dict[str, t.Any]:
    at, end = (
        None if offset is None else (NOW + datetime.timedelta(days=offset)).isoformat() for offset in (days, until)
    )
    return {"name": name, "at": at, "by": "x", "expires_at": end}


@pytest.mark.parametrize(
    ("applied", "overdue"),
    [
        (layer(days=-1, until=6), False),
        (layer(days=-8, until=-1), True),
        (layer(days=-30), False),
        (layer("hold", days=-1), False),
        (layer("hold", days=-facts()["hold_days"] - 0.1), True),
    ],
)
def test_holds_and_relays_that_should_be_gone_are_overdue(
    tmp_path: Path, ledger: Ledger, applied: t.Mapping[str, t.Any], overdue: bool
) -> None:
    night(tmp_path, ledger, evidences=[evidence(lint=[look(layers=[applied])])])
    refused = reported(folder(tmp_path), fail_on=["overdue"]).refused
    assert refused == ({"overdue": [f"change/mx1/{applied['name']}"]} if overdue else {})


def test_a_hold_whose_record_cannot_be_read_any_more_is_not_gone(tmp_path: Path, ledger: Ledger) -> None:
    night(tmp_path, ledger, evidences=[evidence(lint=[look(layers=[layer("hold", days=-1)])])])
    unread = night(tmp_path, ledger, days=1, evidences=[evidence(lint=[look(layers=None)])])
    assert states(unread) == {"change/mx1/hold": "unknown_now"}
    assert states(night(tmp_path, ledger, days=2, evidences=[evidence(lint=[look()])])) == {
        "change/mx1/hold": "cleared"
    }


@pytest.mark.parametrize(
    ("egress", "lines", "state"),
    [
        ({"configured": ["203.0.113.7", "203.0.113.8"]}, [], "unknown_now"),
        (
            {"configured": ["203.0.113.7", "203.0.113.8"], "by_service": {"postfix/smtp": ["203.0.113.7"]}},
            [],
            "cleared",
        ),
        ({"configured": ["203.0.113.7", "2001:db8::7"]}, [], "unknown_now"),
        ({"configured": ["203.0.113.7", "2001:db8::7"]}, ["192.0.2.25"], "cleared"),
        ({"configured": ["203.0.113.7", "2001:db8::7"]}, ["2001:db8::25"], "unknown_now"),
    ],
)
def test_a_block_is_over_where_the_blocked_address_delivered(
    tmp_path: Path, ledger: Ledger, egress: t.Any, lines: t.Sequence[str], state: str
) -> None:
    night(tmp_path, ledger, findings=[blocked()], evidences=[evidence()])
    later = evidence(egress=egress)
    relay = later["delivered"][0]["relay_host"]
    later["delivered"][0]["samples"] = [
        {
            "at": NOW.isoformat(),
            "queue_id": "4F1A2B3C4D",
            "line": f"Nov 24 03:00:00 mx1 postfix/smtp[7]: 4F1A2B3C4D: to=<a@outlook.com>, relay={relay}[{ip}]:25,"
            " delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)",
        }
        for ip in lines
    ]
    assert states(night(tmp_path, ledger, days=1, evidences=[later])) == {BLOCK: state}


def test_held_mail_that_is_about_to_bounce_is_critical(tmp_path: Path, ledger: Ledger) -> None:
    queue = {"expiring": {"within_seconds": 86400, "messages": 12, "next_at": "2026-11-24T20:00:00+00:00"}}
    looks = [look(layers=[layer("hold", days=-1)])]
    night(tmp_path, ledger, evidences=[evidence(lint=looks, queue=queue)])
    assert reported(folder(tmp_path)).refused["critical"] == ["change/mx1/queue_expiring"]


def test_a_step_that_is_overdue_in_a_case_is_told(tmp_path: Path, ledger: Ledger) -> None:
    case, _written = open_case(ledger, blocked(), run_id="x", actor="tester", now=NOW)
    night(tmp_path, ledger, days=1, evidences=[evidence()])
    report = reported(folder(tmp_path, 1), fail_on=["overdue"])
    assert report.refused == {"overdue": [f"case/{case.id}/detected/ask"]}
    (due,) = head(report, Texts("en"))["cases_due"]
    assert misfits(due, "summary.json#/$defs/case_due") == []
    assert (due["case"], due["due"], due["finding"]) == (case.id, "ask", case.finding)
    assert states(night(tmp_path, ledger, days=2, hosts=["mx7"], evidences=[evidence("mx7")])) == {}


def test_broken_evidence_is_a_host_that_was_not_read(tmp_path: Path, ledger: Ledger) -> None:
    for number, broken in enumerate(({"host": "mx2"}, evidence("mx2", lint=[{"faults": 7}]))):
        found = night(tmp_path, ledger, days=number, hosts=["mx1", "mx2"], evidences=[evidence(), broken])
        assert found["hosts"] == ["mx1"]


def test_the_screen_tells_what_changed_first_and_is_one_screen(tmp_path: Path, ledger: Ledger) -> None:
    first = [finding(number, hosts=["mx1"]) for number in range(1, 30)]
    behind_nat = [evidence(egress={})]
    night(tmp_path, ledger, findings=first, evidences=behind_nat)
    night(tmp_path, ledger, days=1, findings=[blocked(), finding(40, hosts=["mx1"])], evidences=behind_nat)
    hosts = [
        Host(name="mx1", state="ok"),
        *(Host(name=f"mx{n}", state="unreachable", reason="no") for n in range(2, 9)),
    ]
    report = reported(folder(tmp_path, 1), hosts=hosts)
    for language in ("en", "ja"):
        lines = shown(report, language)
        assert len(lines) <= 24
        assert max(columns(line) for line in lines) <= 80
    lines = shown(report)
    assert lines[0] == "IN TROUBLE: 1 new, 1 still, 28 cleared, 0 unknown now"
    kinds = [line.partition(" ")[0] for line in lines]
    assert kinds.index("NEW") < kinds.index("CLEARED") < kinds.index("POLICY") < kinds.index("REPORT")
    assert any(line.startswith("POLICY  unreachable 7: mx2, mx3, mx4") for line in lines)
    assert any(line.startswith("POLICY  critical 2: 203.0.113.40 refused by Outlook.com [s3140]") for line in lines)


def test_strangers_texts_are_harmless_in_the_report(tmp_path: Path, ledger: Ledger) -> None:
    evil = "<script>alert(1)</script>\x1b[31m|{{ 7*7 }}"
    fault = {"code": "dead_list", "parameter": "x", "value": evil}
    night(tmp_path, ledger, evidences=[evidence(lint=[look(fault)])])
    report = reported(folder(tmp_path))
    text = markdown(report, texts=Texts("en"), again=AGAIN, cwd=tmp_path)
    assert "<script>" not in text
    assert "\x1b" not in text + "\n".join(shown(report)) + json.dumps(head(report, Texts("en")), ensure_ascii=False)
    assert "## The fleet since the last audit" in text


def test_hosts_are_handed_what_is_known_of_lists_and_resolvers() -> None:
    known = handed_over(load())
    assert {"dnsbl.sorbs.net", "relays.ordb.org"} <= set(known["dead"])
    assert "dnsbl.sorbs.net" in known["subzones"]
    assert "8.8.8.0/24" in known["resolvers"]
    assert {"zen.dq.spamhaus.net", "combined.mail.abusix.zone"} <= set(known["keyed"])
    assert "zen.spamhaus.org" not in known["keyed"]
    assert "zen.spamhaus.org" not in known["dead"]
