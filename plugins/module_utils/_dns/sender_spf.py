# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""SPF (RFC 7208): the whole tree of a domain's record, its cost, and what it says about an address."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names
from ansible_collections.postmaster.delist.plugins.module_utils._dns.answers import Answer
from ansible_collections.postmaster.delist.plugins.module_utils._dns.checks import Check

MOST_LOOKUPS, MOST_VOIDS, MOST_EXCHANGERS = 10, 2, 10
# Deeper trees have long spent all their lookups.
_DEEPEST = 12
_TERM = re.compile(r"([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(.*))?", re.IGNORECASE)
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral", "": "pass"}
Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


class Term(t.NamedTuple):
    """One mechanism. C(unsure): it depends on the message, or the DNS did not answer."""

    result: str
    kind: str
    networks: list[Network]
    child: Tree | None = None
    unsure: bool = False


class Tree:
    """A record and everything below it."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.record: str | None = None
        self.terms: list[Term] = []
        self.redirect: Tree | None = None
        self.lookups = self.voids = 0
        self.problems: set[str] = set()

    def includes(self, domain: str) -> bool:
        """Tell whether the record, or one below it, refers to a domain's."""
        below = [self.redirect, *(term.child for term in self.terms)]
        return self.domain == domain or any(child.includes(domain) for child in below if child is not None)

    def says(self, ip: str) -> str:
        """Return the result for an address, or C(unknown) when that depends on what is not known."""
        if self.record is None:
            return "unknown" if "spf_unknown" in self.problems else "none"
        address = ipaddress.ip_address(ip)
        for term in self.terms:
            matches: bool | None = term.kind == "all" or any(
                address in network for network in term.networks if network.version == address.version
            )
            if term.child is not None:
                matches = {"pass": True, "unknown": None}.get(term.child.says(ip), False)
            if matches is None or (term.unsure and not matches):
                return "unknown"
            if matches:
                return term.result
        return self.redirect.says(ip) if self.redirect else "neutral"


def tree(domain: str, depth: int = 0) -> Check[Tree]:
    """Read the record of a domain and all that it refers to."""
    found = Tree(domain)
    (answer,) = yield [(domain, names.TXT)]
    records = [text for text in answer.texts() if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]
    if not answer.known:
        found.problems.add("spf_unknown")
    elif len(records) != 1:
        found.problems.add("spf_twice" if records else "no_spf")
    if len(records) != 1:
        return found
    found.record = records[0]
    redirect = None
    for word in found.record.split()[1:]:
        match = _TERM.fullmatch(word)
        name, equals, value = word.partition("=")
        if match is not None:
            yield from _term(found, match, depth)
        elif equals and name.lower() == "redirect":
            redirect = value
        elif not equals:
            found.problems.add("spf_syntax")
    if redirect and not any(term.kind == "all" for term in found.terms):
        found.lookups += 1
        found.redirect = yield from _below(found, redirect, depth)
        if found.redirect is None:
            found.terms.append(Term("neutral", "redirect", [], unsure=True))
    if depth == 0:
        found.problems |= {
            problem
            for problem, there in (
                ("spf_too_many_lookups", found.lookups > MOST_LOOKUPS),
                ("spf_too_many_voids", found.voids > MOST_VOIDS),
                ("spf_allows_all", any(term.kind == "all" and term.result == "pass" for term in found.terms)),
            )
            if there
        }
    return found


def _below(found: Tree, domain: str, depth: int) -> Check[Tree | None]:
    if "%" in domain or depth >= _DEEPEST:
        return None
    child = yield from tree(domain, depth + 1)
    found.lookups += child.lookups
    found.voids += child.voids
    found.problems |= child.problems - {"no_spf"}
    if "no_spf" in child.problems:
        found.problems.add("spf_include_without_record")
    return child


def _term(found: Tree, match: t.Match[str], depth: int) -> Check[None]:
    result, kind, separator, value = _RESULTS[match[1]], match[2].lower(), match[3], match[4] or ""
    if kind in ("include", "a", "mx", "ptr", "exists"):
        found.lookups += 1
    if kind in ("ip4", "ip6"):
        try:
            found.terms.append(Term(result, kind, [ipaddress.ip_network(value, strict=False)]))
        except ValueError:
            found.problems.add("spf_syntax")
    elif kind == "include":
        child = yield from _below(found, value, depth)
        found.terms.append(Term(result, kind, [], child, unsure=child is None))
    elif kind in ("a", "mx"):
        domain, _slash, lengths = (value if separator == ":" else "/" + value if value else "").partition("/")
        yield from _hosts(found, result, kind, domain or found.domain, lengths)
    elif kind == "ptr":
        found.problems.add("spf_ptr")
        found.terms.append(Term(result, kind, [], unsure=True))
    else:
        found.terms.append(Term(result, kind, [], unsure=kind == "exists"))


def _hosts(found: Tree, result: str, kind: str, domain: str, lengths: str) -> Check[None]:
    """Take the addresses of a name, or of its mail exchangers, as networks of the lengths given (C(24//64))."""
    if "%" in domain:
        found.terms.append(Term(result, kind, [], unsure=True))
        return
    hosts, asked = [domain], []
    if kind == "mx":
        (exchangers,) = yield [(domain, names.MX)]
        asked.append(exchangers)
        hosts = [host for _preference, host in exchangers.data("MX") if host not in ("", ".")][:MOST_EXCHANGERS]
    heard: list[Answer] = yield [(host, kind) for host in hosts for kind in (names.A, names.AAAA)]
    # A name without any address is void once, not once for each family.
    if (kind == "mx" and exchangers.known and not hosts) or (
        kind == "a" and all(answer.known and not answer.records for answer in heard)
    ):
        found.voids += 1
    four, _slash, six = lengths.partition("//")
    addresses = [ip for answer in heard for ip in answer.data("A") + answer.data("AAAA")]
    networks = [_network(ip, four if "." in ip else six) for ip in addresses]
    if None in networks:
        found.problems.add("spf_syntax")
    unsure = any(not answer.known for answer in (*asked, *heard))
    found.terms.append(Term(result, kind, [network for network in networks if network is not None], unsure=unsure))


def _network(ip: str, length: str) -> Network | None:
    try:
        return ipaddress.ip_network(f"{ip}/{length}" if length else ip, strict=False)
    except ValueError:
        return None
