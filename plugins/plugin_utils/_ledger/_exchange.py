# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A ledger as JSON lines, one event a line: to be kept in git, moved to another database, or merged with another."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import (
    Event,
    EventError,
    from_record,
    to_record,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError


def export_lines(ledger: Ledger) -> t.Iterator[str]:
    """Yield all events, the oldest first. The same events give the same lines, whatever database they lie in."""
    for event in ledger.events():
        yield json.dumps(to_record(event), ensure_ascii=True, sort_keys=True, separators=(",", ":")) + "\n"


def import_lines(ledger: Ledger, lines: t.Iterable[str]) -> int:
    """Add the events that are not there yet, case by case, and return how many there were.

    Nothing is added where a line cannot be read.

    :raises LedgerError: a line is no event; it is named by its number
    """
    cases: dict[str, list[Event]] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            event = _event(number, line)
            cases.setdefault(event.case, []).append(event)
    return sum(ledger.merge(case_id, events) for case_id, events in cases.items())


def _event(number: int, line: str) -> Event:
    try:
        return from_record(json.loads(line))
    except (EventError, ValueError, RecursionError) as exc:
        raise LedgerError(f"Line {number} of the export cannot be read: {exc}") from None
