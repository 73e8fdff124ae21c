# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""All replies that make one finding, over all hosts: how many, since when, to whom."""

from __future__ import annotations

import datetime
import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.plugin_utils import _findings as findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose_evidence import Group
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import Egress
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings_assess import Assessment
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise import CONFIDENCES

OUTCOMES = ("bounced", "deferred", "expired")
_COUNTED = (*OUTCOMES, "recipients")

# A deferral is a block in fact when it lasts so long, for so many recipients, and nothing comes through.
_CASE_AFTER = datetime.timedelta(hours=2)
_CASE_RECIPIENTS = 3
_MAY_HARDEN = frozenset({"ip_reputation_deferred", "rate_limited"})

_EVIDENCE = 5
_EVIDENCE_LENGTH = 1000
_DOMAINS = 100
_RECEIVERS = 100
_RELAYS = 3


class _Share:
    """What one receiver has in a finding."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.domains: Counter[str] = Counter()

    def add(self, group: Group) -> None:
        self.hosts.add(group.host)
        self.counts.update(group.counts)
        self.domains.update(group.recipient_domains)

    def shown(self, slug: str) -> dict[str, t.Any]:
        return {
            "slug": slug,
            "hosts": sorted(self.hosts),
            "counts": {name: self.counts[name] for name in _COUNTED},
            "recipient_domains": dict(_most(self.domains, _DOMAINS)),
        }


class Tally:
    """One finding in the making."""

    def __init__(self) -> None:
        self._all = _Share()
        self._shares: dict[str, _Share] = {}
        self._texts: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._relays: Counter[str] = Counter()
        self._first: datetime.datetime | None = None
        self._last: datetime.datetime | None = None
        self._at_least = False
        self._best: tuple[tuple[int, int, str, str], Group, Assessment, Egress] | None = None

    def add(self, group: Group, assessment: Assessment, egress: Egress) -> None:
        weight = sum(group.counts[name] for name in OUTCOMES)
        self._all.add(group)
        self._shares.setdefault(assessment.answered_by or "unknown", _Share()).add(group)
        self._texts[group.text[:_EVIDENCE_LENGTH]] += weight
        if group.relay_host:
            self._relays[group.relay_host] += weight
        if assessment.rule:
            self._rules[assessment.rule.name] += weight
        self._first = min(filter(None, (self._first, group.first_at)), default=None)
        self._last = max(filter(None, (self._last, group.last_at)), default=None)
        self._at_least = self._at_least or group.at_least
        # The surest reply speaks for all; the rest of the key only makes the choice the same every time.
        key = (CONFIDENCES.index(findings.confidence(assessment, egress)), weight, group.host, group.text)
        if self._best is None or key > self._best[0]:
            self._best = (key, group, assessment, egress)

    def finding(self, known: Knowledge, *, delivered_at: t.Mapping[str, datetime.datetime]) -> dict[str, t.Any]:
        """Return the finding; C(delivered_at) says when each receiver last took a message."""
        _key, group, assessment, egress = t.cast("tuple[t.Any, Group, Assessment, Egress]", self._best)
        found = findings.finding(known, assessment, egress, host=group.host)
        hardened = self._has_hardened(delivered_at)
        counts: dict[str, t.Any] = {name: self._all.counts[name] for name in _COUNTED}
        return {
            **found,
            "receivers": [share.shown(slug) for slug, share in sorted(self._shares.items(), key=_by_size)[:_RECEIVERS]],
            "rules": [name for name, _count in _most(self._rules, len(self._rules))],
            "persistence": "transient_but_persistent"
            if hardened and found["persistence"] == "transient" and assessment.cause in _MAY_HARDEN
            else found["persistence"],
            "opens_case": found["opens_case"] and (assessment.cause not in _MAY_HARDEN or hardened),
            "hosts": sorted(self._all.hosts),
            "relay_hosts": [relay for relay, _count in _most(self._relays, _RELAYS)],
            "counts": {**counts, "recipients_at_least": True} if self._at_least else counts,
            "first_at": self._first.isoformat() if self._first else None,
            "last_at": self._last.isoformat() if self._last else None,
            "evidence": [text for text, _count in _most(self._texts, _EVIDENCE)],
        }

    def _has_hardened(self, delivered_at: t.Mapping[str, datetime.datetime]) -> bool:
        counts = self._all.counts
        if counts["bounced"] or counts["expired"]:
            return True
        if self._first is None or self._last is None or counts["recipients"] < _CASE_RECIPIENTS:
            return False
        delivered = any(slug in delivered_at and delivered_at[slug] >= self._first for slug in self._shares)
        return self._last - self._first >= _CASE_AFTER and not delivered


def _most(counted: Counter[str], number: int) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:number]


def _by_size(item: tuple[str, _Share]) -> tuple[int, str]:
    return -sum(item[1].counts[name] for name in OUTCOMES), item[0]
