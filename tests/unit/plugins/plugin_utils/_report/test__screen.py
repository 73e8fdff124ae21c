# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t
import unicodedata
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    AGAIN,
    HOLD,
    READ,
    evidence,
    finding,
    report,
    request,
    screen_of,
)

HOSTILE = "{{ lookup('pipe','id') }} {# <b>\r\nBcc: x\x1b[2J\u202e" + "A" * 100_000


@pytest.fixture(autouse=True)
def in_japan(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def of(folder: Path, language: str = "en", **held: t.Any) -> list[str]:
    return screen_of(report(folder, **held), language=language)


def test_the_answer_comes_first_then_what_to_do(tmp_path: Path) -> None:
    lines = of(tmp_path, findings=[finding()], requests=[request(finding())])
    assert lines == [
        "BLOCKED (1): 203.0.113.7",
        "bounced 412, deferred 96, expired 1, delivered 9,001",
        "1 of 1 hosts, last 24 h, times +09:00",
        "203.0.113.7 REFUSED by Outlook.com [s3140]             508 hit since 11-24 05:12",
        "  bounced 412, deferred 96; recipients 371, domains 2 | blocked: this address",
        "  who can fix: you | on mx1, mx2 | confidence high",
        "  SEND    out/INC-7/requests/outlook-com-203-0-113-7-3fa1c2.eml",
        "REPORT  out/INC-7/report.md",
        "AGAIN   ansible-playbook postmaster.delist.incident -i hosts.yml -l mx1",
    ]


HOLD_STEP = {"action": "hold", "command": None, "en": "Stop the loss.", "ja": "被害を止めます。"}


def test_what_stops_the_loss_stands_once_for_all_blocks(tmp_path: Path) -> None:
    findings = [finding(number, next_steps=[HOLD_STEP]) for number in (7, 8)]
    lines = of(tmp_path, findings=findings, commands={"hold": HOLD})
    assert [line for line in lines if line.startswith("HOLD")] == [
        "HOLD    ansible-playbook postmaster.delist.hold -i hosts.yml -e run=INC-7"
    ]
    assert "保留     ansible-playbook postmaster.delist.hold -i hosts.yml -e run=INC-7" in of(
        tmp_path, "ja", findings=findings, commands={"hold": HOLD}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"next_steps": [HOLD_STEP], "confidence": "low"},
        {"next_steps": [HOLD_STEP], "counts": finding()["counts"] | {"bounced": 0}},
        {"next_steps": [HOLD_STEP], "opens_case": False},
        {},
    ],
    ids=["not believed", "only deferred", "no block", "nothing to hold"],
)
def test_no_hold_is_offered_where_there_is_nothing_to_hold(tmp_path: Path, changes: dict[str, t.Any]) -> None:
    lines = of(tmp_path, findings=[finding(**changes)], commands={"hold": HOLD})
    assert not any(line.startswith("HOLD") for line in lines)


def test_a_hold_command_that_floods_the_screen_is_in_the_report(tmp_path: Path) -> None:
    long = Command((*HOLD.phrases, *(("--ssh-common-args", "word" * 12) for _number in range(4))))
    lines = of(tmp_path, findings=[finding(next_steps=[HOLD_STEP])], commands={"hold": long})
    assert "HOLD    the command is in the report" in lines


def test_what_the_commands_do_not_repeat_is_named(tmp_path: Path) -> None:
    lines = screen_of(report(tmp_path), again=AGAIN._replace(left_out=("ansible_password", "note")))
    assert lines[-1] == "        add what is not printed here: ansible_password, note"


def test_a_doubtful_way_and_the_next_one_are_told(tmp_path: Path) -> None:
    way = {"key": "portal", "channel": "form", "to": None, "url": "https://sender.office.com"}
    remedy = {"channel": "email", "to": "delist@acme.example", "url": None, "alternatives": [way]}
    doubt = {"code": "channel", "en": "Nobody knows whether it is still read.", "ja": "読まれているかは不明です。"}
    asked = finding(remedy=remedy, doubts=[doubt])
    lines = of(tmp_path, findings=[asked], requests=[request(asked)])
    sent = lines.index("  SEND    out/INC-7/requests/outlook-com-203-0-113-7-3fa1c2.eml")
    assert lines[sent + 1 : sent + 3] == [
        "  UNSURE  Nobody knows whether it is still read.",
        "  OR ELSE https://sender.office.com",
    ]


