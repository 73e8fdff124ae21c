# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""An event: one thing that happened in a case. Events are never changed and never taken back."""

from __future__ import annotations

import dataclasses
import datetime
import json
import typing as t
import uuid

KINDS = frozenset(
    "detected seen ready sending sent unsent submitted acknowledged asked decided probed delivered chased escalated"
    " expired note held relayed restored".split()
)
_LONGEST = 64 * 1024


class EventError(ValueError):
    """What was given is no event."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened.

    C(at) is aware and in UTC. C(id) is the same wherever the event is copied to, so that ledgers can be merged.
    """

    id: str
    case: str
    at: datetime.datetime
    actor: str
    kind: str
    data: t.Mapping[str, t.Any]

    @property
    def order(self) -> tuple[datetime.datetime, str]:
        """Where the event stands among all of its case: the same in every ledger that has it."""
        return (self.at, self.id)


def new(case: str, kind: str, data: t.Mapping[str, t.Any], *, actor: str, at: datetime.datetime) -> Event:
    """Return a new event.

    :raises EventError: the kind is unknown, the time has no zone, or the data cannot be kept as JSON
    """
    return _checked(
        Event(id=str(uuid.uuid4()), case=case, at=at.astimezone(datetime.UTC), actor=actor, kind=kind, data=dict(data))
    )


def to_record(event: Event) -> dict[str, t.Any]:
    """Return the event as it is exported: plain JSON."""
    return {
        "id": event.id,
        "case": event.case,
        "at": event.at.isoformat(timespec="microseconds"),
        "actor": event.actor,
        "kind": event.kind,
        "data": event.data,
    }


def from_record(record: t.Any) -> Event:
    """Return the event of an exported record.

    :raises EventError: it is none
    """
    try:
        at = datetime.datetime.fromisoformat(record["at"])
        event = Event(
            id=str(uuid.UUID(record["id"])),
            case=record["case"],
            at=at.astimezone(datetime.UTC),
            actor=record["actor"],
            kind=record["kind"],
            data=record["data"],
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise EventError(f"no event: {exc!r}") from exc
    if at.tzinfo is None:
        raise EventError(f"the time {record['at']!r} has no zone")
    return _checked(event)


def _checked(event: Event) -> Event:
    if not isinstance(event.kind, str) or event.kind not in KINDS:
        raise EventError(f"there is no event {event.kind!r}: one of {', '.join(sorted(KINDS))}")
    for name in ("case", "actor"):
        value = getattr(event, name)
        if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
            raise EventError(f"the {name} of an event is a printable text of 1 to 200 characters, not {value!r:.60}")
    if not isinstance(event.data, dict):
        raise EventError("the data of an event is a mapping")
    try:
        size = len(json_of(event.data))
    except (TypeError, ValueError, RecursionError) as exc:
        raise EventError(f"the data of an event must be plain JSON: {exc}") from exc
    if size > _LONGEST:
        raise EventError(f"the data of an event may have {_LONGEST} bytes, these have {size}")
    return event


def json_of(data: t.Mapping[str, t.Any]) -> str:
    """Return the data as they are kept: the same data give the same bytes."""
    return json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
