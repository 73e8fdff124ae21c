# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A case: what its events make of it. The time and id of each event decide their order, so merged ledgers agree."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import Durations, duration
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

REMOVED = frozenset({"removed", "mitigated", "conditionally_mitigated"})
OPEN = (
    "detected", "ready", "submitted", "acknowledged", "decided", "propagating", "retesting", "denied", "escalated",
    "reopened",
)  # fmt: skip
STATES = (*OPEN, "closed", "expired")

# A request may go out; afterwards only what answers the receiver may.
_TO_ASK = ("detected", "ready")
_UNSENT = ("detected", "ready", "decided", "denied", "reopened")
_ASKED = ("submitted", "acknowledged", "decided", "denied", "escalated", "propagating", "retesting", "reopened")
# From which states an event is possible.
_FROM: t.Mapping[str, tuple[str, ...]] = {
    "detected": (*OPEN, "expired"),
    "seen": (*OPEN, "expired"),
    "ready": _UNSENT,
    "sending": OPEN,
    "sent": _UNSENT,
    "unsent": OPEN,
    "submitted": _UNSENT,
    "acknowledged": _ASKED,
    "asked": _ASKED,
    "decided": _ASKED,
    "probed": OPEN,
    "delivered": OPEN,
    "chased": _ASKED,
    "escalated": _ASKED,
    "expired": OPEN,
    **dict.fromkeys(("note", "held", "relayed", "restored"), STATES),
}

_BY_SOMEBODY = ("sent", "submitted", "chased", "escalated")

Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(kw_only=True)
class Case:
    """The state of one finding between its detection and a proven delivery.

    C(due) is what is to be done next, at C(due_at); both are None once the case has ended. C(answer) is the last one
    that decided or asked for something, C(by) is who last wrote to the receiver.
    """

    id: str
    facts: dict[str, t.Any]
    opened_at: datetime.datetime
    since: datetime.datetime
    state: str = "detected"
    due: str | None = "ask"
    due_at: datetime.datetime | None = None
    request: dict[str, t.Any] | None = None
    message_ids: list[str] = dataclasses.field(default_factory=list)
    possibly_sent: str | None = None
    tickets: list[str] = dataclasses.field(default_factory=list)
    verdict: dict[str, t.Any] | None = None
    answer: dict[str, t.Any] | None = None
    proof: dict[str, t.Any] | None = None
    by: str | None = None
    ignored: list[dict[str, str]] = dataclasses.field(default_factory=list)

    @property
    def finding(self) -> str:
        """The id of the finding."""
        return str(self.facts.get("finding", ""))

    @property
    def may_be_asked(self) -> bool:
        """Whether a request makes sense now; whoever has answered already is answered instead."""
        return self.state in _TO_ASK or (self.state == "reopened" and self.due != "escalate")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def fold(events: t.Iterable[Event], timings: Durations) -> Case:
    """Return the case of these events. A step that was impossible, as merging can bring it, is kept in C(ignored).

    :raises ValueError: none of the events is C(detected), so nothing says what the case is about
    """
    ordered = sorted(events, key=lambda event: event.order)
    first = next((event for event in ordered if event.kind == "detected"), None)
    if first is None:
        raise ValueError("a case begins with the event detected")
    case = Case(id=first.case, facts=dict(first.data), opened_at=first.at, since=first.at, due_at=first.at)
    for event in ordered:
        if event is not first:
            advance(case, event, timings)
    return case


def advance(case: Case, event: Event, timings: Durations) -> None:
    """Take the next event into the case, in place."""
    why = refusal(case, event.kind) if event.at >= case.opened_at else "it lies before the detection"
    if why:
        case.ignored.append({"event": event.id, "kind": event.kind, "why": why})
    else:
        _STEPS[event.kind](case, event.at, event.data, timings.of(case.facts))
        if event.kind in _BY_SOMEBODY:
            case.by = event.actor


def refusal(case: Case, kind: str) -> str | None:
    """Tell why an event is impossible for a case now, or None."""
    allowed = _FROM[kind]
    if kind == "unsent" and not case.possibly_sent:
        return "unsent is only possible while nobody knows whether a mail went out"
    if case.state in allowed:
        return None
    return f"{kind} is not possible while the case is {case.state}, only while it is {' or '.join(allowed)}"


