# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile text in every place of a host's evidence, of a finding and of what lists answer: no output obeys it."""

from __future__ import annotations

import functools
import json
import re
import tempfile
import typing as t
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from ansible_collections.postmaster.delist.plugins.action import bounce_info
from ansible_collections.postmaster.delist.plugins.plugin_utils import _evidence_files, _explain_screen, _notice
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._csv import HEAD
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _folder as requests
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory, report_factory
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import hostile_text as hostile
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.request_factory import writer

Data = dict[str, t.Any]
EVIDENCE = evidence_factory.full_host()
LISTS = report_factory.asked_lists()
READ = report_factory.READ
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


def diagnosed() -> Data:
    with tempfile.TemporaryDirectory() as folder:
        return diagnose(evidence_factory.write(Path(folder), EVIDENCE))


FOUND = diagnosed()


@functools.lru_cache
def validator(name: str) -> t.Any:
    schemas = {path.name: json.loads(path.read_bytes()) for path in (SHIPPED / "schema").glob("*.json")}
    registry = Registry().with_resources((key, Resource.from_contents(schema)) for key, schema in schemas.items())
    return jsonschema.Draft202012Validator(schemas[name], registry=registry)


def open_places(document: Data, schema: str) -> list[t.Any]:
    """Return the places where the schema of our own files takes any text."""
    return [
        pytest.param(way, id=hostile.named(way))
        for way in hostile.places(document)
        if validator(schema).is_valid(hostile.with_text(document, way, hostile.TEXT))
    ]


class Run:
    """A run's folder below a folder that nothing may be written into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: Report | None = None

    def diagnose(self, evidence: Data) -> Data:
        folder = self.folder / "out" / "INC-7" / "evidence"
        try:
            bounce_info._written(str(folder), evidence)
        except (KeyError, TypeError, AttributeError):
            evidence_factory.write(folder, {**evidence, "host": "mx1"})
        return diagnose(folder)

    def report(self, found: Data, *, lists: Data = LISTS, hosts: t.Sequence[Host] = (READ,), **more: t.Any) -> Report:
        (self.folder / "out").mkdir(exist_ok=True)
        records = [writer(known=load(), allow_documentation=True).write(finding) for finding in found["findings"]]
        run = self.folder / "out" / "INC-7"
        run.mkdir(exist_ok=True)
        requests.write(run, records)
        self.made = report_factory.report(
            self.folder,
            findings=found["findings"],
            requests=[record.record for record in records],
            notes=found["notes"],
            evidences=(),
            lists=lists,
            hosts=hosts,
            **more,
        )
        return self.made


@functools.lru_cache
def good(language: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder))
        made = run.report(run.diagnose(EVIDENCE))
        return {name: report_factory.rendered(made, name, language) for name in ("html", "junit")}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Run]:
    """Afterwards nothing of what the text tries has happened."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield Run(tmp_path / "here")
    files = list(tmp_path.rglob("*"))
    assert [path for path in files if path.name == "proof"] == []
    assert all(_FILE.fullmatch(path.name) for path in files)
    assert all(path.is_relative_to(tmp_path / "here" / "out") for path in files if path.is_file())


def nothing_is_live(made: Report) -> None:
    for language in LANGUAGES:
        texts, beside = Texts(language), good(language)
        hostile.is_harmless_html(report_factory.rendered(made, "html", language), beside=beside["html"])
        hostile.is_harmless_xml(report_factory.rendered(made, "junit", language), beside=beside["junit"])
        hostile.is_harmless_markdown(report_factory.markdown_of(made, language=language))
        hostile.is_harmless_table(report_factory.rendered(made, "csv", language), columns=len(HEAD))
        for line in report_factory.screen_of(made, language=language):
            hostile.is_line(line)
        title, text = _notice.message(made, changed := _notice.change(made, None), texts, run_dir="out/INC-7")
        hostile.is_line(title)
        hostile.is_plain(text)
        body = _notice.webhook_body(made, changed, texts, run_dir="out/INC-7")
        hostile.is_plain(body["text"])
        json.dumps(body).encode()
    hostile.is_harmless_jsonl(report_factory.rendered(made, "jsonl"))
    hostile.is_harmless_metrics(report_factory.rendered(made, "prometheus"))
    report_factory.summary_of(made)
    written_is_harmless(made.run_dir)


def written_is_harmless(run_dir: Path) -> None:
    for path in (run_dir / "requests").glob("*"):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".eml":
            hostile.is_harmless_mail(text, own_domain="microsoft.com")
        elif path.suffix == ".md":
            hostile.is_harmless_markdown(text)
        else:
            hostile.is_plain(text)
    for path in (run_dir / "evidence").glob("*.lost.csv"):
        hostile.is_harmless_table(path.read_text(encoding="utf-8"), columns=len(_evidence_files._COLUMNS))


def test_the_good_run_has_every_output(run: Run) -> None:
    made = run.report(run.diagnose(EVIDENCE))
    nothing_is_live(made)
    suffixes = {"".join(path.suffixes[-2:]) for path in (made.run_dir / "requests").iterdir()}
    assert suffixes >= {".eml", ".en.txt", ".ja.txt"}
    assert (made.run_dir / "evidence" / "mx1.lost.csv").is_file()


IN_EVIDENCE = pytest.mark.parametrize(
    "way", [pytest.param(way, id=hostile.named(way)) for way in hostile.places(EVIDENCE)]
)


@IN_EVIDENCE
def test_in_evidence(run: Run, way: hostile.Way) -> None:
    nothing_is_live(run.report(run.diagnose(hostile.with_text(EVIDENCE, way, hostile.TEXT))))


@IN_EVIDENCE
def test_a_path_in_evidence_leads_nowhere(run: Run, way: hostile.Way) -> None:
    written_is_harmless(run.report(run.diagnose(hostile.with_text(EVIDENCE, way, hostile.PATH))).run_dir)


@pytest.mark.parametrize("way", open_places(FOUND, "findings.json"))
def test_in_findings(run: Run, way: hostile.Way) -> None:
    nothing_is_live(run.report(hostile.with_text(FOUND, way, hostile.TEXT)))


@pytest.mark.parametrize("way", open_places(LISTS, "listings.json"))
def test_in_what_lists_and_the_dns_answer(run: Run, way: hostile.Way) -> None:
    nothing_is_live(run.report(FOUND, lists=hostile.with_text(LISTS, way, hostile.TEXT)))


def test_in_what_a_host_or_a_step_fails_with(run: Run) -> None:
    hosts = [READ, Host(name="mx2", state="failed", reason=hostile.TEXT)]
    nothing_is_live(run.report(FOUND, hosts=hosts, failed_steps={"lists": hostile.TEXT, "diagnosis": hostile.TEXT}))


@pytest.mark.parametrize("text", [f"{evidence_factory.FBLW15} {hostile.TEXT}", hostile.TEXT, hostile.TEXT[::-1]])
def test_in_what_is_pasted(text: str) -> None:
    diagnoses = explain(text)
    for language in LANGUAGES:
        for line in _explain_screen.screen(diagnoses, language):
            hostile.is_line(line)