def test_in_japanese(tmp_path: Path) -> None:
    lines = of(tmp_path, "ja", findings=[finding()], requests=[request(finding())])
    assert lines[0] == "ブロック検出（1件）：203.0.113.7"
    assert "  送信     out/INC-7/requests/outlook-com-203-0-113-7-3fa1c2.eml" in lines


def test_a_form_is_a_page_and_what_to_fill_in(tmp_path: Path) -> None:
    lines = of(tmp_path, findings=[finding()], requests=[request(finding(), "form")])
    assert "  FILL IN https://olcsupport.office.com" in lines
    assert "     with out/INC-7/requests/outlook-com-203-0-113-7-3fa1c2.form.md" in lines


def test_a_long_path_has_a_line_of_its_own(tmp_path: Path) -> None:
    held = finding(slug="united-internet-203-0-113-107-" + "a" * 20)
    lines = of(tmp_path, findings=[held], requests=[request(held, "form")])
    assert lines[-4:-2] == ["     with", f"  out/INC-7/requests/{held['slug']}.form.md"]


def test_without_a_request_it_says_what_to_do_instead(tmp_path: Path) -> None:
    lines = of(tmp_path, findings=[finding()], requests=[request(finding(), "none")])
    assert "  DO      Wait: it ends by itself." in lines


def test_a_refused_request_says_what_comes_first_and_where_to_say_it(tmp_path: Path) -> None:
    refused = {"code": "fixed_text_missing", "en": "Say it.", "ja": "書いて。"}
    held = request(finding(), "none", refused=refused, instruction={"en": "Say " * 80, "ja": "書いて" * 80})
    for language in ("en", "ja"):
        lines = of(tmp_path, language, findings=[finding()], requests=[held])
        assert sum("request_fixed_text" in line for line in lines) == 1
        assert any(line.endswith("...") for line in lines)
    assert "  FIRST   Say Say" in "\n".join(of(tmp_path, findings=[finding()], requests=[held]))


def test_a_list_refuses_nothing_itself(tmp_path: Path) -> None:
    held = finding(list="spamhaus_zen", counterpart={"en": "Spamhaus ZEN", "ja": "Spamhaus ZEN"}, rules=[])
    assert of(tmp_path, findings=[held])[3].startswith("203.0.113.7 LISTED by Spamhaus ZEN   ")


def test_a_long_name_gives_way_to_the_rule(tmp_path: Path) -> None:
    name = "Outlook.com (Hotmail, Live, MSN, and a lot more)"
    held = finding(counterpart={"en": name, "ja": name}, first_at=None)
    assert of(tmp_path, findings=[held])[3] == f"203.0.113.7 REFUSED by {name} [s3140]"
    began = held | {"first_at": "2026-11-24T05:12:00+09:00"}
    assert of(tmp_path, findings=[began])[3].startswith("203.0.113.7 REFUSED by Outlook.com [s3140]  ")


def test_many_hosts_are_counted(tmp_path: Path) -> None:
    lines = of(tmp_path, findings=[finding(hosts=[f"mx{number}" for number in range(1, 51)])])
    assert any("on mx1, mx2, mx3 +47" in line for line in lines)


def test_what_to_do_about_each_goes_before_more_about_one(tmp_path: Path) -> None:
    findings = [finding(number) for number in range(1, 7)]
    lines = of(tmp_path, findings=findings, requests=[request(one) for one in findings])
    assert sum("REFUSED by" in line for line in lines) == 6
    assert sum(line.startswith("  SEND ") for line in lines) == 6
    assert [number for number, line in enumerate(lines) if "bounced" in line] == [1, 4, 8, 12]


def test_noise_is_one_line_a_cause(tmp_path: Path) -> None:
    lines = of(tmp_path, findings=[finding(1, cause="recipient_invalid"), finding(2, cause="recipient_invalid")])
    assert lines[0] == "NO BLOCK found in the evidence"
    assert "ALSO    Mailbox does not exist or cannot take mail: 1,016 (outlook_com)" in lines


