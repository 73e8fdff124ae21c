# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""findings.jsonl: one finding a line, whole, for what reads lines (schema: knowledge/schema/report_line.json)."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import json_text


def jsonl(report: Report) -> t.Iterator[str]:
    """Yield the lines, the gravest finding first; without findings there is none."""
    for item in report.items:
        yield _line(report, item)


def _line(report: Report, item: Item) -> str:
    request = {name: item.request.get(name) for name in ("kind", "to", "url", "path")} if item.request else None
    told = {"run_id": report.run_id, "reported_at": report.finished_at, "request": request}
    return f"{item.line.json.decode()[:-1]}, {json_text(told)[1:]}\n"
