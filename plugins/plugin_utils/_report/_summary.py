# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""summary.json in pieces, for scripts: a finding a line, as it was read (schema: knowledge/schema/summary.json)."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import not_clean
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._cases import overdue
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import json_text
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

SCHEMA = 1


def head(report: Report, texts: Texts) -> dict[str, t.Any]:
    """Return what summary.json says besides the findings."""
    reasons = report.reasons(texts)
    return {
        "schema": SCHEMA,
        "run_id": report.run_id,
        "started_at": report.started_at,
        "finished_at": report.finished_at,
        "policy": {
            "passed": report.passed,
            "reasons": reasons,
            "fail_on": sorted(report.fail_on),
            "refused": report.refused,
        },
        "hosts": {
            "ok": [host.name for host in report.read],
            "failed": [host.name for host in report.hosts if host.state == "failed"],
            "unreachable": [host.name for host in report.hosts if host.state == "unreachable"],
        },
        "verdict": report.verdict,
        "requests": [item.request for item in report.items if item.request],
        "listings_not_clean": not_clean(report.lists) if report.lists else [],
        "cases_due": report.audit.cases_due() if report.audit else overdue(report),
        "audit": report.audit.summary() if report.audit else None,
        "changed": [],
    }


def summary(report: Report, texts: Texts, *, notices: t.Sequence[t.Mapping[str, t.Any]] = ()) -> t.Iterator[bytes]:
    """Yield the text; C(notices) tell what became of the messages of this run."""
    begin = "{"
    for name, value in {**head(report, texts), "notices": list(notices)}.items():
        yield f"{begin}{json_text(name)}: {json_text(value)}".encode()
        begin = ",\n"
    yield b',\n"findings": ['
    for number, item in enumerate(report.items):
        yield b",\n" if number else b"\n"
        yield from item.line
    yield b"\n]}\n"