def test_what_is_missing_stands_before_the_findings(tmp_path: Path) -> None:
    gone = [Host(name=f"mx{number}", state="unreachable", reason="refused") for number in range(2, 8)]
    noted = evidence(sources=[{"path": "/var/log/mail.log", "kind": "file", "notes": ["permission_denied"]}])
    remark = {"en": "mx9.json is left out", "ja": "mx9.jsonを除外"}
    made = report(
        tmp_path,
        hosts=[READ, *gone],
        findings=[finding()],
        evidences=[noted],
        failed_steps={"request": "no words"},
        notes=[remark, remark],
    )
    lines = screen_of(made)
    assert lines[3:8] == [
        "NOT READ mx2: refused",
        "NOT READ mx3: refused",
        "NOT READ mx4: refused",
        "NOT READ either: 3 more hosts",
        "NOT DONE requests: no words",
    ]
    assert lines[8:11] == [
        "NOTE mx1 /var/log/mail.log: permission_denied",
        "NOTE mx9.json is left out",
        "NOTE: 1 more in the report",
    ]


def test_a_long_reason_keeps_its_cause(tmp_path: Path) -> None:
    reason = f"cannot be reached: {'a long way round ' * 20}Connection refused"
    lines = of(tmp_path, hosts=[READ, Host(name="mx2", state="unreachable", reason=reason)])
    (said,) = (number for number, line in enumerate(lines) if line.startswith("NOT READ mx2: cannot be reached: "))
    assert lines[said].endswith("...")
    assert lines[said + 1].startswith("...")
    assert lines[said + 1].endswith("Connection refused")


def test_nothing_read_is_no_all_clear(tmp_path: Path) -> None:
    lines = of(tmp_path, evidences=[], hosts=[Host(name="mx1", state="failed", reason="no log")])
    assert lines[:3] == [
        "NO ANSWER: no host could be read",
        "0 of 1 hosts, no logs, times +09:00",
        "NOT READ mx1: no log",
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("blocks", [0, 1, 3, 5, 8, 15, 40, 200])
def test_it_is_always_one_screen(tmp_path: Path, blocks: int, language: str) -> None:
    noise = [finding(cause=cause) for cause in ("rate_limited", "greylisted", "own_side", "auth_failed")]
    name = {"en": "Long " * 40, "ja": "長い" * 60}
    findings = [finding(number, counterpart=name, next_steps=[HOLD_STEP]) for number in range(blocks)]
    made = report(
        tmp_path,
        findings=[*findings, *noise],
        requests=[request(one, "form") for one in findings],
        hosts=[READ, *(Host(name=f"mx{number}", state="failed", reason="why " * 60) for number in range(50))],
        commands={"hold": Command((*HOLD.phrases, ("--ssh-common-args", "word" * 10)))},
    )
    words = tuple(("--ssh-common-args", "word" * number) for number in range(1, 9))
    lines = screen_of(made, language=language, again=Command((("ansible-playbook", "x"), *words)))
    assert len(lines) <= 24
    assert max(map(columns, lines)) <= 80
    assert blocks < 3 or any("more in the report" in line or "レポートを参照" in line for line in lines)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_foreign_text_neither_moves_the_cursor_nor_floods_the_screen(tmp_path: Path, language: str) -> None:
    held = finding(
        counterpart={"en": HOSTILE, "ja": HOSTILE},
        rules=[HOSTILE],
        hosts=[HOSTILE],
        subject={"kind": "domain", "value": HOSTILE},
        receivers=[{"slug": HOSTILE, "recipient_domains": {HOSTILE: 3}}],
    )
    lines = of(
        tmp_path,
        language,
        findings=[held, finding(9, cause="rate_limited", receivers=held["receivers"])],
        requests=[request(held, "none", instruction={"en": HOSTILE, "ja": HOSTILE})],
        hosts=[READ, Host(name=HOSTILE, state="failed", reason=HOSTILE)],
        evidences=[evidence(sources=[{"path": HOSTILE, "kind": "file", "notes": [HOSTILE]}])],
        failed_steps={"diagnosis": HOSTILE},
    )
    assert len(lines) <= 24
    assert max(map(columns, lines)) <= 80
    assert not {unicodedata.category(char) for line in lines for char in line} & {"Cc", "Cf"}
    assert any("{{ lookup('pipe','id') }}" in line for line in lines)
