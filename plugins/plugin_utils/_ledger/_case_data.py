# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A case as plain data: what modules return and reports show."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, to_record
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case

_FACTS = (
    "finding", "receiver", "receivers", "list", "subject", "egress_ip", "cause", "title", "hosts", "counts", "evidence",
    "first_at", "last_at", "relapse_of",
)  # fmt: skip


def to_data(case: Case, history: t.Iterable[Event] | None = None) -> dict[str, t.Any]:
    """Return the case; with its events, where they are given."""
    data = {
        "id": case.id,
        "state": case.state,
        "since": text_of(case.since),
        "opened_at": text_of(case.opened_at),
        "due": case.due,
        "due_at": text_of(case.due_at),
        **{name: case.facts.get(name) for name in _FACTS},
        "request": case.request,
        "possibly_sent": case.possibly_sent,
        "message_ids": list(case.message_ids),
        "tickets": list(case.tickets),
        "verdict": case.verdict,
        "proof": case.proof,
        "ignored": list(case.ignored),
    }
    return data if history is None else {**data, "events": [to_record(event) for event in history]}


def text_of(moment: datetime.datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds") if moment else None
