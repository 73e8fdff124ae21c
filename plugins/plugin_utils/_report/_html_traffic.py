# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What report.html says of how the receivers took the mail, and of the cases that are open."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _cases as cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._rates import Row, title
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._timeline import name_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

View = dict[str, t.Any]


def delivery_view(report: Report, rows: t.Sequence[Row], page: Texts) -> View | None:
    """Return the values of delivery.html.j2; None where there was no mail to a known receiver."""
    return {"title": title(page.language), "rates": [_rate(row, report, page) for row in rows]} if rows else None


def cases_view(report: Report, texts: Texts) -> View | None:
    """Return the values of cases.html.j2; None where no case is open."""
    if not (report.cases or report.cases_unknown):
        return None
    head, rows = cases.table(report, texts, lambda at: f"{at.astimezone():%m-%d %H:%M}")
    unknown = texts.say("cases", "unknown", reason=report.cases_unknown) if report.cases_unknown else ""
    return {
        "title": texts.say("cases", "title"),
        "head": head,
        "rows": rows,
        "more": cases.more(report, texts),
        "unknown": unknown,
    }


def _rate(row: Row, report: Report, page: Texts) -> View:
    key = "rate" if row.before is None else "rate_before"
    said = page.say("delivery", key, share=row.share, before=row.before)
    numbers = page.say("delivery", "numbers", delivered=row.delivered, refused=row.refused)
    name = page.pick(name_of(row.receiver, report.blocks))
    return {"receiver": name, "said": said, "numbers": numbers, "share": row.share, "before": row.before}
