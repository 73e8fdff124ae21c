# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The evidence of a run -> its findings: who blocks which of our addresses, why, and what to do."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public, normalise
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose import _evidence as evidence
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._egress import Fleet
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._rates import delivered_to, rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._tally import OUTCOMES, Seen, finding_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import recogniser
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _findings as findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment, answered_by, assess
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._text import fill, phrases
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser
from ansible_collections.postmaster.delist.plugins.plugin_utils._uncollected import uncollected

_ANYBODY = frozenset({"recipient_invalid", "recipient_policy", "greylisted", "receiver_trouble"})
_SEVERITIES = ("critical", "high", "medium", "low", "info")


def diagnose(folder: Path, *, knowledge_paths: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """Return the content of findings.json for a folder of evidence files.

    C(addresses) are the public addresses of the fleet: what the hosts have in their configuration, and what findings
    name that are believed. C(domains) are those that somebody refuses. C(helo) is the name that each address greets
    with, where a look at the configuration says so. C(rates) are of each receiver.
    """
    using = recogniser(tuple(knowledge_paths))
    with uncollected():
        hosts, broken = evidence.read(folder)
        seen = _by_identity(using, hosts)
        delivered_at = _delivered_at(using, hosts)
        delivered = delivered_to(using.known, hosts)
        configured = {ip for host in hosts for ip in host.configured}
        helo = _helo(hosts)
        del hosts  # a fleet's evidence and its findings need not be held together
        found = [finding_of(seen.pop(identifier), using.known, delivered_at=delivered_at) for identifier in list(seen)]
    return {
        "schema": 1,
        "findings": sorted(found, key=_order),
        "notes": [_note(item) for item in broken],
        "addresses": sorted({ip for ip in map(normalise, configured) if ip and is_public(ip)} | _named(found, "ip")),
        "domains": sorted(_named(found, "domain")),
        "helo": helo,
        "rates": rates(found, delivered, using.known),
    }


def _helo(hosts: t.Iterable[evidence.HostEvidence]) -> dict[str, str]:
    """Return the names by address; none for an address from which hosts greet with several."""
    names: dict[str, set[str]] = {}
    for host in hosts:
        for ip in host.configured if host.helo else ():
            names.setdefault(ip, set()).add(str(host.helo))
    return {ip: next(iter(given)) for ip, given in sorted(names.items()) if len(given) == 1}


def _named(found: t.Iterable[dict[str, t.Any]], kind: str) -> set[str]:
    """Return the subjects of a kind, and for addresses where mail left from, without those that may be anybody's."""
    believed = [finding for finding in found if finding["confidence"] != "low"]
    named = {finding["subject"]["value"] for finding in believed if finding["subject"]["kind"] == kind}
    if kind == "ip":
        named |= {finding["egress_ip"] for finding in believed}
    return named - {None}


def _by_identity(using: Recogniser, hosts: t.Sequence[evidence.HostEvidence]) -> dict[str, list[Seen]]:
    """Return all replies, those of one finding together."""
    assessor = _Assessor(using)
    fleet = Fleet(hosts)
    read: list[tuple[evidence.Group, Assessment]] = []
    for host in hosts:
        for group in host.groups:
            for part in group.by_address():
                assessment = assessor.assess(part)
                fleet.hear(part, assessment)
                read.append((part, assessor.anybody(assessment)))
    seen: dict[str, list[Seen]] = {}
    for group, assessment in read:
        egress = fleet.egress(group, assessment)
        seen.setdefault(findings.identity(assessment, egress, group.host), []).append(Seen(group, assessment, egress))
    return seen


class _Assessor:
    """Reads equal replies once: those of one signature differ in addresses and ids only."""

    def __init__(self, using: Recogniser) -> None:
        self._using = using
        self._known: dict[tuple[t.Any, ...], Assessment] = {}

    def assess(self, group: evidence.Group) -> Assessment:
        key = (group.signature, group.relay_host, group.relay_port, group.stage, group.dsn)
        first = self._known.get(key)
        if first is None or (first.rule and first.rule.capture):
            first = self._known[key] = assess(
                self._using,
                group.text,
                relay=group.relay_host,
                relay_ips=group.relay_ips,
                relay_port=group.relay_port,
                dsn=group.dsn,
                stage=group.stage,
                named_ips=group.named_ips,
            )
        return first if first.named_ips == group.named_ips else first._replace(named_ips=group.named_ips)

    def anybody(self, assessment: Assessment) -> Assessment:
        """Return the reading without its receiver where it does not matter who that is.

        A mistyped recipient at each of a thousand small domains is one fact about a host, not a thousand.
        """
        if (
            assessment.cause in _ANYBODY
            and assessment.subject_kind == "none"
            and assessment.receiver not in self._using.known.receivers
        ):
            return assessment._replace(receiver=None)
        return assessment


def _delivered_at(using: Recogniser, hosts: t.Iterable[evidence.HostEvidence]) -> dict[str, datetime.datetime]:
    """Return when each receiver last took a message, from any host."""
    last: dict[str, datetime.datetime] = {}
    for host in hosts:
        for relay, at in host.delivered.items():
            slug = answered_by(using.known, relay)
            if slug and (slug not in last or last[slug] < at):
                last[slug] = at
    return last


def _order(finding: dict[str, t.Any]) -> tuple[int, int, str]:
    """What blocks the sender first, then what hits most."""
    return _SEVERITIES.index(finding["severity"]), -sum(finding["counts"][name] for name in OUTCOMES), finding["id"]


def _note(broken: evidence.Broken) -> dict[str, str]:
    return {
        "code": broken.code,
        "path": broken.path,
        **fill(phrases()["notes"][broken.code], path=broken.path, detail=broken.detail),
    }
