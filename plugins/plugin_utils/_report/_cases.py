# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The open cases of the hosts of a run, what is overdue first: a table."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._phrases import subject_of, title_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import text_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

IN_TABLE = 500

At = t.Callable[[datetime.datetime], str]


def table(report: Report, texts: Texts, at: At) -> tuple[list[str], list[list[str]]]:
    """Return head and rows; C(at) shows a time."""
    own = Texts(texts.language, file="cases")
    head = [texts.say("cases", name) for name in ("case", "what", "state", "since", "due")]
    return head, [_row(case, _is_overdue(case, report), texts, own, at) for case in _sorted(report)[:IN_TABLE]]


def more(report: Report, texts: Texts) -> str:
    """Return how many have no room in it."""
    count = len(report.cases) - IN_TABLE
    return texts.say("cases", "more", count=count) if count > 0 else ""


def overdue(report: Report) -> list[dict[str, t.Any]]:
    """Return those for which something is to be done now, as summary.json has them."""
    return [
        {
            "case": case.id,
            "finding": case.finding,
            "state": case.state,
            "due": case.due,
            "due_at": text_of(case.due_at),
        }
        for case in _sorted(report)
        if _is_overdue(case, report)
    ]


def _sorted(report: Report) -> list[Case]:
    return sorted(report.cases, key=lambda case: (case.due_at is None, case.due_at or case.since, case.id))


def _is_overdue(case: Case, report: Report) -> bool:
    return case.due_at is not None and case.due_at <= datetime.datetime.fromisoformat(report.finished_at)


def _row(case: Case, is_overdue: bool, texts: Texts, own: Texts, at: At) -> list[str]:
    due = at(case.due_at) if case.due_at else ""
    return [
        case.id,
        f"{subject_of(case)} {title_of(case, own)}".strip(),
        own.say("state", case.state),
        at(case.since),
        texts.say("cases", "overdue", since=due) if is_overdue else due,
    ]
