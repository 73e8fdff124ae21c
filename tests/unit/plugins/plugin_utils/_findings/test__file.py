# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import changed, dumped, lines, read
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import report_factory as make

SHARED = ("remedy", "counterpart", "explanation", "next_steps", "avoid", "how_long", "sources")


def alike(count: int) -> list[dict[str, t.Any]]:
    """Findings that hold their words together, as diagnosis makes them."""
    first = make.finding(0)
    return [{**make.finding(number), **{name: first[name] for name in SHARED}} for number in range(count)]


def written(folder: Path, findings: t.Sequence[t.Mapping[str, t.Any]]) -> Path:
    path = folder / "findings.json"
    path.write_bytes(b"".join(dumped({"schema": 1, "notes": [], "findings": findings})))
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    findings = [*alike(3), make.finding(9, evidence=['550 quotes ", "remedy": {"channel": "none"}'], stage=None)]
    path = written(tmp_path, findings)
    head, found = read(path)
    assert head == {"schema": 1, "notes": [], "findings": []}
    assert [line.read() for line in found] == findings
    assert json.loads(path.read_bytes())["findings"] == findings
    assert [json.loads(line.json) for line in read(path).findings] == findings


def test_each_finding_has_its_line_for_who_compares_runs(tmp_path: Path) -> None:
    _head, *rows, _end = written(tmp_path, alike(3)).read_text(encoding="utf-8").splitlines()
    assert [json.loads(row.removesuffix(","))["id"] for row in rows] == [finding["id"] for finding in alike(3)]


@pytest.mark.parametrize("indent", [None, 2])
def test_however_it_is_laid_out_it_gives_the_same(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "findings.json"
    path.write_text(json.dumps({"schema": 1, "notes": [], "findings": alike(2)}, indent=indent), encoding="utf-8")
    assert [line.read() for line in read(path).findings] == alike(2)
    # An older version had words and numbers in another order, a finding a line too.
    rows = ",\n".join(json.dumps(dict(reversed(finding.items()))) for finding in alike(2))
    path.write_text(f'{{"schema": 1, "notes": [], "findings": [\n{rows}\n]}}\n', encoding="utf-8")
    assert [line.read() for line in read(path).findings] == alike(2)


def test_words_of_many_are_held_once(tmp_path: Path) -> None:
    made = list(lines(alike(50)))
    assert len({id(line.words) for line in made}) == 1
    found = list(read(written(tmp_path, alike(50))).findings)
    assert len({id(line.words) for line in found}) == 1
    assert len({id(line.read()["explanation"]) for line in found}) == 1


def test_words_that_are_made_while_it_is_written_are_told_apart() -> None:
    """An object that is gone leaves its id to the next one."""
    texts = [f"text {number}" for number in range(200)]
    made = lines(make.finding(1, explanation={"en": text, "ja": text}) for text in texts)
    assert [line.read()["explanation"]["en"] for line in made] == texts


@pytest.mark.parametrize("lacks", [("remedy",), ("sources",), SHARED, ()])
def test_a_finding_may_lack_words(tmp_path: Path, lacks: tuple[str, ...]) -> None:
    finding = {name: value for name, value in make.finding().items() if name not in lacks}
    assert next(read(written(tmp_path, [finding, make.finding()])).findings).read() == finding


def test_a_word_that_is_null_is_no_missing_word() -> None:
    without = {name: value for name, value in make.finding().items() if name != "avoid"}
    null = {**without, "avoid": None}
    assert [line.read() for line in lines([without, null])] == [without, null]


def test_changed_words_leave_the_others(tmp_path: Path) -> None:
    (line,) = read(written(tmp_path, [make.finding()])).findings
    told = line._replace(words=changed(line.words, next_steps=[])).read()
    assert told == {**make.finding(), "next_steps": []}


def test_a_file_that_ends_too_early_is_no_shorter_report(tmp_path: Path) -> None:
    path = written(tmp_path, alike(2))
    path.write_bytes(path.read_bytes().removesuffix(b"\n]}\n"))
    with pytest.raises(ValueError, match="ends too early"):
        list(read(path).findings)
