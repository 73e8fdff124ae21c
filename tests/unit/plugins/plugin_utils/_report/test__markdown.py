# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    HOLD,
    READ,
    finding,
    markdown_of,
    report,
    request,
    summary_of,
)


def test_it_says_who_what_since_when_how_many_and_what_to_do(tmp_path: Path) -> None:
    text = markdown_of(report(tmp_path, findings=[finding()], requests=[request(finding())]))
    for part in (
        "# Mail report INC-7",
        "**BLOCKED (1): 203.0.113.7**",
        "| Outlook.com: on its block list (203.0.113.7) | 2026-11-24T05:12:00+09:00 | bounced 412, deferred 96",
        "## Outlook.com: on its block list (203.0.113.7)",
        "The address is on their list.",
        "- Stop the loss.",
        "- Do not ask twice.",
        "- Two days.",
        "- Not a host.",
        "- most hit: outlook.com 300, hotmail.com 71",
        "`out/INC-7/requests/outlook-com-203-0-113-7-3fa1c2.eml`",
        "```text\n550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. (S3140)\n```",
        "- <https://example.org/facts> (2026)",
        "## Policy\n\nPassed.",
        "ansible-playbook postmaster.delist.incident -i hosts.yml -l mx1",
    ):
        assert part in text, part


def test_the_command_of_a_step_is_whole_and_stands_in_the_summary_too(tmp_path: Path) -> None:
    step = {"action": "hold", "command": None, "en": "Stop the loss.", "ja": "被害を止めます。"}
    made = report(tmp_path, findings=[finding(next_steps=[step])], commands={"hold": HOLD})
    assert f"- Stop the loss.\n\n```text\n{HOLD.line()}\n```" in markdown_of(made)
    assert summary_of(made)["findings"][0]["next_steps"][0]["command"] == HOLD.line()


def test_only_the_counterparts_own_pages_are_links(tmp_path: Path) -> None:
    page = "https://help.acme.example/unblock?ip=1&x=a_b"
    step = {"action": "request", "command": None, "en": f"1. Ask at {page}, not at https://evil.example/", "ja": "x"}
    remedy = {"channel": "form", "to": None, "url": page, "alternatives": []}
    text = markdown_of(report(tmp_path, findings=[finding(remedy=remedy, next_steps=[step])]))
    assert rf"- 1\. Ask at <{page}>, not at https\://evil.example/" in text


def test_findings_that_differ_by_host_only_are_told_together(tmp_path: Path) -> None:
    found = [
        finding(
            cause="recipient_invalid",
            id=f"other/none/mx{number}/recipient_invalid",
            subject={"kind": "none", "value": None},
            hosts=[f"mx{number}"],
            title={"en": "various receivers: unknown", "ja": "x"},
            evidence=[f"550 5.1.1 User unknown {number}"],
        )
        for number in range(3)
    ]
    text = markdown_of(report(tmp_path, findings=found))
    assert text.count("## various receivers: unknown") == 1
    assert [line for line in text.splitlines() if line.startswith("- mx")] == [
        f"- mx{number}: bounced 412, deferred 96; recipients 371, domains 2; since 2026-11-24T05:12:00+09:00, last seen"
        " 2026-11-24T09:10:00+09:00; most hit: outlook.com 300, hotmail.com 71"
        for number in range(3)
    ]
    assert text.count("User unknown") == 3


def test_in_japanese(tmp_path: Path) -> None:
    text = markdown_of(report(tmp_path, findings=[finding()], requests=[request(finding())]), language="ja")
    assert "## Outlook.com：ブロックリストに登録（203.0.113.7）" in text
    assert "- お待ちください。" in text


def test_what_the_diagnosis_could_not_read_stands_in_it(tmp_path: Path) -> None:
    remark = {"en": "mx9.json is <not> whole", "ja": "x"}
    assert r"- mx9.json is \<not\> whole" in markdown_of(report(tmp_path, notes=[remark]))


def test_hosts_that_could_not_be_read_stand_in_it(tmp_path: Path) -> None:
    text = markdown_of(report(tmp_path, hosts=[READ, Host(name="mx|3", state="unreachable", reason="refused <b>")]))
    assert r"| mx\|3 | unreachable | refused \<b\> |" in text
    assert "Not passed" in text


def test_a_reply_cannot_leave_its_fence(tmp_path: Path) -> None:
    reply = "```\n# Heading\n<img src=x>\n```` text\r\nBcc: x"
    text = markdown_of(report(tmp_path, findings=[finding(evidence=[reply])]))
    fence = re.search(r"^(`{3,})text\n(.*?)\n\1$", text, re.MULTILINE | re.DOTALL)
    assert fence is not None
    assert len(fence[1]) > 4
    assert "<img src=x>" in fence[2]
    assert text.count("<img") == 1
