# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile text in every place of what is kept, of an audit and of a case in the ledger: no page obeys it."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import functools
import tempfile
import typing as t
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._postmortem import write_postmortem
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._screen import Followed, markdown, screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Setting, step_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import Rules, judge
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy_accepted import Accepted
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen_audit import screen as audit_screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import audit_factory, report_factory
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import hostile_text as hostile
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS, followed
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS, after
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.test_hostile_text import (
    EVIDENCE,
    FOUND,
    LISTS,
    Data,
    validator,
)

AGAIN = report_factory.AGAIN
# All kinds of tags that the page of a case has.
OF_A_CASE = "<html><head><meta><title></title><style></style></head><body><h1><h2><p><table><tr><th><td></table>"


def nothing_is_live(made: Report, *, beside: t.Callable[[str], dict[str, str]]) -> None:
    for language in LANGUAGES:
        good = beside(language)
        hostile.is_harmless_html(report_factory.rendered(made, "html", language), beside=good["html"])
        hostile.is_harmless_xml(report_factory.rendered(made, "junit", language), beside=good["junit"])
        hostile.is_harmless_markdown(report_factory.markdown_of(made, language=language))
    hostile.is_harmless_metrics(report_factory.rendered(made, "prometheus"))
    report_factory.summary_of(made)


class AnAudit:
    @staticmethod
    def content() -> Data:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/ledger.sqlite3"
            with open_ledger(url, TIMINGS, now=audit_factory.NOW) as ledger:
                for event in followed().events[:3]:
                    ledger.record(event.case, lambda _seen, event=event: event)
                held: dict[str, t.Any] = {"findings": FOUND["findings"], "evidences": [EVIDENCE], "lists": LISTS}
                audit_factory.night(Path(folder), ledger, **held)
                return copy.deepcopy(audit_factory.night(Path(folder), ledger, days=1, **held))

    @staticmethod
    def audit(content: Data, *, reason: str = "a lab") -> Audit:
        today = audit_factory.NOW.date()
        entries = [
            Accepted(
                names={"check": "lint"}, reason=reason, owner=reason, expires=today + datetime.timedelta(days), line=3
            )
            for days in (-1, 3)
        ]
        rules = Rules(accepted=entries)
        return Audit(content=content, rules=rules, judgement=judge(content["concerns"], rules, today=today))

    @staticmethod
    def report(folder: Path, audit: Audit) -> Report:
        made = report_factory.report(folder, findings=FOUND["findings"], evidences=(), lists=LISTS)
        return dataclasses.replace(made, audit=audit, rates=audit.content["rates"], fail_on=audit.rules.fail_on)

    @staticmethod
    @functools.lru_cache
    def good(language: str) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            made = AnAudit.report(Path(folder), AnAudit.audit(CONTENT))
            return {name: report_factory.rendered(made, name, language) for name in ("html", "junit")}

    @staticmethod
    def is_open(way: hostile.Way) -> bool:
        """Tell whether the schema of what a summary says of an audit takes any text there."""
        schema = validator("summary.json").evolve(schema={"$ref": "summary.json#/$defs/audit"})
        try:
            schema.validate(AnAudit.audit(hostile.with_text(CONTENT, way, hostile.TEXT)).summary())
        except (jsonschema.ValidationError, KeyError, ValueError):
            return False
        return True

    def shown(self, made: Report) -> None:
        assert made.audit is not None
        nothing_is_live(made, beside=self.good)
        for language in LANGUAGES:
            texts, said = Texts(language, file="audit"), Texts(language)
            cwd, written = made.run_dir.parents[1], {"markdown": str(made.run_dir / "report.md")}
            told = audit_screen(made, made.audit, texts=texts, said=said, again=AGAIN, cwd=cwd, written=written)
            for line in told.splitlines():
                hostile.is_line(line)


CONTENT = AnAudit.content()


