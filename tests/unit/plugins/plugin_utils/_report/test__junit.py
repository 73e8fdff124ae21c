# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""junit.xml as junitparser reads it: a case for each host and check, and nobody's markup."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    blocked,
    rendered,
    report,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report

junitparser = pytest.importorskip("junitparser")


def suites_of(made: Report, language: str = "en") -> dict[str, dict[str, t.Any]]:
    parsed = junitparser.JUnitXml.fromstring(rendered(made, "junit", language).encode())
    cases = [case for suite in parsed for case in suite]
    assert (parsed.tests, parsed.failures, parsed.errors, parsed.skipped) == (
        len(cases), *(sum(isinstance(result, kind) for case in cases for result in case.result)
                      for kind in (junitparser.Failure, junitparser.Error, junitparser.Skipped)),
    )  # fmt: skip
    return {suite.name: {case.name: case.result[0] if case.result else None for case in suite} for suite in parsed}


def test_a_case_for_each_host_and_check(tmp_path: Path) -> None:
    suites = suites_of(blocked(tmp_path))
    assert list(suites) == ["mx1", "mx2", "mx3", "INC-7"]
    checks = set(suites["mx1"])
    assert checks == set(suites["mx2"]) == set(suites["mx3"])
    assert {"evidence", "ip_blocklisted_receiver", "ip_blocklisted_dnsbl"} <= checks
    assert "recipient_invalid" not in checks


def test_a_block_fails_where_it_is_seen_and_an_unread_host_is_no_success(tmp_path: Path) -> None:
    suites = suites_of(blocked(tmp_path))
    failed = suites["mx1"]["ip_blocklisted_receiver"]
    assert isinstance(failed, junitparser.Failure)
    assert failed.message == "203.0.113.7 REFUSED by Outlook.com [s3140]"
    assert "bounced 412, deferred 96" in failed.text
    assert suites["mx1"]["evidence"] is None
    assert suites["mx1"]["ip_blocklisted_dnsbl"] is None
    assert isinstance(suites["mx3"]["evidence"], junitparser.Error)
    assert suites["mx3"]["evidence"].message == "mx3 was unreachable: refused"
    assert isinstance(suites["mx3"]["ip_blocklisted_dnsbl"], junitparser.Skipped)


def test_lists_fail_for_what_they_have_and_are_skipped_where_they_say_nothing(tmp_path: Path) -> None:
    lists_of_run = suites_of(blocked(tmp_path))["INC-7"]
    assert isinstance(lists_of_run["list zen.spamhaus.org"], junitparser.Failure)
    assert lists_of_run["list psbl.surriel.com"] is None
    assert lists_of_run["list b.barracudacentral.org"].message == "unknown: refused"
    assert "list relays.ordb.org" not in lists_of_run


def test_a_step_that_failed_is_an_error_and_its_hosts_are_unknown(tmp_path: Path) -> None:
    suites = suites_of(report(tmp_path, findings=None, failed_steps={"diagnosis": "no schema"}))
    assert suites["INC-7"]["step diagnosis"].message == "the diagnosis failed: no schema"
    assert isinstance(suites["mx1"]["ip_blocklisted_receiver"], junitparser.Skipped)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_breaks_no_document(language: str, tmp_path: Path) -> None:
    suites = suites_of(hostile_report(tmp_path), language)
    assert len(suites) == 3
    assert isinstance(suites["INC-7"]["step request"], junitparser.Error)
