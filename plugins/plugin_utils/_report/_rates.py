# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How the receivers took the mail, and that of the audit that an audit is compared with: a table, rows of a chart."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._last_summary import last_summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

ROWS = 20

Data = t.Mapping[str, t.Any]


class Row(t.NamedTuple):
    """Shares are percent of all that the receiver was to be sent; C(before) is null where nothing tells."""

    receiver: str
    delivered: int
    refused: int
    share: float
    before: float | None


def rates(report: Report) -> list[Row]:
    """Return the receivers that mail went to, those with the most refusals first."""
    earlier = _before(report)
    rows = [
        Row(receiver, now["delivered"], now["refused"], share, _share(earlier.get(receiver)))
        for receiver, now in report.rates.items()
        if (share := _share(now)) is not None
    ]
    return sorted(rows, key=lambda row: (-row.refused, -row.delivered, row.receiver))[:ROWS]


def table(report: Report, language: str) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of all of them."""
    texts, names = Texts(language, file="audit"), ("delivered", "refused", "reputation")
    head = [texts.say("markdown", name) for name in ("receiver", *names)]
    return head, [[receiver, *(f"{numbers[name]:,}" for name in names)] for receiver, numbers in report.rates.items()]


def title(language: str) -> str:
    return Texts(language, file="audit").say("markdown", "delivery")


def _before(report: Report) -> Data:
    """The rates of the audit before, where its folder is still there."""
    compared = report.audit.content["compared_with"] if report.audit else None
    said = last_summary(report.run_dir.parent, compared["run_id"]) if compared else None
    return ((said or {}).get("audit") or {}).get("rates") or {}


def _share(numbers: Data | None) -> float | None:
    try:
        total = numbers["delivered"] + numbers["refused"] if numbers else 0
        return round(100.0 * numbers["delivered"] / total, 1) if numbers and total else None
    except (KeyError, TypeError):
        return None  # another version wrote it
