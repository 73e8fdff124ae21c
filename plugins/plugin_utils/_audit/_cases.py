# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The open cases of a ledger, and those for which something is overdue."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern, both
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import text_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case


def of_cases(cases: t.Iterable[Case], now: datetime.datetime, *, hosts: t.Collection[str]) -> t.Iterator[Concern]:
    """Yield each open case of these hosts, or of no host that anybody knows; C(overdue) if a step should be done."""
    for case in cases:
        own = [str(host) for host in case.facts.get("hosts") or ()]
        if not case.is_open or (own and set(own).isdisjoint(hosts)):
            continue
        overdue = case.due_at is not None and case.due_at <= now
        yield Concern(
            check="case",
            # Each step is a concern of its own: who accepts that nobody asked yet does not accept all that follows.
            key=f"{case.id}/{case.state}/{case.due}",
            severity="high" if overdue else "info",
            title=both(
                "case",
                "overdue" if overdue else "open",
                case=case.id,
                finding=case.finding,
                state=case.state,
                due=case.due or "-",
                due_at=text_of(case.due_at) or "-",
            ),
            action=both("case", "action"),
            subject=case.id,
            hosts=tuple(sorted(set(own) & set(hosts))),
            receiver=case.facts.get("receiver"),
            overdue=overdue,
            about={"state": case.state, "due": case.due, "due_at": text_of(case.due_at), "finding": case.finding},
        )
