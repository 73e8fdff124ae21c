# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What one zone has said about all targets of one kind: an octet for each, and details only where there are any."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, names
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Question
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Verdict, Zone

PENDING, CLEAN, LISTED, UNKNOWN = range(4)
WORDS = {CLEAN: "clean", LISTED: "listed", UNKNOWN: "unknown"}

HEALTHY, UNPROVEN = "healthy", "unproven"
# So many failures in a row, and a zone is not asked any more in this run.
PATIENCE = 8


def health_of(status: str) -> str:
    """Return the health of a zone that gives no answers but this status."""
    return {answers.TIMEOUT: "timeout", answers.REFUSED: "refused", answers.DEADLINE: answers.DEADLINE}.get(
        status, "failed"
    )


class Hit(t.NamedTuple):
    verdict: Verdict
    ttl: int | None
    reason: str | None = None


class Tally:
    """C(health) is one word once the zone was probed; C(stopped) zones are not asked any more."""

    def __init__(self, zone: Zone, kind: str, targets: t.Sequence[names.Target]) -> None:
        self.zone = zone
        self.kind = kind
        self.targets = targets
        self.health: str | None = None
        self.probe: dict[str, list[str]] = {}
        self.says: tuple[dict[str, str], ...] = ()
        self.stopped = False
        self.hits: dict[int, Hit] = {}
        self.causes: dict[int, str] = {}
        self._states = bytearray(len(targets))
        self._failures = 0
        self._rest_cause = answers.DEADLINE

    def questions(self, *, allowance: int | None = None) -> t.Iterator[Question]:
        """Yield the questions about the targets, as long as the zone is worth asking; C(allowance) is their number."""
        labels, rest = self.zone.labels, names.question(b"", names.A)
        for index, target in enumerate(self.targets):
            if self.stopped:
                return
            if allowance is not None and index >= allowance:
                self._rest_cause = "budget"
                return
            section = target.labels + labels + rest
            if len(section) > names.LONGEST_SECTION:
                self._unknown(index, "too_long")
            else:
                yield Question(section, (self, index))

    def reason_questions(self) -> t.Iterator[Question]:
        """Yield a question for the text of each listing."""
        for index in self.hits:
            if self._states[index] == LISTED:
                yield Question(
                    names.question(self.targets[index].labels + self.zone.labels, names.TXT), (self, index), True
                )

    def record(self, index: int, answer: answers.Answer) -> None:
        """Take the answer about one target."""
        if self.stopped:
            return
        if answer.known:
            self._failures = 0
            addresses = answer.data("A")
            if addresses:
                self._judge(index, addresses, answer.ttl("A"))
            elif self.health == HEALTHY:
                self._states[index] = CLEAN
            else:
                self._unknown(index, UNPROVEN)
            return
        self._unknown(index, answer.status)
        if answer.status == answers.DEADLINE:
            return
        self._failures += 1
        if answer.status == answers.REFUSED or self._failures >= PATIENCE:
            self.stop(health_of(answer.status))

    def _judge(self, index: int, addresses: list[str], ttl: int | None) -> None:
        verdict = self.zone.judge(addresses)
        if verdict.cause in ("refused", "poisoned"):
            self.says = verdict.meanings
            self.stop(verdict.cause)
            return
        self.hits[index] = Hit(verdict, ttl)
        if verdict.state == "listed":
            self._states[index] = LISTED
        elif verdict.state == "clean" and self.health == HEALTHY:
            self._states[index] = CLEAN
        else:
            self._unknown(index, verdict.cause or UNPROVEN)

    def _unknown(self, index: int, cause: str) -> None:
        self._states[index] = UNKNOWN
        self.causes[index] = cause

    def stop(self, health: str) -> None:
        """Ask no more. Who was refused cannot trust an earlier "not listed"; of a poisoned zone nothing is believed."""
        self.stopped = True
        self.health = self._rest_cause = health
        if health in ("refused", "poisoned"):
            self._states = self._states.replace(bytes([CLEAN]), bytes([PENDING]))
        if health == "poisoned":
            self._states = self._states.replace(bytes([LISTED]), bytes([PENDING]))
            self.hits.clear()

    def explain(self, index: int, reason: str) -> None:
        self.hits[index] = self.hits[index]._replace(reason=reason)

    def state(self, index: int) -> int:
        return self._states[index] or UNKNOWN

    def cause(self, index: int) -> str | None:
        """Return why a state is unknown."""
        if self.state(index) != UNKNOWN:
            return None
        return self.causes[index] if self._states[index] else self._rest_cause

    def count(self, state: int) -> int:
        found = self._states.count(state)
        return found + self._states.count(PENDING) if state == UNKNOWN else found

    def against(self, index: int) -> str | None:
        """Return the gravest list that has a target, or None when it is on none, or on an allow list only."""
        return self.zone.gravest(self.hits[index].verdict.lists) if self._states[index] == LISTED else None

    def noteworthy(self) -> t.Iterator[int]:
        """Yield the targets with something to say: listed, or unknown where the zone as a whole answers."""
        for index in sorted({*self.hits, *self.causes}):
            if self._states[index] == LISTED or (self._states[index] == UNKNOWN and not self.stopped):
                yield index
