# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""All replies that make one finding, over all hosts: how many, since when, to whom."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._evidence import Group
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _findings as findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._findings import Egress
from ansible_collections.postmaster.delist.plugins.plugin_utils._hours import added, row_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import CONFIDENCES

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


class Seen(t.NamedTuple):
    """Replies of one signature on one host, read."""

    group: Group
    assessment: Assessment
    egress: Egress

    @property
    def weight(self) -> int:
        return _affected(self.group.counts)


def finding_of(
    seen: t.Sequence[Seen], known: Knowledge, *, delivered_at: t.Mapping[str, datetime.datetime]
) -> dict[str, t.Any]:
    """Return the finding that replies of one identity make; C(delivered_at) says when each receiver last took mail."""
    best = max(seen, key=_sureness) if len(seen) > 1 else seen[0]
    groups = [each.group for each in seen]
    shares = {slug: _share(slug, of_one) for slug, of_one in _by_answerer(seen).items()}
    counts = _added([share["counts"] for share in shares.values()])
    first = min((group.first_at for group in groups if group.first_at), default=None)
    last = max((group.last_at for group in groups if group.last_at), default=None)
    found = findings.finding(known, best.assessment, best.egress, host=best.group.host)
    if best.assessment.cause in _MAY_HARDEN:
        delivered = any(slug in delivered_at and first and delivered_at[slug] >= first for slug in shares)
        hardened = _has_hardened(counts, first, last, delivered=delivered)
        found["opens_case"] = found["opens_case"] and hardened
        if hardened and found["persistence"] == "transient":
            found["persistence"] = "transient_but_persistent"
    found.update(
        receivers=sorted(shares.values(), key=lambda each: (-_affected(each["counts"]), each["slug"]))[:_RECEIVERS],
        rules=_most(seen, _rule_name, None),
        hosts=_hosts(groups),
        relay_hosts=_most(seen, lambda each: each.group.relay_host, _RELAYS),
        counts={**counts, "recipients_at_least": True} if any(group.at_least for group in groups) else counts,
        first_at=first.isoformat() if first else None,
        last_at=last.isoformat() if last else None,
        evidence=_most(seen, lambda each: each.group.text[:_EVIDENCE_LENGTH], _EVIDENCE),
    )
    return found


def _rule_name(seen: Seen) -> str | None:
    return seen.assessment.rule.name if seen.assessment.rule else None


def _sureness(seen: Seen) -> tuple[int, int, str, str]:
    """The surest reply speaks for all; the rest of the key only makes the choice the same every time."""
    sure = CONFIDENCES.index(findings.confidence(seen.assessment, seen.egress))
    return sure, seen.weight, seen.group.host, seen.group.text


def _affected(counts: t.Mapping[str, int]) -> int:
    return counts["bounced"] + counts["deferred"] + counts["expired"]


def _added(counts: t.Sequence[t.Mapping[str, int]]) -> dict[str, t.Any]:
    if len(counts) == 1:  # most findings are one reply on one host: here and below they take the short way
        return dict(counts[0])
    return {name: sum(each[name] for each in counts) for name in _COUNTED}


def _hosts(groups: t.Sequence[Group]) -> list[str]:
    return sorted({group.host for group in groups}) if len(groups) > 1 else [groups[0].host]


def _by_answerer(seen: t.Iterable[Seen]) -> dict[str, list[Group]]:
    """Return the replies by who gave them."""
    shares: dict[str, list[Group]] = {}
    for each in seen:
        shares.setdefault(each.assessment.answered_by or "unknown", []).append(each.group)
    return shares


def _share(slug: str, groups: t.Sequence[Group]) -> dict[str, t.Any]:
    domains = groups[0].recipient_domains
    if len(groups) > 1:
        domains = _summed(item for group in groups for item in group.recipient_domains.items())
    return {
        "slug": slug,
        "hosts": _hosts(groups),
        "counts": _added([group.counts for group in groups]),
        "recipient_domains": dict(_ranked(domains)[:_DOMAINS]),
        "by_hour": row_of(added(group.by_hour for group in groups)),
    }


def _has_hardened(
    counts: t.Mapping[str, int],
    first: datetime.datetime | None,
    last: datetime.datetime | None,
    *,
    delivered: bool,
) -> bool:
    if counts["bounced"] or counts["expired"]:
        return True
    if first is None or last is None or counts["recipients"] < _CASE_RECIPIENTS:
        return False
    return last - first >= _CASE_AFTER and not delivered


def _summed(items: t.Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in items:
        sums[name] = sums.get(name, 0) + count
    return sums


def _ranked(sums: t.Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _most(seen: t.Sequence[Seen], named: t.Callable[[Seen], str | None], number: int | None) -> list[str]:
    """Return what most replies have, by how many each stands for; those without a name do not count."""
    if len(seen) == 1:
        name = named(seen[0])
        return [name] if name else []
    items = ((named(each), each.weight) for each in seen)
    return [name for name, _count in _ranked(_summed((name, weight) for name, weight in items if name))[:number]]
