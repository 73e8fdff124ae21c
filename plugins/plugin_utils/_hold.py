# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a host has to hold: the findings of a run, as rules and replies that need no knowledge to be understood."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._hold_table import NotHeld, conditions, dsn
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Receiver, Rule, relay_pattern
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

PATH = SHIPPED / "hold.yml"

Finding = t.Mapping[str, t.Any]

# diagnose cuts what it quotes; a reply of that length has no end that could be asked for.
_CUT = 1000


class Asked(t.NamedTuple):
    """What was asked for: C(receivers) and C(causes) to be held (none for all that a hold is for), and replies."""

    receivers: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    everywhere: bool = False


class Hold(t.NamedTuple):
    """Plain data for the module. C(replies) must be held, C(near_misses) must not; C(skipped) says what is not held."""

    rules: list[dict[str, t.Any]]
    literals: list[dict[str, t.Any]]
    replies: list[dict[str, t.Any]]
    near_misses: list[str]
    skipped: list[dict[str, str]]


def choose(findings: t.Iterable[Finding], known: Knowledge, *, host: str, asked: Asked) -> Hold:
    """Return what C(host) has to hold."""
    return _Choice(known, asked).of(findings, host)


@functools.lru_cache(maxsize=1)
def facts() -> dict[str, t.Any]:
    """Return what knowledge/hold.yml says."""
    return t.cast("dict[str, t.Any]", read(PATH))


