# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is asked about: addresses and domains, and the DNS names that stand for them."""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils import _addresses

# RFC 1035: 255 octets on the wire, 63 in a label.
LONGEST_NAME, LONGEST_LABEL = 255, 63
LONGEST_SECTION = LONGEST_NAME + 4
# As many addresses as a /16 has; a larger network is a mistake.
LARGEST_NETWORK = 65536

A, PTR, MX, TXT, AAAA = 1, 12, 15, 16, 28
_CLASS_IN = b"\0\1"


class NameProblem(ValueError):
    """A target or name that cannot be asked about; the message is a word for the result."""


class Target(t.NamedTuple):
    """C(labels) is the beginning of the wire name, the zone's own follows. A target with a C(problem) is skipped."""

    kind: str
    value: str
    labels: bytes
    problem: str | None = None


def wire_labels(name: str) -> bytes:
    """Return the labels of a name on the wire, without the final root label.

    :raises NameProblem: an empty or over-long label
    """
    wire = bytearray()
    for label in name.rstrip(".").split("."):
        raw = _ascii(label)
        if not 0 < len(raw) <= LONGEST_LABEL:
            raise NameProblem("malformed" if not raw else "too_long")
        wire.append(len(raw))
        wire += raw
    return bytes(wire)


def _ascii(label: str) -> bytes:
    try:
        return label.lower().encode("ascii" if label.isascii() else "idna")
    except UnicodeError:
        raise NameProblem("malformed") from None


def question(labels: bytes, kind: int) -> bytes:
    """Return the question section for an absolute name.

    :raises NameProblem: the name is too long
    """
    if len(labels) + 1 > LONGEST_NAME:
        raise NameProblem("too_long")
    return labels + b"\0" + kind.to_bytes(2, "big") + _CLASS_IN


def reverse_labels(ip: str) -> bytes:
    """Return octets or nibbles of a canonical address in reverse, as labels."""
    # By the bytes: how Python spells a mapped address differs from version to version.
    parts = reversed(ipaddress.IPv6Address(ip).packed.hex()) if ":" in ip else reversed(ip.split("."))
    return b"".join(bytes((len(part),)) + part.encode("ascii") for part in parts)


def reverse_name(ip: str) -> bytes:
    """Return the labels of the name that holds an address's PTR record."""
    return reverse_labels(ip) + wire_labels("in-addr.arpa" if "." in ip else "ip6.arpa")


def address_target(text: str, *, allow_documentation: bool = False) -> Target:
    """Return the target for one address; IPv4 in IPv6 clothes is asked as IPv4."""
    ip = _addresses.normalise(text)
    if ip is None:
        return Target("ip4", text, b"", "not_an_address")
    kind = "ip4" if "." in ip else "ip6"
    if not _addresses.is_public(ip) or (_addresses.is_documentation(ip) and not allow_documentation):
        return Target(kind, ip, b"", "not_global")
    return Target(kind, ip, reverse_labels(ip))


def address_targets(text: str, *, allow_documentation: bool = False) -> t.Iterator[Target]:
    """Yield the targets of an address or a network in CIDR notation."""
    if "/" not in text:
        yield address_target(text, allow_documentation=allow_documentation)
        return
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        yield Target("ip4", text, b"", "not_an_address")
        return
    if network.num_addresses > LARGEST_NETWORK:
        yield Target("ip4" if network.version == 4 else "ip6", str(network), b"", "network_too_large")
        return
    for address in network:
        yield address_target(str(address), allow_documentation=allow_documentation)


def domain_target(text: str) -> Target:
    """Return the target for one domain: lower case, IDNA, no address, no bare top-level domain."""
    name = text.strip().rstrip(".").lower()
    if _addresses.normalise(name.strip("[]")) is not None:
        return Target("domain", name, b"", "address_given")
    if "." not in name:
        return Target("domain", name, b"", "no_domain")
    try:
        labels = wire_labels(name)
        question(labels, A)
    except NameProblem as problem:
        return Target("domain", name, b"", str(problem))
    return Target("domain", ".".join(_ascii(label).decode("ascii") for label in name.split(".")), labels)


def targets(addresses: t.Iterable[str], domains: t.Iterable[str], *, allow_documentation: bool = False) -> list[Target]:
    """Return every target once, in the order given, addresses first."""
    found: dict[tuple[str, str], Target] = {}
    for text in addresses:
        for target in address_targets(text, allow_documentation=allow_documentation):
            found.setdefault((target.kind, target.value), target)
    for text in domains:
        target = domain_target(text)
        found.setdefault((target.kind, target.value), target)
    return list(found.values())
