# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which rule explains a reply, who refused, and how far both can be believed.

A rule of a receiver is believed when the reply came from that receiver's relay. Quoted by another relay it is only a
claim: any receiver can quote any text. Without a relay (pasted text) it is likely, not sure.
"""

from __future__ import annotations

import enum
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import Reply, parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Rule
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._index import Index, Match
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._literals import Subject, prepare

CONFIDENCES = ("low", "medium", "high")

# Without the relay, and without a code of the receiver's own, words must be longer than this to point to it.
_TELLING = 20


class Fit(enum.IntEnum):
    """How a rule and the relay go together; the higher wins."""

    FOREIGN = 0  # the rule's receiver is not the one that answered
    VAGUE = 1  # no relay, and the words are anybody's
    GENERIC = 2
    LIKELY = 3  # no relay, but words that only this receiver uses
    CERTAIN = 4


class Recognition(t.NamedTuple):
    """What is known about one reply; C(rule) is None where no rule holds."""

    reply: Reply
    subject: Subject
    rule: Rule | None
    fit: Fit | None
    relay: str | None
    receiver: str | None  # whose relay it is; None for an unknown or missing relay
    claimed: Rule | None  # the rule of another receiver that this relay quotes
    others: tuple[Rule, ...]  # what holds too, the likeliest first


class Recogniser:
    """All rules of a L(Knowledge), ready to be asked."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self._index = Index(known.rules)
        self._precedence = {name: -cause["precedence"] for name, cause in known.causes.items()}

    def recognise(
        self,
        text: str,
        *,
        relay: str | None = None,
        port: int | None = None,
        dsn: str | None = None,
        stage: str | None = None,
    ) -> Recognition:
        reply = parse(text)
        subject = prepare(reply, dsn=dsn, stage=stage, port=port)
        receiver = self.known.receiver_of(relay)
        ranked = self._ranked(subject, relay, receiver)
        if not ranked or ranked[0][0] <= Fit.GENERIC:
            rejoined = self._index.literals.rejoined(subject)
            better = self._ranked(rejoined, relay, receiver) if rejoined else []
            if better and (not ranked or better[0][0] > ranked[0][0]):
                ranked, subject = better, t.cast(Subject, rejoined)
        claims = [match.rule for fit, match in ranked if fit is Fit.FOREIGN and match.has_code]
        fit, rule = next(
            ((fit, match.rule) for fit, match in ranked if fit is not Fit.FOREIGN),
            (Fit.FOREIGN, ranked[0][1].rule) if ranked else (None, None),
        )
        if claims and fit in (Fit.FOREIGN, Fit.GENERIC):
            fit, rule = Fit.FOREIGN, claims[0]
        others = tuple([match.rule for _fit, match in ranked if match.rule is not rule]) if len(ranked) > 1 else ()
        return Recognition(reply, subject, rule, fit, relay, receiver, claims[0] if claims else None, others)

    def _ranked(self, subject: Subject, relay: str | None, receiver: str | None) -> list[tuple[Fit, Match]]:
        """Return the rules that hold, the best first, down to the priority at which one can be believed."""
        ranked: list[tuple[Fit, Match]] = []
        for matches in self._index.matches(subject):
            of_priority = self._of_priority(matches, relay, receiver)
            ranked += of_priority
            if of_priority and of_priority[0][0] is not Fit.FOREIGN:
                break
        return ranked

    def _of_priority(self, matches: list[Match], relay: str | None, receiver: str | None) -> list[tuple[Fit, Match]]:
        generic = max([match.weight for match in matches if match.rule.is_generic], default=0)
        ranked = [
            (_fit(match, relay, receiver, generic), match)
            for match in matches
            if match.rule.relay != "required" or match.rule.owner == receiver
        ]
        if len(ranked) > 1:
            ranked.sort(key=lambda item: self._standing(item[0], item[1], receiver), reverse=True)
        return ranked

    def _standing(self, fit: Fit, match: Match, receiver: str | None) -> tuple[t.Any, ...]:
        rule = match.rule
        return fit, self._precedence[rule.cause], rule.owner == receiver, match.weight, rule.name


def _fit(match: Match, relay: str | None, receiver: str | None, generic: int) -> Fit:
    """Return how a rule and the relay go together; C(generic) is how much the best generic rule explains."""
    rule = match.rule
    if rule.is_generic:
        return Fit.GENERIC
    if rule.relay == "any" or rule.owner == receiver:
        return Fit.CERTAIN
    if relay is not None:
        return Fit.FOREIGN
    return Fit.LIKELY if match.has_code or match.weight > max(generic, _TELLING) else Fit.VAGUE
