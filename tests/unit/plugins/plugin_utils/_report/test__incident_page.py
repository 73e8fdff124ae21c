# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an incident tells how the receivers took the mail, and which cases are open, as that of an audit does."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    AGAIN,
    NOW,
    case,
    finding,
    markdown_of,
    rendered,
    report,
    summary_of,
)

RATES = {"outlook_com": {"delivered": 90, "refused": 10, "reputation": 4}}
TITLES = {
    "delivery": {"en": "How receivers took the mail", "ja": "受信側ごとの配送状況"},
    "cases": {"en": "Open cases", "ja": "未解決のケース"},
}


def incident(folder: Path, *cases: Case, **more: t.Any) -> Report:
    return dataclasses.replace(report(folder, findings=[finding()], rates=RATES), cases=cases, follow_up=AGAIN, **more)


def articles(made: Report) -> dict[str, str]:
    found = re.findall(r'<article lang="(..)">(.*?)</article>', rendered(made, "html"), re.DOTALL)
    return dict(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_how_each_receiver_took_the_mail(language: str, tmp_path: Path) -> None:
    made = incident(tmp_path)
    page, text = articles(made)[language], markdown_of(made, language=language)
    assert f'<h2 id="{language}-delivery">{TITLES["delivery"][language]}</h2>' in page
    assert f'href="#{language}-delivery"' in page
    assert '<rect class="now" x="0" y="5" width="90.0" height="5"/>' in page
    assert f"## {TITLES['delivery'][language]}\n" in text
    assert re.search(r"^\| outlook\\_com \| 90 \| 10 \| 4 \|$", text, re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_tells_the_open_cases_what_is_overdue_first(language: str, tmp_path: Path) -> None:
    made = incident(tmp_path, case(2, hours=5), case(1))
    page, text = articles(made)[language], markdown_of(made, language=language)
    assert f'<h2 id="{language}-cases">{TITLES["cases"][language]}</h2>' in page
    assert f"## {TITLES['cases'][language]}\n" in text
    for told in (page, text):
        assert told.index("PD-0000000001") < told.index("PD-0000000002")
        assert {"en": "asked, no answer yet", "ja": "申請済み（応答待ち）"}[language] in told
        assert {"en": "overdue since", "ja": "期限超過"}[language] in told
        assert "postmaster.delist.incident" in told[told.index("PD-0000000002") :]
    assert f"{case(1).due_at:%m-%d %H:%M}" in page


def test_what_is_overdue_stands_in_the_summary(tmp_path: Path) -> None:
    (due,) = summary_of(incident(tmp_path, case(1), case(2, hours=5)))["cases_due"]
    assert (due["case"], due["state"], due["due"]) == ("PD-0000000001", "submitted", "chase")
    assert due["finding"] == finding()["id"]
    assert datetime.datetime.fromisoformat(due["due_at"]) == NOW - datetime.timedelta(hours=1)


def test_without_a_ledger_or_deliveries_nothing_is_said(tmp_path: Path) -> None:
    made = report(tmp_path, findings=[finding()])
    for told in (rendered(made, "html"), markdown_of(made)):
        for title in TITLES.values():
            assert title["en"] not in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_ledger_that_cannot_be_read_is_said(language: str, tmp_path: Path) -> None:
    made = incident(tmp_path, cases_unknown="the server is down")
    for told in (articles(made)[language], markdown_of(made, language=language)):
        assert "the server is down" in told[told.index(TITLES["cases"][language]) :]


def test_more_cases_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    made = incident(tmp_path, *(case(number) for number in range(502)))
    for told in (articles(made)["en"], markdown_of(made)):
        assert told.count("PD-") == 500
        assert "2 more" in told