class _Choice:
    def __init__(self, known: Knowledge, asked: Asked) -> None:
        self.known = known
        self.asked = asked
        self.causes = frozenset(asked.causes or facts()["causes"])
        self.by_name = {rule.name: rule for rule in known.rules}
        self.rules: dict[str, Rule] = {}
        self.parties: dict[str, None] = {}
        self.replies: dict[str, dict[str, t.Any]] = {}
        self.near_misses: dict[str, None] = {}
        self.skipped: list[dict[str, str]] = []

    def of(self, findings: t.Iterable[Finding], host: str) -> Hold:
        for finding in findings:
            if self.asked.everywhere or host in finding["hosts"]:
                self._look_at(finding)
        rules = [self._data(rule, hold=True) for rule in self.rules.values()]
        if rules:
            rules += [self._data(rule, hold=False) for rule in self._guards()]
        literals = [{"text": text, "relays": self._asked_relays()} for text in self.asked.signatures]
        if rules or literals:
            self._add_near_misses()
        return Hold(
            rules=sorted(rules, key=lambda rule: (rule["rank"], rule["name"])),
            literals=literals,
            replies=list(self.replies.values()),
            near_misses=list(self.near_misses),
            skipped=self.skipped,
        )

    def _look_at(self, finding: Finding) -> None:
        if finding["cause"] not in self.causes:
            if finding["cause"] == "unclassified":
                self._skip(finding, "no rule knows this reply; if it is a block, name it in hold_signatures")
            else:
                self.near_misses.update(dict.fromkeys(each["dsn"] for each in self._refusals(finding)))
            return
        if finding["confidence"] == "low":
            self._skip(finding, "it cannot be believed well enough to change a host for it: see its doubts")
            return
        slugs = [finding["receiver"], *(each["slug"] for each in finding["receivers"])]
        if self.asked.receivers and not set(slugs) & set(self.asked.receivers):
            return
        rules = [rule for rule in map(self.by_name.get, finding["rules"]) if rule is not None]
        usable = [rule for rule in rules if self._is_usable(rule, finding)]
        replies = self._refusals(finding)
        if not usable or not replies:
            if not replies:
                self._skip(finding, "it is only deferred, so its mail stays in the queue by itself")
            return
        self.rules.update({rule.name: rule for rule in usable})
        self.parties.update(dict.fromkeys([*(rule.owner for rule in usable), *filter(None, slugs)]))
        self.replies.update({each["dsn"]: each for each in replies})

    def _is_usable(self, rule: Rule, finding: Finding) -> bool:
        try:
            conditions(self._data(rule, hold=True))
        except NotHeld as reason:
            self._skip(finding, f"rule {rule.name}: {reason}")
            return False
        return True

    def _refusals(self, finding: Finding) -> list[dict[str, t.Any]]:
        """Return the verbatim replies of a finding that make mail bounce, each as Postfix looks it up."""
        found = []
        for text in finding["evidence"]:
            reply = parse(text)
            if reply.code is None or not 500 <= reply.code <= 599:
                continue
            relay = self._relay(finding)
            found.append(
                {
                    "dsn": dsn(text, relay=relay, stage=finding.get("stage")),
                    "text": text,
                    "relay": relay,
                    "is_cut": len(text) >= _CUT,
                }
            )
        return found

    def _relay(self, finding: Finding) -> str:
        """Return a relay of the finding, one of the receiver's own if there is any."""
        seen = finding.get("relay_hosts") or []
        globs = [glob for slug in self._slugs(finding) for glob in self._relays(slug)]
        own = [host for host in seen if any(relay_pattern(glob).fullmatch(host.lower()) for glob in globs)]
        return str((*own, *seen, *(glob.replace("*", "mx") for glob in globs), "mx.example.net")[0])

    def _slugs(self, finding: Finding) -> list[str]:
        owners = [name.partition("/")[0] for name in finding["rules"]]
        return [*owners, *filter(None, [finding["receiver"]]), *(each["slug"] for each in finding["receivers"])]

    def _relays(self, slug: str) -> tuple[str, ...]:
        party = self.known.receivers.get(slug)
        return party.relays if party else ()

    def _asked_relays(self) -> list[str]:
        """Return the relays of the receivers that were named; one that is in no knowledge file is a domain."""
        return [glob for slug in self.asked.receivers for glob in self._relays(slug) or (f"*.{slug}", slug)]

    def _guards(self) -> list[Rule]:
        """Return the rules of the same parties by which mail has to bounce: where they decide, nothing is held."""
        rules = [rule for slug in self.parties for rule in getattr(self._party(slug), "rules", ())]
        return [rule for rule in rules if rule.cause not in self.causes and self._can_guard(rule)]

    def _party(self, slug: str) -> t.Any:
        return self.known.receivers.get(slug) or self.known.blocklists.get(slug)

    def _can_guard(self, rule: Rule) -> bool:
        try:
            conditions(self._data(rule, hold=False))
        except NotHeld:
            return False
        return True

    def _data(self, rule: Rule, *, hold: bool) -> dict[str, t.Any]:
        party = self.known.receivers.get(rule.owner)
        is_bound = isinstance(party, Receiver) and rule.relay != "any"
        relays = list(party.relays) if party and is_bound else self._asked_relays() if hold else []
        weight = sum(map(len, rule.tokens)) + max(map(len, rule.any_of), default=0)
        return {
            "name": rule.name,
            "hold": hold,
            "rank": [-rule.priority, int(rule.is_generic), self.known.causes[rule.cause]["precedence"], -weight],
            "relays": relays,
            "tokens": list(rule.tokens),
            "any_of": list(rule.any_of),
            "none_of": list(rule.none_of),
            "pattern": rule.pattern,
            "codes": sorted(rule.codes),
            "enhanced": sorted(rule.enhanced),
            "stages": sorted(rule.stages),
            "relay_ports": sorted(rule.relay_ports),
        }

    def _add_near_misses(self) -> None:
        """Add what must bounce at the same receivers: what anybody says, and what is known of each."""
        relays = {slug: globs[0].replace("*", "mx") for slug in self.parties if (globs := self._relays(slug))}
        for relay in relays.values() or ["mx.example.net"]:
            for miss in facts()["near_misses"]:
                self.near_misses[dsn(miss["reply"], relay=relay, stage=miss["stage"])] = None
        for slug, relay in relays.items():
            for rule in self.known.receivers[slug].rules:
                if rule.cause not in self.causes:
                    self._add_samples(rule, relay)

    def _add_samples(self, rule: Rule, relay: str) -> None:
        for folder in self.known.folders.get(rule.owner, ()):
            path = folder / "samples" / f"{rule.id}.yml"
            for sample in (read(path).get("match") or ()) if path.is_file() else ():
                stage = sample.get("stage") or next(iter(sorted(rule.stages)), None)
                key = dsn(" ".join(sample["reply"].split()), relay=sample.get("relay") or relay, stage=stage)
                if key.startswith("5"):
                    self.near_misses[key] = None

    def _skip(self, finding: Finding, reason: str) -> None:
        self.skipped.append({"finding": str(finding["id"]), "reason": reason})
