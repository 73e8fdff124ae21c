# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What knowledge/ says, as objects. Texts are C({en, ja}); sources are resolved to C({url, year, title})."""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass, field

Text = dict[str, str]
Channel = dict[str, t.Any]
Source = dict[str, t.Any]

# Remedies that need no channel of their own.
PLAIN_REMEDIES = frozenset({"wait", "fix", "contact_recipient", "none"})


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One recognisable reply. C(owner) is the receiver, operator or generic file it stands in."""

    owner: str
    id: str
    name: str
    is_generic: bool
    tokens: tuple[str, ...]
    any_of: tuple[str, ...]
    none_of: tuple[str, ...]
    pattern: str | None
    codes: frozenset[int]
    enhanced: frozenset[str]
    stages: frozenset[str]
    relay_ports: frozenset[int]
    relay: str
    list: str | None
    cause: str
    scope: str
    subject_kind: str
    capture: str | None
    persistence: str
    remedy: str
    who_can_fix: str | None
    means: Text
    steps: tuple[Text, ...]
    avoid: Text | None
    expires_after: str | None
    priority: int
    sources: tuple[Source, ...]
    confidence: str
    unverified: bool
    retired: dict[str, t.Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class Party:
    """Who can be asked: a receiver, the operator of lists, or nobody (generic texts)."""

    slug: str
    name: Text
    own_domains: tuple[str, ...]
    sources: dict[str, Source]
    channels: dict[str, Channel]
    contact: str | None
    rules: tuple[Rule, ...]
    data: dict[str, t.Any] = field(repr=False)

    def owns(self, host: str) -> bool:
        """Tell whether a host or domain is one of the party's own: only such are ever written to or linked."""
        host = host.lower().rstrip(".")
        return any(host == domain or host.endswith("." + domain) for domain in self.own_domains)


