# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""From which address did a host send? From the reply, from the host's configuration, or not known.

A reply that names an address is believed as far as the address can be ours:

- The fleet has public addresses of that family in its configuration (an interface, smtp_bind_address): the named one
  is among them, or it is somebody else's (C(unknown_egress), low confidence, no request).
- The host has none, as on EC2 or behind NAT: nobody but the receivers can say its public address. That is the normal
  case. The address is good when the relay of the very receiver whose rule it is names it, or when relays of two
  organisations do. Named by one relay only, it stays C(uncorroborated), and C(unknown_egress) where another address
  of the family is good.

Where a relayhost answers, its address is the one that receivers judge (C(relayed), low confidence, no request), unless
the fleet knows the address as its own.

A reply that names none is given the address of the configuration (C(config)) or the one that other replies to the
same host name (C(inferred)), each only when there is exactly one of the family; else it stays unknown. Transports
with addresses of their own are told apart by the service that logged.
"""

from __future__ import annotations

import re
import typing as t
from collections import defaultdict

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public, normalise
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._evidence import Group, HostEvidence
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._findings import Egress
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Fit

# Relays of so many organisations that name one address are not one forged line.
_WITNESSES = 2
_RELAYHOST = re.compile(r"(?:(?<=[\s,])|\A)(?:\[([^\s\[\]]+)\]|([^\s,:\[\]]+))(?::[^\s,:]+)?(?=[\s,]|\Z)")


class _Witnesses:
    __slots__ = ("organisations", "own_relay")

    def __init__(self) -> None:
        self.organisations: set[str] = set()
        self.own_relay = False

    @property
    def suffice(self) -> bool:
        return self.own_relay or len(self.organisations) >= _WITNESSES


class Fleet:
    """What the evidence of all hosts says about their addresses."""

    def __init__(self, hosts: t.Sequence[HostEvidence]) -> None:
        self._configured = {evidence.host: _publics(evidence.configured) for evidence in hosts}
        self._ours = {ip for ips in self._configured.values() for ip in ips}
        self._of_service = {
            (evidence.host, service): _publics(ips)
            for evidence in hosts
            for service, ips in evidence.by_service.items()
        }
        self._relayhosts = {evidence.host: _names(evidence.relayhost) for evidence in hosts if evidence.relayhost}
        self._named_to: dict[str, dict[str, _Witnesses]] = defaultdict(lambda: defaultdict(_Witnesses))
        self._named: dict[str, _Witnesses] = defaultdict(_Witnesses)
        self._good_of: dict[str, list[str]] = {}

    def hear(self, group: Group, assessment: Assessment) -> None:
        """Note which relay names which address; a relayhost's is not the host's."""
        if self._is_relayed(group):
            return
        for ip in group.named_ips:
            for witnesses in (self._named[ip], self._named_to[group.host][ip]):
                witnesses.organisations.add(assessment.answered_by or "")
                if _is_own_relay(assessment):
                    witnesses.own_relay = True

    def egress(self, group: Group, assessment: Assessment) -> Egress:
        """Return the address from which the refused mail left."""
        if group.named_ips:
            ip = next((ip for ip in group.named_ips if ip in self._ours), group.named_ips[0])
            relayed = ip not in self._ours and self._is_relayed(group)
            doubts = _relayed(assessment) if relayed else tuple(self._doubts(group.host, ip))
            return Egress(ip, "reply", doubts, through=group.relay_host)
        if self._is_relayed(group):
            return Egress(doubts=_relayed(assessment), through=group.relay_host)
        wanted = _family(group.relay_ips[0]) if group.relay_ips else None
        for source, known in (("config", self._configured_for(group)), ("inferred", self._good(group.host))):
            candidates = [ip for ip in known if wanted is None or _family(ip) == wanted]
            if len(candidates) == 1:
                return Egress(
                    candidates[0],
                    source,
                    ("inferred_ip",) if source == "inferred" and assessment.is_about_address else (),
                )
            if candidates:
                return Egress(doubts=("no_ip", "several_egress") if assessment.is_about_address else ())
        return Egress(doubts=("no_ip",) if assessment.is_about_address and "redacted" not in assessment.doubts else ())

    def _configured_for(self, group: Group) -> list[str]:
        return self._of_service.get((group.host, group.service or ""), self._configured[group.host])

    def _is_relayed(self, group: Group) -> bool:
        """Tell whether the relayhost answered; without brackets its name is a domain, and its hosts are below it."""
        relayhosts = self._relayhosts.get(group.host)
        if not relayhosts:
            return False
        relay = (group.relay_host or "").lower()
        return any(relay == name or (not bracketed and relay.endswith("." + name)) for name, bracketed in relayhosts)

    def _doubts(self, host: str, ip: str) -> t.Iterator[str]:
        family = _family(ip)
        if ip in self._ours:
            return
        if any(_family(own) == family for own in self._configured[host]):
            yield "unknown_egress"
        elif not self._named[ip].suffice:
            yield "unknown_egress" if any(_family(good) == family for good in self._good(host)) else "uncorroborated"

    def _good(self, host: str) -> list[str]:
        """Return the addresses that enough relays name to a host; asked only when all have been heard."""
        if host not in self._good_of:
            self._good_of[host] = [ip for ip in self._named_to.get(host, ()) if self._named[ip].suffice]
        return self._good_of[host]


def _relayed(assessment: Assessment) -> tuple[str, ...]:
    return ("relayed",) if assessment.is_about_address else ()


def _names(relayhost: str) -> list[tuple[str, bool]]:
    """Return name or address, and whether it stood in brackets, of each entry such as C([smtp.example.net]:587)."""
    return [
        (match[1].lower() if match[1] is not None else match[2].lower(), match[1] is not None)
        for match in _RELAYHOST.finditer(relayhost)
    ]


def _publics(configured: t.Iterable[str]) -> list[str]:
    found = (normalise(str(ip).partition("/")[0]) for ip in configured)
    return list(dict.fromkeys(ip for ip in found if ip and is_public(ip)))


def _family(ip: str) -> int:
    return 6 if ":" in ip else 4


def _is_own_relay(assessment: Assessment) -> bool:
    recognition = assessment.recognition
    return (
        recognition.fit is Fit.CERTAIN
        and recognition.receiver is not None
        and recognition.receiver == assessment.receiver
    )
