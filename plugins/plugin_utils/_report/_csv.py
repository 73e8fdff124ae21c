# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""findings.csv: a row for each finding, for a spreadsheet that must never take a reply for a formula."""

from __future__ import annotations

import csv
import io
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._spreadsheet import harmless
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

HEAD = (
    "id", "receiver", "list", "subject_kind", "subject", "egress_ip", "cause", "severity", "confidence", "opens_case",
    "hosts", "bounced", "deferred", "expired", "recipients", "first_at", "last_at", "title", "request", "to", "url",
)  # fmt: skip

# Tells a spreadsheet that what follows is UTF-8.
_MARK = "\ufeff"


def table(report: Report, *, texts: Texts) -> t.Iterator[str]:
    """Yield the head and a row for each finding, the gravest first."""
    yield _MARK + _row(HEAD)
    for item in report.items:
        yield _row(_cells(item, texts))


def _cells(item: Item, texts: Texts) -> list[t.Any]:
    finding, counts, request = item.finding, item.finding["counts"], item.request
    receivers = " ".join(receiver["slug"] for receiver in finding["receivers"])
    return [
        finding["id"], finding["receiver"] or receivers, finding["list"], finding["subject"]["kind"],
        finding["subject"]["value"], finding["egress_ip"], finding["cause"], finding["severity"],
        finding["confidence"], str(item.is_block).lower(), " ".join(finding["hosts"]), counts["bounced"],
        counts["deferred"], counts["expired"], counts["recipients"], finding["first_at"], finding["last_at"],
        texts.pick(finding["title"]), request.get("kind"), request.get("to"), request.get("url"),
    ]  # fmt: skip


def _row(cells: t.Iterable[t.Any]) -> str:
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