@dataclass(frozen=True, slots=True, eq=False)
class Receiver(Party):
    """A mailbox provider, filter vendor or hoster."""

    kind: str
    country: str | None
    relays: tuple[str, ...]
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Blocklist(Party):
    """The operator of one or more lists; C(data) has its zones for DNS checks."""

    zones: tuple[dict[str, t.Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListEntry:
    """A list that a reply or a DNS answer can name."""

    slug: str
    operator: str
    name: Text
    cause: str | None
    scope: str
    severity: str
    means: Text
    steps: tuple[Text, ...]
    avoid: Text | None
    remedy: str
    who_can_fix: str | None
    expires_after: str | None
    sources: tuple[Source, ...]
    confidence: str


class Named:
    """What the rules of one file share by name: lists of literals, C({words: name}), and pieces of patterns, C({name}).

    In a pattern a list of literals is the choice between them.

    :raises KeyError: a name is not the file's
    """

    _NAME = re.compile(r"\{([a-z_]+)\}")

    def __init__(self, data: dict[str, t.Any]) -> None:
        self._words: dict[str, list[str]] = data.get("words") or {}
        self._phrases: dict[str, str] = {}
        for name, phrase in (data.get("phrases") or {}).items():
            self._phrases[name] = self.pattern(phrase)

    def literals(self, given: list[t.Any] | None) -> tuple[str, ...]:
        found: list[str] = []
        for item in given or ():
            found += [item] if isinstance(item, str) else self._words[item["words"]]
        return tuple(found)

    def pattern(self, given: str) -> str:
        return self._NAME.sub(self._piece, given)

    def _piece(self, match: t.Match[str]) -> str:
        name = match[1]
        if name not in self._phrases:
            self._phrases[name] = f"({'|'.join(map(_escaped, self._words[name]))})"
        return self._phrases[name]


def _escaped(literal: str) -> str:
    """Return a literal as a pattern that Python and POSIX read alike."""
    return re.sub(r"([.\[\](){}*+?|^$\\/])", r"\\\1", literal)


def rule_from(owner: str, data: dict[str, t.Any], sources: dict[str, Source], named: Named) -> Rule:
    match = data["match"]
    subject = data["subject"]
    return Rule(
        owner=owner,
        id=data["id"],
        name=f"{owner}/{data['id']}",
        is_generic=owner.startswith("generic_"),
        tokens=tuple(match.get("tokens") or ()),
        any_of=named.literals(match.get("any_of")),
        none_of=named.literals(match.get("none_of")),
        pattern=named.pattern(match["pattern"]) if match.get("pattern") else None,
        codes=frozenset(code for spec in match.get("codes") or () for code in expand_codes(spec)),
        enhanced=frozenset(code for spec in match.get("enhanced") or () for code in expand_enhanced(spec)),
        stages=frozenset(match.get("stages") or ()),
        relay_ports=frozenset(match.get("relay_ports") or ()),
        relay=data.get("relay") or "expected",
        list=data.get("list"),
        cause=data["cause"],
        scope=data["scope"],
        subject_kind=subject["kind"],
        capture=subject.get("capture"),
        persistence=data["persistence"],
        remedy=data["remedy"],
        who_can_fix=data.get("who_can_fix"),
        means=data["means"],
        steps=tuple(data.get("steps") or ()),
        avoid=data.get("avoid"),
        expires_after=data.get("expires_after"),
        priority=data.get("priority") or 0,
        sources=tuple(sources[key] for key in data["sources"]),
        confidence=data["confidence"],
        unverified=bool(data.get("unverified")),
        retired=data.get("retired"),
    )


def _common(data: dict[str, t.Any]) -> dict[str, t.Any]:
    sources = data["sources"]
    named = Named(data)
    return {
        "slug": data["slug"],
        "name": data["name"],
        "own_domains": tuple(data.get("own_domains") or ()),
        "sources": sources,
        "channels": data.get("channels") or {},
        "contact": data.get("contact"),
        "rules": tuple(rule_from(data["slug"], rule, sources, named) for rule in data.get("rules") or ()),
        "data": data,
    }


def receiver_from(data: dict[str, t.Any]) -> Receiver:
    return Receiver(
        **_common(data),
        kind=data["kind"],
        country=data.get("country"),
        relays=tuple(data["relays"]),
        domains=tuple(data.get("domains") or ()),
    )


def blocklist_from(data: dict[str, t.Any]) -> Blocklist:
    return Blocklist(**_common(data), zones=tuple(data["zones"]))


def generic_from(data: dict[str, t.Any]) -> Party:
    return Party(**_common(data))


def lists_from(data: dict[str, t.Any]) -> t.Iterator[ListEntry]:
    for entry in data["lists"]:
        yield ListEntry(
            slug=entry["slug"],
            operator=data["slug"],
            name=entry["name"],
            cause=entry.get("cause"),
            scope=entry["scope"],
            severity=entry["severity"],
            means=entry["means"],
            steps=tuple(entry.get("steps") or ()),
            avoid=entry.get("avoid"),
            remedy=entry["remedy"],
            who_can_fix=entry.get("who_can_fix"),
            expires_after=entry.get("expires_after"),
            sources=tuple(data["sources"][key] for key in entry["sources"]),
            confidence=entry["confidence"],
        )


def expand_codes(spec: str) -> t.Iterator[int]:
    """Yield the SMTP codes of "550", "5xx", "45x" or "421-451"."""
    first, _dash, last = spec.partition("-")
    yield from range(int(first.replace("x", "0")), int((last or first).replace("x", "9")) + 1)


def expand_enhanced(spec: str) -> t.Iterator[str]:
    """Yield the enhanced codes of "5.7.1" or "5.7.606-5.7.649"."""
    first, _dash, last = spec.partition("-")
    head, _dot, low = first.rpartition(".")
    high = last.rpartition(".")[2] if last else low
    for detail in range(int(low), int(high) + 1):
        yield f"{head}.{detail}"


@functools.cache
def relay_pattern(glob: str) -> t.Pattern[str]:
    """Return the expression of a relay glob: C(*) is one or more characters."""
    return re.compile(re.escape(glob).replace(r"\*", ".+"))
