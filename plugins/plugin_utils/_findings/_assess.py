# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What one reply says by itself, whoever got it: who refuses what, why, and what weakens that reading."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Rule
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._index import compiled
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import (
    Fit,
    Recogniser,
    Recognition,
)

IP_CAUSES = frozenset({"ip_blocklisted_receiver", "ip_blocklisted_dnsbl", "ip_policy_range", "ip_reputation_deferred"})
UNCLASSIFIED = "unclassified"

# Another hop's reply inside this one; without one of the words there is none.
_NESTED_WORDS = ("said", "error from remote")
_NESTED = re.compile(
    r"\bhost \S{1,255} (?:\[[^]]{1,50}\] )?said:|\bremote (?:mail )?(?:server|host) said\b|\bSMTP error from remote",
    re.IGNORECASE,
)
# "yy.yy.yy.yyy", "x.x.x.x", "[****]", "203.0.113.xxx".
_REDACTED = re.compile(
    r"(?<![\w.])(?:[0-9]{1,3}\.){0,3}(?:[xXyYzZ*]{1,3}\.){1,3}[xXyYzZ*]{1,3}(?![\w.])|\[[*xX]{2,}\]|(?<![\w.])(?:[0-9]{1,3}\.){3}[xX*]{1,3}(?![\w.])"
)
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_URL = re.compile(r"https?://[A-Za-z0-9.-]{3,253}(?:[/:?][A-Za-z0-9./?&=_%:~+#-]{0,300})?")
_LOOPBACK = re.compile(r"localhost(?:\..*)?|127\.[0-9.]+|::1")
# Registries that give names out one label further down (co.jp, com.br).
_SECOND_LEVEL = frozenset(
    ("ac", "ad", "co", "com", "ed", "edu", "go", "gob", "gov", "gr", "lg", "mil", "ne", "net", "nom", "or", "org")
)


class Verdict(t.NamedTuple):
    """What does not depend on the address: all replies with equal verdicts are answered in the same words."""

    rule: Rule | None
    cause: str
    receiver: str | None
    list: str | None
    is_anybody: bool  # it does not matter whose reply it is


class Assessment(t.NamedTuple):
    """A reply, read. C(owner) is the counterpart (receiver or list) as it stands in a finding's id."""

    recognition: Recognition
    rule: Rule | None
    cause: str
    scope: str
    persistence: str
    receiver: str | None
    list: str | None
    answered_by: str | None
    subject_kind: str
    subject_value: str | None
    named_ips: tuple[str, ...]
    confidence: str
    doubts: tuple[str, ...]

    @property
    def owner(self) -> str:
        return self.list or self.receiver or ("other" if self.answered_by else "unknown")

    @property
    def verdict(self) -> Verdict:
        is_anybody = self.receiver is None and self.list is None and self.answered_by is not None
        return Verdict(self.rule, self.cause, self.receiver, self.list, is_anybody)

    @property
    def is_about_address(self) -> bool:
        return self.subject_kind in ("ip", "range")


def assess(
    recogniser: Recogniser,
    text: str,
    *,
    relay: str | None = None,
    relay_ips: t.Iterable[str] = (),
    relay_port: int | None = None,
    dsn: str | None = None,
    stage: str | None = None,
    named_ips: t.Sequence[str] | None = None,
    is_ours: bool = False,
) -> Assessment:
    """Read one reply.

    :param named_ips: the addresses in it, where somebody has already looked
    :param is_ours: our own server gave it to somebody else, whose address it names
    """
    known = recogniser.known
    relay = _relay(relay)
    recognition = recogniser.recognise(text, relay=relay, port=relay_port, dsn=dsn, stage=stage)
    rule = recognition.rule
    if named_ips is None:
        named_ips = () if is_ours else find_ips(recognition.reply.text, exclude=relay_ips)
    cause = rule.cause if rule else UNCLASSIFIED
    if is_ours or (relay and (cause in IP_CAUSES or cause == UNCLASSIFIED) and _LOOPBACK.fullmatch(relay)):
        cause, rule = "own_side", None
    answerer = recognition.receiver or (relay and _organisation(relay))
    kind, value = _subject(rule, recognition.reply.text)
    about_address = kind in ("ip", "range")
    doubts = _doubts(recognition, rule, about_address=about_address, named=bool(named_ips))
    return Assessment(
        recognition=recognition,
        rule=rule,
        cause=cause,
        scope=rule.scope if rule else known.causes[cause]["scope"],
        persistence=rule.persistence if rule else _persistence(recognition.reply.code),
        receiver=None if rule and rule.list else _receiver(known, rule, recognition, answerer),
        list=rule.list if rule else None,
        answered_by=answerer,
        subject_kind=kind,
        subject_value=value,
        named_ips=tuple(named_ips),
        confidence=_confidence(rule, recognition, doubts),
        doubts=("own_refusal",) if is_ours else tuple(doubts),
    )


