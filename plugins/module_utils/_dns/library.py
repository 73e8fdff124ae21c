# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The one door to dnspython (2.3 or later): reading whole DNS messages, and the system's resolvers."""

from __future__ import annotations

import platform
import sys
import traceback
import typing as t

PROBLEM: str | None = None
try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver
    import dns.version
except ImportError:  # pragma: no cover
    PROBLEM = traceback.format_exc()

MINIMUM = (2, 3)
REQUIREMENT = "dnspython >= 2.3"


class Record(t.NamedTuple):
    """One record of an answer. C(data) is an address, a name without its last dot, or the text of a TXT record."""

    name: str
    type: str
    ttl: int
    data: t.Any


class Reply(t.NamedTuple):
    """A whole reply: C(status) is a word of C(answers.py)."""

    rcode: str
    records: tuple[Record, ...]
    lame: bool


def missing() -> str | None:
    """Return why dnspython cannot be used, or None."""
    if PROBLEM is not None:
        return PROBLEM
    if (dns.version.MAJOR, dns.version.MINOR) < MINIMUM:
        return "dnspython {} is older than {}.{}".format(dns.version.version, *MINIMUM)
    return None


def wanted() -> str:
    """Return what to do where it is missing, for the user of this very Python."""
    where = f"{sys.executable} on {platform.node()}"
    return f"{REQUIREMENT} is missing for {where}; Debian has it as python3-dnspython, pip as dnspython"


def version() -> str:
    return str(dns.version.version)


def read(wire: bytes) -> Reply | None:
    """Parse a reply, or return None when it is no DNS message."""
    try:
        message = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, IndexError, AttributeError, UnicodeError):
        return None
    records = tuple(
        Record(rrset.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl, _data(rdata))
        for rrset in message.answer
        if rrset.rdclass == dns.rdataclass.IN
        for rdata in rrset
    )
    kinds = {rrset.rdtype for rrset in message.authority}
    # A server that only points elsewhere does not know: an empty answer proves something only with an SOA beside it.
    lame = not records and dns.rdatatype.NS in kinds and dns.rdatatype.SOA not in kinds
    return Reply(dns.rcode.to_text(message.rcode()), records, lame and not message.flags & dns.flags.AA)


def _data(rdata: t.Any) -> t.Any:
    kind = dns.rdatatype.to_text(rdata.rdtype)
    if kind in ("A", "AAAA"):
        return rdata.address
    if kind in ("PTR", "CNAME"):
        return rdata.target.to_text(omit_final_dot=True)
    if kind == "MX":
        return (rdata.preference, rdata.exchange.to_text(omit_final_dot=True))
    if kind == "TXT":
        # The strings of one record are one text; records stay apart.
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return rdata.to_text()


def system_nameservers() -> list[str]:
    """Return the addresses of the resolvers that this system is set up to use."""
    try:
        return [str(server) for server in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException:
        return []
