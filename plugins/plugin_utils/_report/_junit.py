# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""junit.xml: a test suite for each host, with a case for each thing that may be wrong with it; what CI systems show.

A host's cases are always the same, so that a CI can tell when one began to fail: its evidence was read, and for each
cause that is a block, no receiver refuses it so. A suite of its own has the steps of the run and the block lists. The
cases of an audit come of its concerns, and its own suite has one for each of its checks besides.
"""

from __future__ import annotations

import collections
import datetime
import typing as t
from xml.etree import ElementTree as ET

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against, is_asked
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._junit_audit import (
    Case,
    Concerns,
    Trouble,
    case_of,
    of_item,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

NAME = "postmaster.delist"
EVIDENCE = "evidence"
_STEPS = ("diagnosis", "lists", "request")


def junit(report: Report, *, texts: Texts) -> str:
    """The whole document."""
    root = ET.Element("testsuites", name=NAME)
    checks = [cause for cause, about in read(SHIPPED / "causes.yml")["causes"].items() if about["opens_case"]]
    concerns = Concerns(report, report.audit, texts) if report.audit else None
    refused = _by_host(report, concerns, texts)
    suites = [(host.name, [*_host(host, report, checks, refused[host.name], texts)]) for host in report.hosts]
    of_audit = concerns.cases if concerns else tuple  # after the others: it has what they have not
    suites.append((report.run_id, [*_steps(report, texts), *_lists(report, concerns, texts), *of_audit()]))
    for name, cases in suites:
        _add_suite(root, plain(name), cases, report)
    for result in ("tests", "failures", "errors", "skipped"):
        root.set(result, str(sum(int(suite.get(result, 0)) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _by_host(report: Report, concerns: Concerns | None, texts: Texts) -> dict[str, dict[str, list[Trouble]]]:
    """Return what is refused on each host by cause: the blocks, or of an audit the concerns."""
    found: dict[str, dict[str, list[Trouble]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    if concerns:
        hosts = {host.name for host in report.hosts}
        for host, cause, trouble in concerns.findings(hosts, read(SHIPPED / "causes.yml")["causes"]):
            found[host][cause].append(trouble)
        return found
    for item in report.blocks:
        for host in item.finding["hosts"]:
            found[host][item.finding["cause"]].append(of_item(item, texts))
    return found


def _host(
    host: Host, report: Report, checks: t.Sequence[str], refused: t.Mapping[str, list[Trouble]], texts: Texts
) -> t.Iterator[Case]:
    was_read = host.state == "ok"
    if was_read:
        yield Case(EVIDENCE)
    else:
        yield Case(EVIDENCE, "error", host.state, texts.say("policy", host.state, host=host.name, reason=host.reason))
    known = was_read and "diagnosis" not in report.failed_steps
    for cause in dict.fromkeys((*checks, *refused)):
        if troubles := refused.get(cause):
            yield case_of(cause, troubles)
        else:
            yield Case(cause) if known else Case(cause, "skipped", message=texts.say("junit", "not_known"))


def _steps(report: Report, texts: Texts) -> t.Iterator[Case]:
    for step in dict.fromkeys((*_STEPS, *report.failed_steps)):
        if reason := report.failed_steps.get(step):
            said = texts.say("policy", "step_failed", step=texts.say("step", step), reason=reason)
            yield Case(f"step {step}", "error", "step_failed", said)
        else:
            yield Case(f"step {step}")


def _lists(report: Report, concerns: Concerns | None, texts: Texts) -> t.Iterator[Case]:
    """A case for each list: it fails for what it lists, and is skipped where it says nothing."""
    if report.lists is None:
        return
    asked = [zone for zone in report.lists["lists"] if is_asked(zone)]
    of_audit = concerns.listings({zone["zone"] for zone in asked}) if concerns else {}
    for zone in asked:
        name = f"list {zone['zone']}"
        if troubles := of_audit.get(zone["zone"]):
            yield case_of(name, troubles)
        elif not concerns and (rows := _listed(report.lists, zone["zone"])):
            said = ", ".join(row["target"] for row in rows)
            reasons = "\n".join(f"{row['target']}: {plain(row['reason'] or '')}" for row in rows)
            yield Case(name, "failure", rows[0]["severity"], texts.say("junit", "listed", targets=said), reasons)
        elif zone["unknown"]:
            cause = zone["health"] if zone["health"] != "healthy" else None
            yield Case(name, "skipped", message=texts.say("junit", "unknown", cause=texts.cause(cause)))
        else:
            yield Case(name)


def _listed(lists: t.Mapping[str, t.Any], zone: str) -> list[dict[str, t.Any]]:
    return [row for row in against(lists) if row["zone"] == zone and row["severity"] != "info"]


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
