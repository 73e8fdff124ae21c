# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Can the mailbox for the answer take it? One whose mail exchanger is the blocked host is the classic trap."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import domain_of, is_mailbox

# Takes a domain; gives the addresses of its mail exchangers, and why they are unknown.
Lookup = Callable[[str], tuple[Sequence[str], str | None]]


@dataclass(frozen=True)
class Mailbox:
    """What is known of the mailbox: C(ip) is the blocked address it sits behind, C(cause) why nothing is known."""

    state: Literal["ok", "behind_block", "unknown", "unchecked"] = "unchecked"
    ip: str | None = None
    cause: str | None = None


UNCHECKED = Mailbox()


def blocked_addresses(findings: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the addresses and ranges that somebody refuses in this run."""
    blocked: dict[str, None] = {}
    for finding in findings:
        if finding.get("scope") in ("ip", "range"):
            values = (finding["subject"].get("value") if finding["subject"]["kind"] in ("ip", "range") else None,)
            blocked.update(dict.fromkeys(value for value in (*values, finding.get("egress_ip")) if value))
    return tuple(blocked)


def check(mailbox: str, blocked: Iterable[str], lookup: Lookup | None) -> Mailbox:
    """Compare where the mailbox's mail goes with what is blocked; without C(lookup) only a literal can be judged."""
    if not is_mailbox(mailbox):
        return UNCHECKED
    domain = domain_of(mailbox)
    if domain.startswith("["):
        addresses: Sequence[str] = (domain.strip("[]").removeprefix("ipv6:"),)
        cause = None
    elif lookup is None:
        return UNCHECKED
    else:
        addresses, cause = lookup(domain)
    networks = [network for network in map(_network, blocked) if network]
    for address in filter(None, map(normalise, addresses)):
        if any(ipaddress.ip_address(address) in network for network in networks):
            return Mailbox("behind_block", ip=address)
    return Mailbox("unknown", cause=cause) if cause else Mailbox("ok")


def _network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
