# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""IP addresses in free text: which ones a reply really names, and which may be an egress address.

Runs on mail hosts: standard library only, Python 3.8+.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

_Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]

# RFC 5737, RFC 3849, RFC 9637.
_DOCUMENTATION = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
# RFC 4291: what is not global unicast names no host on the Internet, however it looks ("a::b" is Perl, not an address).
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")

# The look behind stands after the first digit: so the search jumps from digit to digit.
_V4 = re.compile(
    r"([0-9](?<![0-9A-Za-z.][0-9])[0-9]{0,2}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})"
    r"(?![0-9A-Za-z]|\.[0-9A-Za-z]|/(?!32(?![0-9]))[0-9]{1,2}(?![0-9./]))"
)
_V6 = re.compile(
    r"(?<![0-9A-Za-z:.])(?:[Ii][Pp][Vv]6:)?"
    r"([0-9A-Fa-f:]{2,39}(?:[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})?)"
    r"(?![0-9A-Za-z]|\.[0-9]|/(?!128(?![0-9]))[0-9]{1,3}(?![0-9./]))"
)
# Without this, no text holds an IPv6 address.
_TWO_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
# What stands before a dotted quad that counts builds, not hosts: "version 4.16.55.1", and Yahoo's reply cut off there.
_VERSION_BEFORE = re.compile(
    r"(?:\b(?:version|build|release|section|RFC ?[0-9]{3,4})|\bSMTPSVC\(|\bcomplaints -)[ :]*\Z", re.IGNORECASE
)
# "… user complaints - 4.16.55.1; see https://…": the software signs its reply so.
_SIGNED_BEFORE = " - "
# The server that answered, or was called, as Postfix and Exim name it: another hop's relay, not a sender.
_RELAY = re.compile(
    r"(?<!\S)[^\s\[\]]{1,255} ?\[[^\s\[\]]{3,50}\](?::[0-9]{1,5})?"
    r"(?= said: | refused to talk to me: |: server refused to talk to me: |: [45][0-9][0-9][ -])"
    r"|\b(?:connect to|connection with|conversation with) (?:remote server |[^\s\[\]]{1,255})\[[^\s\[\]]{3,50}\]"
    r"|(?<= -> )[0-9A-Fa-f.:]{3,45}(?= ?: ?25\b)"
)
# Without one of these, no text names a relay so.
_RELAY_WORDS = (" said: ", " to talk to me: ", ": 4", ": 5", "connect", "conversation with ", " -> ")
# The page of Spamhaus about a resolver that it refuses: the receiver's own, never the sender.
_RESOLVER = re.compile(r"/returnc/[a-z]{1,20}/[0-9A-Fa-f.:]{2,45}")
_URL_ESCAPED_DELIMITER = re.compile(r"%(?:3[AaDdCcEe]|2[Ff6]|5[BbDd])")


def _parse(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if address.version == 4:
        # Python before 3.9.5 reads "010" as ten, others read it as eight: such a spelling names nobody for sure.
        return address if str(address) == text else None
    mapped = address.ipv4_mapped
    return mapped or address


def normalise(ip: str) -> str | None:
    """Return the canonical spelling (RFC 5952; IPv4-mapped as IPv4), or None when it is not an address."""
    address = _parse(ip.strip())
    return None if address is None else str(address)


def is_documentation(ip: str) -> bool:
    """Tell whether the address is reserved for documentation (RFC 5737, RFC 3849, RFC 9637)."""
    address = _parse(ip)
    return address is not None and _is_documentation(address)


def _is_documentation(address: _Address) -> bool:
    return any(address in network for network in _DOCUMENTATION if network.version == address.version)


def is_public(ip: str) -> bool:
    """Tell whether a receiver on the Internet can see this address as a sender's: global unicast, or documentation.

    Private, carrier-grade NAT, loopback, link-local, unique local, multicast and reserved addresses are not.
    """
    address = _parse(ip)
    return address is not None and _is_public(address)


def _is_public(address: _Address) -> bool:
    if _is_documentation(address):
        return True
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def find_ips(text: str, *, exclude: t.Iterable[str] = ()) -> list[str]:
    """Return the public addresses that a text names: canonical, in order of appearance, each once.

    Not returned: addresses in C(exclude) (the relay's own), relays of an inner hop, networks in CIDR notation, labels
    of a host name, version and build numbers, redacted addresses. Documentation addresses are returned like any other.
    """
    left_out = {normalise(ip) for ip in exclude} if exclude else ()
    # Each replacement keeps its length: positions decide the order.
    if "%" in text:
        text = _URL_ESCAPED_DELIMITER.sub("   ", text)
    if "[" in text and any(word in text for word in _RELAY_WORDS):
        text = _RELAY.sub(lambda match: " " * len(match.group()), text)
    if "/returnc/" in text:
        text = _RESOLVER.sub(lambda match: " " * len(match.group()), text)
    found: dict[str, int] = {}
    for match in _V6.finditer(text) if _TWO_COLONS.search(text) else ():
        candidate = match.group(1)
        if candidate.endswith(":") and not candidate.endswith("::"):
            candidate = candidate[:-1]
        if candidate.count(":") < 2:
            continue
        named = _named(candidate)
        if named is None:
            continue
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
        if named.is_public:
            found.setdefault(named.ip, match.start())
    for match in _V4.finditer(text):
        named = _named(match.group(1))
        if named is None or not named.is_public or _counts_builds(text, match, alone=not found):
            continue
        found.setdefault(named.ip, match.start())
    if len(found) < 2 and not left_out:
        return list(found)
    return sorted((ip for ip in found if ip not in left_out), key=found.__getitem__)


class _Named(t.NamedTuple):
    ip: str
    is_public: bool


@functools.lru_cache(maxsize=4096)
def _named(text: str) -> _Named | None:
    """Return an address in its canonical spelling: a fleet's few addresses stand in thousands of replies."""
    address = _parse(text)
    return None if address is None else _Named(str(address), _is_public(address))


def _counts_builds(text: str, match: t.Match[str], *, alone: bool) -> bool:
    before = text[max(0, match.start() - 16) : match.start()]
    if _VERSION_BEFORE.search(before):
        return True
    after = text[match.end() : match.end() + 1]
    # At the very end, behind an address already named, it signs too: the log line was cut before its URL.
    return before.endswith(_SIGNED_BEFORE) and (after == ";" or (not after and not alone))
