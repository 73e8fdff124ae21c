# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""junit.xml: a test suite for each host, with a case for each thing that may be wrong with it; what CI systems show.

A host's cases are always the same, so that a CI can tell when one began to fail: its evidence was read, and for each
cause that is a block, no receiver refuses it so. A suite of its own has the steps of the run and the block lists.
"""

from __future__ import annotations

import collections
import datetime
import typing as t
from xml.etree import ElementTree as ET

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against, is_asked
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_phrases import counts, headline
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_texts import Texts

NAME = "postmaster.delist"
EVIDENCE = "evidence"
_STEPS = ("diagnosis", "lists", "request")


class Case(t.NamedTuple):
    """One check; C(result) is failure, error, skipped, or None where all is well."""

    name: str
    result: str | None = None
    kind: str = ""
    message: str = ""
    details: str = ""


def junit(report: Report, *, texts: Texts) -> str:
    """The whole document."""
    root = ET.Element("testsuites", name=NAME)
    checks = [cause for cause, about in read(SHIPPED / "causes.yml")["causes"].items() if about["opens_case"]]
    refused = _by_host(report, texts)
    suites = [(host.name, [*_host(host, report, checks, refused[host.name], texts)]) for host in report.hosts]
    suites.append((report.run_id, [*_steps(report, texts), *_lists(report, texts)]))
    for name, cases in suites:
        _add_suite(root, plain(name), cases, report)
    for result in ("tests", "failures", "errors", "skipped"):
        root.set(result, str(sum(int(suite.get(result, 0)) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


class Refusal(t.NamedTuple):
    """What is said of a block where a host has it."""

    severity: str
    headline: str
    quiet: str | None  # why it fails nothing: a site accepted it, or a baseline knows it
    details: str  # what a CI shows when one opens the case: which finding, how many, what was said


def _by_host(report: Report, texts: Texts) -> dict[str, dict[str, list[Refusal]]]:
    """Return the blocks of each host by cause."""
    quiet = _quiet(report, texts)
    found: dict[str, dict[str, list[Refusal]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for item in report.blocks:
        finding = item.finding
        details = "\n".join(map(plain, [item.id, counts(item, texts), *finding["evidence"]]))
        refusal = Refusal(finding["severity"], headline(item, texts), quiet.get(item.id), details)
        for host in finding["hosts"]:
            found[host][finding["cause"]].append(refusal)
    return found


def _quiet(report: Report, texts: Texts) -> dict[str, str]:
    """Return why the findings of an audit that fail nothing do not, by id."""
    if report.audit is None:
        return {}
    reasons = {
        concern["id"]: texts.say("junit", "accepted", **_entry(concern)) for concern in report.audit.group("accepted")
    }
    reasons |= {concern["id"]: texts.say("junit", "known") for concern in report.audit.group("known")}
    return {name.removeprefix("finding/"): reason for name, reason in reasons.items()}


def _entry(concern: t.Mapping[str, t.Any]) -> dict[str, str]:
    return {name: concern["accepted"][name] for name in ("reason", "owner", "expires")}


def _host(
    host: Host, report: Report, checks: t.Sequence[str], refused: t.Mapping[str, list[Refusal]], texts: Texts
) -> t.Iterator[Case]:
    was_read = host.state == "ok"
    if was_read:
        yield Case(EVIDENCE)
    else:
        yield Case(EVIDENCE, "error", host.state, texts.say("policy", host.state, host=host.name, reason=host.reason))
    known = was_read and "diagnosis" not in report.failed_steps
    for cause in dict.fromkeys((*checks, *refused)):
        items = refused.get(cause) or []
        if items and all(item.quiet for item in items):
            reasons = "; ".join(dict.fromkeys(item.quiet or "" for item in items))
            yield Case(cause, "skipped", message=reasons)
        elif items := [item for item in items if not item.quiet]:
            said = "; ".join(item.headline for item in items)
            yield Case(cause, "failure", items[0].severity, said, "\n".join(item.details for item in items))
        else:
            yield Case(cause) if known else Case(cause, "skipped", message=texts.say("junit", "not_known"))


def _steps(report: Report, texts: Texts) -> t.Iterator[Case]:
    for step in dict.fromkeys((*_STEPS, *report.failed_steps)):
        if reason := report.failed_steps.get(step):
            said = texts.say("policy", "step_failed", step=texts.say("step", step), reason=reason)
            yield Case(f"step {step}", "error", "step_failed", said)
        else:
            yield Case(f"step {step}")


def _lists(report: Report, texts: Texts) -> t.Iterator[Case]:
    """A case for each list: it fails for what it lists, and is skipped where it says nothing."""
    if report.lists is None:
        return
    listed: dict[str, list[t.Mapping[str, t.Any]]] = collections.defaultdict(list)
    for row in against(report.lists):
        if row["severity"] != "info":
            listed[row["zone"]].append(row)
    for zone in filter(is_asked, report.lists["lists"]):
        name = f"list {zone['zone']}"
        if rows := listed[zone["zone"]]:
            said = ", ".join(row["target"] for row in rows)
            reasons = "\n".join(f"{row['target']}: {plain(row['reason'] or '')}" for row in rows)
            yield Case(name, "failure", rows[0]["severity"], texts.say("junit", "listed", targets=said), reasons)
        elif zone["unknown"]:
            cause = zone["health"] if zone["health"] != "healthy" else None
            yield Case(name, "skipped", message=texts.say("junit", "unknown", cause=texts.cause(cause)))
        else:
            yield Case(name)


def _add_suite(root: ET.Element, name: str, cases: t.Sequence[Case], report: Report) -> None:
    started = datetime.datetime.fromisoformat(report.started_at)
    results = collections.Counter(case.result for case in cases)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=name,
        timestamp=f"{started.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S}",
        tests=str(len(cases)),
        failures=str(results["failure"]),
        errors=str(results["error"]),
        skipped=str(results["skipped"]),
        time="0",
    )
    for case in cases:
        entry = ET.SubElement(suite, "testcase", classname=f"{NAME}.{name}", name=plain(case.name), time="0")
        if case.result:
            told = ET.SubElement(entry, case.result, message=plain(case.message))
            if case.kind:
                told.set("type", plain(case.kind))
            told.text = "\n".join(map(plain, case.details.splitlines())) or None