def _go(case: Case, state: str, at: datetime.datetime, due: str | None, wait: datetime.timedelta | None = None) -> None:
    if case.state != state:
        case.since = at
    case.state, case.due = state, due
    case.due_at = None if due is None else at + (wait or datetime.timedelta())


def _seen(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    case.facts.update({name: data[name] for name in ("counts", "hosts", "last_at") if name in data})
    if case.state == "expired":
        _go(case, "reopened", at, "ask")
    elif _is_refused_after_propagation(case):
        _go(case, "reopened", at, "escalate")


def _is_refused_after_propagation(case: Case) -> bool:
    """Tell whether mail was refused when all servers of the receiver should have known that the block is over."""
    known_since = {"propagating": case.due_at, "retesting": case.since}.get(case.state)
    last_at = moment(case.facts.get("last_at"))
    return known_since is not None and last_at is not None and last_at > known_since


def _ready(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    case.request = dict(data)
    _go(case, "ready", at, "send")


def _sending(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    case.possibly_sent = data.get("message_id")
    _go(case, case.state, at, "find_out_whether_sent")


def _unsent(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    case.possibly_sent = None
    _go(case, case.state, at, "escalate" if case.answer and case.state not in _TO_ASK else "send")


def _submitted(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _note_message(case, data)
    _note_tickets(case, data)
    _go(case, "submitted", at, "chase", timings.chase_after)


def _acknowledged(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _note_tickets(case, data)
    # An acknowledgement that comes late says nothing new about a case that is further on.
    if case.state in ("submitted", "escalated"):
        promised = duration(data.get("promised")) or timings.expected_answer
        _go(case, "acknowledged", at, "chase", max(promised, timings.expected_answer))


def _asked(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _note_tickets(case, data)
    case.answer = dict(data)
    _go(case, case.state, at, str(data.get("what") or "answer"))


def _decided(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _note_tickets(case, data)
    case.verdict = case.answer = dict(data)
    verdict = data.get("verdict")
    if verdict in REMOVED:
        promised = duration(data.get("propagation"))
        _go(case, "propagating", at, "retest", timings.propagation if promised is None else promised)
    elif verdict == "denied":
        _go(case, "denied", at, "escalate")
    else:
        _go(case, "decided", at, "retest" if verdict == "not_listed" else "answer")


def _probed(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    if case.state not in ("propagating", "retesting", "decided", "reopened"):
        return
    if data.get("outcome") == "undeliverable":
        _go(case, "reopened", at, "escalate")
    else:
        _go(case, "retesting", at, "prove", timings.retest_every)


def _delivered(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    case.proof = dict(data)
    _go(case, "closed", at, None)


def _chased(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _go(case, case.state, at, "escalate", timings.escalate_after)


def _escalated(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _note_message(case, data)
    _note_tickets(case, data)
    _go(case, "escalated", at, "chase", timings.chase_after)


def _expired(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    _go(case, "expired", at, None)


def _note(case: Case, at: datetime.datetime, data: Data, timings: Durations) -> None:
    """A note changes nothing; what is done on our own hosts does not, either."""


def _note_message(case: Case, data: Data) -> None:
    case.possibly_sent = None
    message_id = data.get("message_id")
    if message_id and message_id not in case.message_ids:
        case.message_ids.append(message_id)


def _note_tickets(case: Case, data: Data) -> None:
    for ticket in data.get("tickets") or ():
        if ticket not in case.tickets:
            case.tickets.append(ticket)


_STEPS: t.Mapping[str, t.Callable[[Case, datetime.datetime, Data, Durations], None]] = {
    "detected": _seen,
    "seen": _seen,
    "ready": _ready,
    "sending": _sending,
    "sent": _submitted,
    "unsent": _unsent,
    "submitted": _submitted,
    "acknowledged": _acknowledged,
    "asked": _asked,
    "decided": _decided,
    "probed": _probed,
    "delivered": _delivered,
    "chased": _chased,
    "escalated": _escalated,
    "expired": _expired,
    **dict.fromkeys(("note", "held", "relayed", "restored"), _note),
}
