# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The plan of a relay over a fleet: which hosts relay which domains, what that costs, and what speaks against it."""

from __future__ import annotations

import typing as t
from collections import Counter
from decimal import Decimal

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import domain_name
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_pace import pace
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay import _objections as objections
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import relay
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._traffic import Traffic

Finding = t.Mapping[str, t.Any]
LOW = "low"
_MOST_SENDERS = 20


class Asked(t.NamedTuple):
    """What somebody wants. C(domains) are those given by hand, for every host; C(hosts) are those of the play.

    C(others) are the hosts of the inventory that are not in the play. C(sharing) is how many hosts share the account's
    C(rate) (recipients a second), where somebody knows it; none for what the findings let expect.
    """

    hosts: t.Sequence[str]
    scope: str
    region: str
    domains: t.Sequence[str] = ()
    senders: t.Sequence[str] = ()
    override: t.Sequence[str] = ()
    max_domains: int = 1000
    sharing: int = 0
    rate: float = 0
    others: t.Sequence[str] = ()


def plan(
    findings: t.Sequence[Finding],
    traffic: t.Mapping[str, Traffic],
    asked: Asked,
    *,
    known: Knowledge,
    account: t.Mapping[str, t.Any] | None = None,
    dns: t.Mapping[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """Return the plan as plain data.

    :param account: the result of M(postmaster.delist.ses_account_info), also a failed one; None when nobody asked
    :param dns: the result of M(postmaster.delist.sender_dns_info)
    """
    ours = [finding for finding in findings if set(finding["hosts"]) & set(asked.hosts)]
    helped = [finding for finding in ours if _helps(finding)]
    believed = [finding for finding in helped if finding["confidence"] != LOW]
    dropped: set[str] = set()
    hosts = {host: _of_host(host, believed, traffic.get(host), asked, known, dropped) for host in asked.hosts}
    relaying = [host for host, its in hosts.items() if its["relays"]]
    rate = asked.rate or ((account or {}).get("quota") or {}).get("a_second")
    elsewhere = [] if asked.sharing else [host for host in asked.others if _may_relay(host, findings, traffic, asked)]
    sharing = max(asked.sharing, len(relaying) + len(elsewhere), 1)
    slow = pace(rate, sharing)
    a_day = sum(hosts[host]["recipients_a_day"] for host in relaying)
    made = {
        "schema": 1,
        "scope": asked.scope,
        "region": asked.region,
        "hosts": hosts,
        "relaying": relaying,
        "domains": sorted({domain for host in relaying for domain in hosts[host]["domains"]}),
        "recipients_a_day": a_day,
        "cost": {
            "currency": relay()["price"]["currency"],
            "a_day": float(round(Decimal(relay()["price"]["per_thousand"]) * a_day / 1000, 2)),
        },
        "rate": rate,
        "sharing": sharing,
        "elsewhere": elsewhere,
        "pace": {"delay": slow.delay, "recipients": slow.recipients, "a_day": slow.a_day * max(1, len(relaying))},
        "quota_left": ((account or {}).get("quota") or {}).get("left"),
        "senders": senders(traffic, asked),
        "not_believed": len(helped) - len(believed),
        "dropped": sorted(dropped),
    }
    facts = objections.Facts(made, ours, traffic, asked.hosts, account, dns, asked.max_domains)
    made["refusals"] = [
        {**refusal, "overridden": refusal["code"] in asked.override} for refusal in objections.refusals(facts)
    ]
    made["notes"] = list(objections.notes(facts))
    return made


def senders(traffic: t.Mapping[str, Traffic], asked: Asked) -> list[str]:
    """Return the domains that mail is sent from: those given, else those of refused mail, the busiest first."""
    if asked.senders:
        return sorted({name for name in map(domain_name, asked.senders) if name})
    counted: Counter[str] = Counter()
    for host in asked.hosts:
        counted.update(traffic[host].senders if host in traffic else ())
    return [domain for domain, _count in counted.most_common(_MOST_SENDERS + 1) if domain][:_MOST_SENDERS]


def _helps(finding: Finding) -> bool:
    return finding["cause"] in relay()["helps"]


def _may_relay(host: str, findings: t.Sequence[Finding], traffic: t.Mapping[str, Traffic], asked: Asked) -> bool:
    """Tell whether a host that is not in this play might relay too, in another slice of the fleet.

    Of which nothing is known it might: two slices that know nothing of each other would use the rate up twice.
    """
    if asked.scope != "destinations" or asked.domains or host not in traffic:
        return True
    return any(_helps(finding) and finding["confidence"] != LOW and host in finding["hosts"] for finding in findings)


def _of_host(
    host: str,
    believed: t.Sequence[Finding],
    traffic: Traffic | None,
    asked: Asked,
    known: Knowledge,
    dropped: set[str],
) -> dict[str, t.Any]:
    its = [receiver for finding in believed for receiver in finding["receivers"] if host in receiver["hosts"]]
    names = {name for receiver in its for name in receiver.get("recipient_domains") or ()} | set(asked.domains)
    domains = {name: domain_name(name) for name in names}
    dropped.update(name[:80] for name, domain in domains.items() if domain is None)
    taken = sorted({domain for domain in domains.values() if domain})
    slugs = {receiver["slug"] for receiver in its}
    everything = asked.scope != "destinations"
    volume = 0
    if traffic is not None and everything:
        volume = traffic.all_a_day
    elif traffic is not None:
        volume = traffic.a_day(taken, lambda relay_host: answered_by(known, relay_host) in slugs)
    return {
        "relays": everything or bool(taken),
        "domains": [] if everything else taken,
        "recipients_a_day": volume,
        "receivers": sorted(slugs),
    }