def answered_by(known: Knowledge, relay: str) -> str | None:
    """Return whose relay this is: a receiver, or the organisation by its domain."""
    host = _relay(relay)
    return (known.receiver_of(host) or _organisation(host)) if host else None


def _relay(relay: str | None) -> str | None:
    host = (relay or "").strip().strip("[]").lower().rstrip(".")
    return host if host and host != "none" else None


def _organisation(host: str) -> str:
    """Return the domain under which an organisation registers: the part of a relay's name that says whose it is."""
    labels = host.split(".")
    if len(labels) < 3 or labels[-1].isdigit() or ":" in host:
        return host
    keep = 3 if len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:])


def _receiver(known: Knowledge, rule: Rule | None, recognition: Recognition, answerer: str | None) -> str | None:
    """Return who refuses: the receiver whose rule it is, unless another one only quotes it."""
    if rule is not None and rule.owner in known.receivers and recognition.fit is not Fit.FOREIGN:
        return rule.owner
    return answerer


def _subject(rule: Rule | None, text: str) -> tuple[str, str | None]:
    """Return kind and value of what is refused; addresses are chosen later, from all evidence."""
    if rule is None:
        return "none", None
    kind = rule.subject_kind
    if kind in ("ip", "none"):
        return kind, None
    match = compiled(rule.capture).search(text) if rule.capture else None
    value = _valid(kind, match.group(1)) if match and match.group(1) else None
    if value is None and kind != "range":
        return "none", None
    return kind, value


def _valid(kind: str, value: str) -> str | None:
    """Return a captured value in its canonical form, or None: it comes from outside and ends up in names and mails."""
    if kind == "range":
        try:
            return str(ipaddress.ip_network(value.strip(), strict=False))
        except ValueError:
            return None
    if kind == "url":
        return value if _URL.fullmatch(value) else None
    value = value.lower().rstrip(".")
    return value if _DOMAIN.fullmatch(value) else None


def _persistence(code: int | None) -> str:
    return "transient" if code is not None and 400 <= code < 500 else "permanent"


def _doubts(recognition: Recognition, rule: Rule | None, *, about_address: bool, named: bool) -> list[str]:
    doubts = []
    if recognition.claimed is not None:
        doubts.append("foreign_relay")
    if rule is None:
        return doubts
    if recognition.relay is None and not rule.is_generic and rule.relay != "any":
        doubts.append("no_relay")
    if rule.unverified:
        doubts.append("unverified")
    if rule.retired:
        doubts.append("retired")
    if about_address:
        text = recognition.reply.text
        if any(word in recognition.subject.text for word in _NESTED_WORDS) and _NESTED.search(text):
            doubts.append("nested")
        if not named and _REDACTED.search(text):
            doubts.append("redacted")
    return doubts


def _confidence(rule: Rule | None, recognition: Recognition, doubts: t.Collection[str]) -> str:
    if (
        rule is None
        or recognition.fit in (Fit.FOREIGN, Fit.VAGUE)
        or {"foreign_relay", "nested", "redacted"} & set(doubts)
    ):
        return "low"
    if "no_relay" in doubts and rule.confidence == "high":
        return "medium"
    return rule.confidence
