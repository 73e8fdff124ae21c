# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The public addresses from which this host's mail may leave, as its configuration says; nothing is asked outside."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public, normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._postfix import Instance
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Programs, Unusable

AUTO = "auto"
NONE = "none"
_BIND = {4: "smtp_bind_address", 6: "smtp_bind_address6"}
_PROTOCOLS = {"ipv4": 4, "ipv6": 6}
# "inet 192.0.2.2/24" (iproute2, FreeBSD), "inet addr:192.0.2.2" (net-tools), "inet6 addr: 2001:db8::2/64" (busybox).
_OF_INTERFACE = re.compile(r"\binet6? +(?:addr: ?)?([0-9A-Fa-f:.]+)")


class Egress(t.NamedTuple):
    """C(configured): public addresses; C(by_service): those of each transport, by its log identifier."""

    configured: list[str]
    relayhost: str | None
    by_service: dict[str, list[str]]
    notes: list[str]


NOTHING = Egress([], None, {}, [])


def check(wanted: t.Sequence[str]) -> list[str]:
    """Return what is wanted (C(auto), C(none), public addresses) in canonical spelling, or raise ValueError."""
    checked = []
    for word in wanted:
        ip = normalise(word)
        if word in (AUTO, NONE):
            checked.append(word)
        elif ip is None:
            raise ValueError(f"egress: {word!r} is no IP address; expected auto, none, or addresses")
        elif not is_public(ip):
            raise ValueError(f"egress: {ip} is no public address; expected the one that receivers see")
        else:
            checked.append(ip)
    if NONE in checked and len(checked) > 1:
        raise ValueError("egress: none stands alone")
    return checked


def find(programs: Programs, instances: t.Sequence[Instance], wanted: t.Sequence[str]) -> Egress:
    """Return the addresses that are given, with those that the host's configuration shows when C(auto) is among them.

    Without a Postfix (a log server) nothing is known: the addresses of such a host are not those of its logs.
    """
    given = [word for word in wanted if word not in (AUTO, NONE)]
    if NONE in wanted:
        return NOTHING
    relayhosts = [instance.parameters["relayhost"] for instance in instances if instance.parameters.get("relayhost")]
    relayhost = relayhosts[0] if relayhosts else None
    if AUTO not in wanted or not instances:
        return Egress(given, relayhost, {}, [])
    interfaces, notes = _of_interfaces(programs)
    by_service: dict[str, list[str]] = {}
    for instance in instances:
        for identifier, addresses in _of_services(instance, interfaces):
            known = by_service.setdefault(identifier, [])
            known += [ip for ip in _public([*given, *addresses]) if ip not in known]
    configured = [*given, *(ip for addresses in by_service.values() for ip in addresses)]
    return Egress(_public(configured), relayhost, by_service, notes)


def _of_services(instance: Instance, interfaces: t.Sequence[str]) -> t.Iterator[tuple[str, list[str]]]:
    """Yield log identifier and addresses of the default transport, then of those that master.cf sets otherwise."""
    by_family = {}
    for family in _families(instance):
        unbound = _sole_interface(instance, family) or _of(family, interfaces)
        by_family[family] = _bound(instance.parameters, family, interfaces) or unbound
    own_name = instance.parameters.get("syslog_name") or "postfix"
    announced = instance.words("proxy_interfaces")
    yield f"{own_name}/smtp", [*announced, *(ip for addresses in by_family.values() for ip in addresses)]
    for place, parameters in instance.services.items():
        service, name = place.partition("/")[0], parameters.get("syslog_name") or own_name
        binds = any(_BIND[family] in parameters for family in by_family)
        addresses = list(announced) if not binds else []
        for family, default in by_family.items():
            addresses += _bound(parameters, family, interfaces) or default
        yield re.sub(r"\$(?:service_name|\{service_name\}|\(service_name\))", service, name) + "/smtp", addresses


def _families(instance: Instance) -> list[int]:
    words = instance.words("inet_protocols")
    return [family for word, family in _PROTOCOLS.items() if word in words or "all" in words or not words]


def _bound(parameters: t.Mapping[str, str], family: int, interfaces: t.Sequence[str]) -> list[str]:
    """Return what is bound to, nothing where that is not set; 0.0.0.0 and :: stand for whatever the system chooses."""
    ip = normalise(parameters.get(_BIND[family], "").strip("[]"))
    if ip and ipaddress.ip_address(ip).is_unspecified:
        return _of(family, interfaces)
    return [ip] if ip else []


def _sole_interface(instance: Instance, family: int) -> list[str]:
    """Postfix sends from the address that it listens on, if that is only one and no loopback (see inet_interfaces)."""
    listening = [normalise(word.strip("[]")) for word in instance.words("inet_interfaces")]
    ours = _of(family, [ip for ip in listening if ip])
    return ours if len(ours) == 1 and not ipaddress.ip_address(ours[0]).is_loopback else []


def _of_interfaces(programs: Programs) -> tuple[list[str], list[str]]:
    try:
        shown = programs.output("ip", "-o", "addr", "show")
    except Unusable as no_ip:
        try:
            shown = programs.output("ifconfig", "-a")
        except Unusable:
            return [], [f"the addresses of this host are not known: {no_ip}"]
    found = (normalise(match) for match in _OF_INTERFACE.findall(shown))
    return [ip for ip in found if ip], []


def _of(family: int, addresses: t.Iterable[str]) -> list[str]:
    return [ip for ip in addresses if ipaddress.ip_address(ip).version == family]


def _public(addresses: t.Iterable[str]) -> list[str]:
    found = (normalise(ip) for ip in addresses)
    return list(dict.fromkeys(ip for ip in found if ip and is_public(ip)))
