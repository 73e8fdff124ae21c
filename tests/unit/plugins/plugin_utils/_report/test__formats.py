# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each format is what its readers expect, says the same as the others, and carries nobody's markup."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._formats import FORMATS, Setting, write
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as logs
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    AGAIN,
    blocked,
    finding,
    rendered,
    report,
    request,
    screen_of,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028\ud800\ufffe\uffff]")


def test_files_are_those_asked_for_and_no_others(tmp_path: Path) -> None:
    made = blocked(tmp_path)
    setting = Setting(Texts("en"), AGAIN, made.run_dir.parents[1])
    write(made, list(FORMATS), setting)
    files = write(made, ["junit", "csv"], setting)
    assert files == {name: str(made.run_dir / file) for name, file in (("csv", "findings.csv"), ("junit", "junit.xml"))}
    left = {path.name for path in made.run_dir.iterdir()} & {form.file for form in FORMATS.values()}
    assert left == {"findings.csv", "junit.xml"}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    made = blocked(tmp_path)
    assert rendered(made, name) == rendered(made, name)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_has_no_control_character(name: str, language: str, tmp_path: Path) -> None:
    text = rendered(hostile_report(tmp_path), name, language)
    assert not CONTROL.search(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    assert "203.0.113.7" in text


def test_the_screen_has_no_control_character_either(tmp_path: Path) -> None:
    made = hostile_report(tmp_path)
    assert not any(map(CONTROL.search, screen_of(made)))


class TestJsonLines:
    def test_one_whole_finding_a_line(self, tmp_path: Path) -> None:
        made = blocked(tmp_path)
        lines = [json.loads(line) for line in rendered(made, "jsonl").splitlines()]
        assert [line["id"] for line in lines] == [item.finding["id"] for item in made.items]
        assert (lines[0]["run_id"], lines[0]["request"]["kind"], lines[1]["request"]) == ("INC-7", "email", None)
        for line, item in zip(lines, made.items, strict=True):
            assert line.items() >= item.finding.items()

    def test_a_line_fits_its_schema_and_a_wrong_one_does_not(self, tmp_path: Path) -> None:
        found = diagnose(logs.write(tmp_path / "evidence", logs.host(logs.group())))["findings"]
        lines = rendered(report(tmp_path, findings=found, requests=[request(found[0])]), "jsonl").splitlines()
        (line,) = map(json.loads, lines)
        assert misfits(line, "report_line.json") == []
        assert misfits({**line, "run_id": None}, "report_line.json")

    def test_nothing_found_is_an_empty_file(self, tmp_path: Path) -> None:
        assert rendered(report(tmp_path), "jsonl") == ""


class TestCsv:
    def rows(self, made: Report) -> list[dict[str, str]]:
        text = rendered(made, "csv")
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    def test_a_row_for_each_finding(self, tmp_path: Path) -> None:
        first, second = self.rows(blocked(tmp_path))
        assert (first["subject"], first["bounced"], first["hosts"], first["request"]) == (
            "203.0.113.7", "412", "mx1 mx2", "email",
        )  # fmt: skip
        assert (second["opens_case"], second["request"]) == ("false", "")

    def test_no_cell_is_a_formula(self, tmp_path: Path) -> None:
        rows = self.rows(hostile_report(tmp_path))
        assert len(rows) == 2
        for row in rows:
            assert None not in row
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
            assert row["subject"].startswith("'=HYPERLINK")

    @pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "＝1", "|x", "\t=1", " =1"])
    def test_each_way_to_begin_a_formula(self, value: str, tmp_path: Path) -> None:
        (row,) = self.rows(report(tmp_path, findings=[finding(subject={"kind": "ip", "value": value})]))
        assert row["subject"] == f"'{value.strip()}"