def test_the_good_audit_has_all_that_one_can_have() -> None:
    concerns = AnAudit.audit(CONTENT).concerns
    assert {concern["check"] for concern in concerns} >= {"finding", "listing", "lint", "change", "case"}
    assert {concern["state"] for concern in concerns} == {"still"}
    assert any(concern["accepted"] for concern in concerns)
    assert CONTENT["rates"]


@pytest.mark.parametrize(
    "way", [pytest.param(way, id=hostile.named(way)) for way in hostile.places(CONTENT) if AnAudit.is_open(way)]
)
def test_in_an_audit(tmp_path: Path, way: hostile.Way) -> None:
    audit = AnAudit.audit(hostile.with_text(CONTENT, way, hostile.TEXT))
    AnAudit().shown(AnAudit.report(tmp_path, audit))


def test_in_what_a_site_has_accepted_and_whom_it_sends_to(tmp_path: Path) -> None:
    content = {**CONTENT, "rates": {hostile.TEXT: {"delivered": 1, "refused": 2, "reputation": 0}}}
    AnAudit().shown(AnAudit.report(tmp_path, AnAudit.audit(content, reason=hostile.TEXT)))


class ACase:
    """The events as the ledger has them, each with who wrote it."""

    EVENTS: t.ClassVar = [
        {"actor": event.actor, "data": event.data}
        for event in followed(facts={**FACTS, "who_can_fix": "receiver", "relapse_of": "PD-0000000002"}).events
    ]

    @staticmethod
    def events(written: t.Sequence[Data]) -> list[Event]:
        return [
            dataclasses.replace(event, **changes) for event, changes in zip(followed().events, written, strict=True)
        ]

    @staticmethod
    @functools.lru_cache
    def good(language: str) -> dict[str, str]:
        with tempfile.TemporaryDirectory() as folder:
            made = ACase.incident(Path(folder), ACase.cases(ACase.events(ACase.EVENTS)))
            return {name: report_factory.rendered(made, name, language) for name in ("html", "junit")}

    @staticmethod
    def cases(events: t.Sequence[Event]) -> list[Case]:
        """The case as it was after each of its events."""
        return [fold(events[:number], TIMINGS) for number in range(1, len(events) + 1)]

    @staticmethod
    def incident(folder: Path, cases: t.Sequence[Case]) -> Report:
        made = report_factory.report(folder, findings=FOUND["findings"], evidences=())
        return dataclasses.replace(made, cases=cases, follow_up=AGAIN)

    def pages(self, folder: Path, events: t.Sequence[Event], language: str) -> None:
        cases = self.cases(events)
        texts = Texts(language, file="cases")
        setting = Setting(after(500), {}, {}, True, texts, lambda _extra: AGAIN, str, load())
        steps = [step_of(case, setting) for case in cases if case.is_open]
        answer = {"source": hostile.TEXT, "why": hostile.TEXT}
        found = Followed("INC-7", steps, closed=[cases[-1]], unproven=[answer], failures=[hostile.TEXT])
        hostile.is_harmless_markdown(markdown(found, texts=texts))
        for one in (found, *(Followed("INC-7", [step]) for step in steps)):
            for line in screen(one, texts=texts, report="out/cases.md", again=AGAIN).splitlines():
                hostile.is_line(line)


IN_CASE = [pytest.param(way, id=hostile.named(way)) for way in hostile.places(ACase.EVENTS)]


@pytest.mark.parametrize("way", IN_CASE)
def test_in_a_case(tmp_path: Path, way: hostile.Way) -> None:
    told = ACase()
    events = told.events(hostile.with_text(told.EVENTS, way, hostile.TEXT))
    nothing_is_live(told.incident(tmp_path, told.cases(events)), beside=told.good)
    for language in LANGUAGES:
        told.pages(tmp_path, events, language)
    write_postmortem(Snapshot(fold(events, TIMINGS), len(events), tuple(events)), tmp_path / "cases", load())
    for path in (tmp_path / "cases").iterdir():
        page = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            hostile.is_harmless_markdown(page)
        else:
            hostile.is_harmless_html(page, beside=OF_A_CASE)
