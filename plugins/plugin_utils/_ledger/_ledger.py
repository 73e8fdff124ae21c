# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The ledger: reads cases, and appends events to them. Any number of people and machines may write at once."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _tables as tables
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import Durations
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, json_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, fold, refusal

try:
    import sqlalchemy as sa
except ImportError:
    pass  # The tables say that it is missing.

_TICK = datetime.timedelta(microseconds=1)
# Each failed attempt means that somebody else has written, so this many are never needed.
_ATTEMPTS = 100


class LedgerError(Exception):
    """The ledger cannot be had, or what was asked of it is impossible."""


class Conflict(LedgerError):
    """Somebody else has written to the case meanwhile."""


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A case as it was read. C(sequence) is the number of its last event; a case that does not exist has none."""

    case: Case | None
    sequence: int
    events: tuple[Event, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Due:
    """What is to be done for a case."""

    case: str
    finding: str
    state: str
    due: str
    due_at: datetime.datetime


Decision = t.Callable[[Snapshot], Event | None]


class Ledger:
    """An open ledger; of one task."""

    def __init__(self, connection: sa.Connection, timings: Durations, *, dry_run: bool = False) -> None:
        self._connection = connection
        self._timings = timings
        self._events = tables.tables().events
        self.dry_run = dry_run

    def read(self, case_id: str) -> Snapshot:
        """Return a case as it is now."""
        with self._connection.begin():
            return self._read(case_id)

    def case(self, case_id: str) -> Case:
        """Return a case that must exist.

        :raises LedgerError: there is none of this name
        """
        found = self.read(case_id).case
        if found is None:
            raise LedgerError(f"There is no case {case_id} in the ledger: list them to see which there are")
        return found

    def case_ids(self, *, finding: str | None = None, open_only: bool = False) -> list[str]:
        """Return the cases, the oldest first."""
        e = self._events.c
        newest = self._newest()
        query = sa.select(e.case_id).join(
            newest, sa.and_(e.case_id == newest.c.case_id, e.sequence == newest.c.sequence)
        )
        if finding is not None:
            query = query.where(e.finding == finding)
        if open_only:
            query = query.where(e.due.is_not(None))
        with self._connection.begin():
            ids = set(self._connection.scalars(query))
            first = sa.select(e.case_id, sa.func.min(e.at)).group_by(e.case_id)
            began = {case_id: at for case_id, at in self._connection.execute(first) if case_id in ids}
        return sorted(began, key=lambda case_id: (began[case_id], case_id))

    def cases(self, *, open_only: bool = False) -> list[Case]:
        """Return the cases themselves, the oldest first."""
        wanted = self.case_ids(open_only=open_only)
        events: dict[str, list[Event]] = {case_id: [] for case_id in wanted}
        for event in self.events():
            if event.case in events:
                events[event.case].append(event)
        return [fold(events[case_id], self._timings) for case_id in wanted]

    def due(self, until: datetime.datetime) -> list[Due]:
        """Return what is due at a moment, the longest overdue first."""
        e = self._events.c
        newest = self._newest()
        query = (
            sa.select(e.case_id, e.finding, e.state, e.due, e.due_at)
            .join(newest, sa.and_(e.case_id == newest.c.case_id, e.sequence == newest.c.sequence))
            .where(e.due_at <= stamp(until))
            .order_by(e.due_at, e.case_id)
        )
        with self._connection.begin():
            rows = self._connection.execute(query).all()
        return [
            Due(
                case=row.case_id,
                finding=row.finding,
                state=row.state,
                due=row.due,
                due_at=datetime.datetime.fromisoformat(row.due_at),
            )
            for row in rows
        ]

    def record(self, case_id: str, decide: Decision) -> tuple[Snapshot, bool]:
        """Append what C(decide) makes of the case as it is, and tell whether there was something.

        C(decide) is asked again where somebody else was faster, so it may have no effects.

        :raises LedgerError: the step is impossible now
        """
        for _attempt in range(_ATTEMPTS):
            with contextlib.suppress(Conflict):
                return self._record(case_id, decide)
        raise LedgerError(f"The case {case_id} is written by others all the time: try again later")

    def append(self, event: Event, *, after: int) -> Snapshot:
        """Append an event to a case whose last event was C(after).

        :raises Conflict: it has more by now
        :raises LedgerError: the step is impossible now
        """

        def decide(seen: Snapshot) -> Event:
            if seen.sequence != after:
                raise _Moved(f"The case {event.case} has {seen.sequence} events, not {after}: read it again")
            return event

        try:
            return self._record(event.case, decide)[0]
        except _Moved as exc:
            raise Conflict(str(exc)) from None

    def events(self) -> t.Iterator[Event]:
        """Yield all events of all cases in the order of their time."""
        e = self._events.c
        with self._connection.begin():
            for row in self._connection.execute(sa.select(self._events).order_by(e.at, e.id)):
                yield _event(row)

    def merge(self, case_id: str, events: t.Sequence[Event]) -> int:
        """Add those of a case's events that are not there yet, and return how many there were."""
        for _attempt in range(_ATTEMPTS):
            with contextlib.suppress(Conflict):
                return self._merge(case_id, events)
        raise LedgerError(f"The case {case_id} is written by others all the time: try again later")

    def _record(self, case_id: str, decide: Decision) -> tuple[Snapshot, bool]:
        with self._connection.begin():
            seen = self._read(case_id)
            event = decide(seen)
            if event is None:
                return seen, False
            if seen.case is None and event.kind != "detected":
                raise LedgerError(f"There is no case {case_id} in the ledger, so {event.kind} is not possible")
            why = refusal(seen.case, event.kind) if seen.case else None
            if why:
                raise LedgerError(f"The case {case_id}: {why}")
            if seen.events and event.at <= seen.events[-1].at:
                # A clock that is behind must not put what happened now before what it follows from.
                event = dataclasses.replace(event, at=seen.events[-1].at + _TICK)
            return self._insert(seen, [event]), True

    def _merge(self, case_id: str, events: t.Sequence[Event]) -> int:
        with self._connection.begin():
            seen = self._read(case_id)
            known = {event.id for event in seen.events}
            fresh = sorted(
                {event.id: event for event in events if event.id not in known}.values(), key=lambda e: e.order
            )
            if fresh:
                self._insert(seen, fresh)
            return len(fresh)

    def _insert(self, seen: Snapshot, fresh: t.Sequence[Event]) -> Snapshot:
        events = [*seen.events, *fresh]
        try:
            case = fold(events, self._timings)
        except ValueError as exc:
            raise LedgerError(f"The case {fresh[0].case}: {exc}") from None
        rows = [
            {
                "case_id": event.case,
                "sequence": seen.sequence + number,
                "id": event.id,
                "at": stamp(event.at),
                "actor": event.actor,
                "kind": event.kind,
                "data": json_of(event.data),
                "finding": case.finding,
                "state": case.state,
                "due": case.due,
                "due_at": stamp(case.due_at) if case.due_at else None,
            }
            for number, event in enumerate(fresh, start=1)
        ]
        try:
            if not self.dry_run:
                self._connection.execute(sa.insert(self._events), rows)
        except sa.exc.IntegrityError:
            raise Conflict(f"The case {fresh[0].case} was written by somebody else meanwhile") from None
        return Snapshot(case, seen.sequence + len(fresh), tuple(sorted(events, key=lambda event: event.order)))

    def _read(self, case_id: str) -> Snapshot:
        e = self._events.c
        rows = self._connection.execute(sa.select(self._events).where(e.case_id == case_id).order_by(e.sequence)).all()
        events = tuple(sorted(map(_event, rows), key=lambda event: event.order))
        return Snapshot(fold(events, self._timings) if events else None, rows[-1].sequence if rows else 0, events)

    def _newest(self) -> sa.Subquery:
        e = self._events.c
        return sa.select(e.case_id, sa.func.max(e.sequence).label("sequence")).group_by(e.case_id).subquery()


class _Moved(Exception):
    """The case is no longer what the caller has read."""


def stamp(moment: datetime.datetime) -> str:
    """Return a time as it is kept: UTC to the microsecond, so that texts sort as times do."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _event(row: sa.Row[t.Any]) -> Event:
    return Event(
        id=row.id,
        case=row.case_id,
        at=datetime.datetime.fromisoformat(row.at),
        actor=row.actor,
        kind=row.kind,
        data=json.loads(row.data),
    )
