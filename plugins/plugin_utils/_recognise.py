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
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_model import Rule
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise_index import Index, Subject, prepare

CONFIDENCES = ("low", "medium", "high")

# A literal shorter than this in all, and without a code of its own, says little without the relay.
_DISTINCTIVE_LENGTH = 40


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
    others: tuple[Rule, ...]
    relay: str | None
    receiver: str | None  # whose relay it is; None for an unknown or missing relay
    claimed: Rule | None  # the rule of another receiver that this relay quotes


class Recogniser:
    """All rules of a L(Knowledge), ready to be asked."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self._index = Index(known.rules)

    def recognise(
        self, text: str, *, relay: str | None = None, dsn: str | None = None, stage: str | None = None
    ) -> Recognition:
        reply = parse(text)
        subject = prepare(reply, dsn=dsn, stage=stage)
        receiver = self.known.receiver_of(relay)
        ranked = self._ranked(subject, relay, receiver)
        if not ranked or ranked[0][0] <= Fit.GENERIC:
            rejoined = self._index.rejoined(subject)
            better = self._ranked(rejoined, relay, receiver) if rejoined else []
            if better and (not ranked or better[0][0] > ranked[0][0]):
                ranked, subject = better, t.cast(Subject, rejoined)
        believed = [(fit, rule) for fit, rule in ranked if fit is not Fit.FOREIGN] or ranked
        claims = [rule for fit, rule in ranked if fit is Fit.FOREIGN and is_distinctive(rule)]
        return Recognition(
            reply=reply,
            subject=subject,
            rule=believed[0][1] if believed else None,
            fit=believed[0][0] if believed else None,
            others=tuple(rule for _fit, rule in believed[1:]),
            relay=relay,
            receiver=receiver,
            claimed=claims[0] if claims else None,
        )

    def _ranked(self, subject: Subject, relay: str | None, receiver: str | None) -> list[tuple[Fit, Rule]]:
        """Return the rules that hold, the best first."""
        causes = self.known.causes
        found = []
        for condition, weight in self._index.matches(subject):
            rule = condition.rule
            if rule.relay == "required" and rule.owner != receiver:
                continue
            fit = _fit(rule, relay, receiver)
            own = rule.owner == receiver
            found.append(((rule.priority, fit, -causes[rule.cause]["precedence"], own, weight, rule.name), fit, rule))
        found.sort(key=lambda item: item[0], reverse=True)
        return [(fit, rule) for _key, fit, rule in found]


def _fit(rule: Rule, relay: str | None, receiver: str | None) -> Fit:
    if rule.is_generic:
        return Fit.GENERIC
    if rule.relay == "any" or rule.owner == receiver:
        return Fit.CERTAIN
    if relay is not None:
        return Fit.FOREIGN
    return Fit.LIKELY if is_distinctive(rule) else Fit.VAGUE


def is_distinctive(rule: Rule) -> bool:
    """Tell whether the words of a rule point to its receiver even without the relay."""
    literals = rule.tokens or rule.any_of
    if any(_is_code(word) for literal in literals for word in literal.split()):
        return True
    length = sum(map(len, rule.tokens)) if rule.tokens else min(map(len, rule.any_of), default=0)
    return length >= _DISTINCTIVE_LENGTH


def _is_code(word: str) -> bool:
    """Tell a receiver's own code or host name ("S3140", "AUP#CXBL", "csi.cloudmark.com") from a plain word."""
    has_letter = any(character.isalpha() for character in word)
    return has_letter and (any(character.isdigit() for character in word) or "." in word.strip(".") or "#" in word)
