# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The transport table of a relay: which recipient domains go through it, which addresses do not.

Its keys come from logs. A C(*) or C(.com) there would send everything through the relay, so only plain names pass.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import domain_name

# The start of a quoted local part, of a comment (#) or of an address with a route is never one of these.
_LOCAL_PART = re.compile(r"[a-z0-9_][a-z0-9._+=~-]{0,63}")

#: The result of a lookup that means: as if there were no table (transport(5)).
AS_WITHOUT_TABLE = ":"


class TransportMapError(ValueError):
    """The table cannot be made; names the key, and what was expected."""


class LeftOut(t.NamedTuple):
    """A domain that is not relayed, and the parameter of Postfix that makes it the host's own."""

    domain: str
    parameter: str


class Table(t.NamedTuple):
    """What goes through the relay, sorted; C(text) is the file's content."""

    domains: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    exceptions: tuple[str, ...]
    probes: tuple[str, ...]
    text: str


def build(
    domains: t.Iterable[str],
    *,
    route: str,
    head: str,
    limit: int,
    own: t.Mapping[str, str],
    exceptions: t.Iterable[str] = (),
    probes: t.Iterable[str] = (),
    relayed: t.Iterable[str] = (),
    direct: t.Mapping[str, str] | None = None,
    otherwise: str = AS_WITHOUT_TABLE,
) -> Table:
    """Return the table.

    :param route: transport and nexthop of the relay, such as C(ses:[host]:587)
    :param head: comment lines that begin the file
    :param limit: the most domains that it may have
    :param own: domains of this host's own address classes, and the parameter that says so
    :param exceptions: addresses that keep the way they had
    :param probes: the same, for addresses that are only asked about
    :param relayed: addresses that go through the relay, whatever their domains do
    :param direct: the way that an address or domain had, where it is another than C(otherwise)
    :raises TransportMapError: a key is no domain or address, or there are too many
    """
    wanted = sorted({_domain(domain) for domain in domains})
    if len(wanted) > limit:
        raise TransportMapError(
            f"{len(wanted)} domains are more than the {limit} that may be relayed: raise max_domains, "
            "or relay all mail (scope: all)"
        )
    through = tuple(domain for domain in wanted if domain not in own)
    kept = {kind: tuple(sorted({_address(one) for one in given})) for kind, given in (("e", exceptions), ("p", probes))}
    ways = direct or {}
    lines = [f"{address} {_way(address, ways, otherwise)}" for address in sorted({*kept["e"], *kept["p"]})]
    lines += [f"{key} {route}" for key in (*sorted(set(map(_address, relayed))), *through)]
    return Table(
        domains=through,
        left_out=tuple(LeftOut(domain, own[domain]) for domain in wanted if domain in own),
        exceptions=kept["e"],
        probes=kept["p"],
        text=head + "".join(f"{line}\n" for line in lines),
    )


def _domain(text: str) -> str:
    name = domain_name(text)
    if name is None:
        raise TransportMapError(
            f"{text[:80]!r} cannot be a key of the transport table: expected a domain of letters, digits and hyphens"
        )
    return name


def _address(text: str) -> str:
    local, at, domain = text.lower().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or domain_name(domain) is None:
        raise TransportMapError(
            f"{text[:80]!r} cannot be a key of the transport table: expected an address like user@example.com"
        )
    return f"{local}@{domain}"


def _way(address: str, ways: t.Mapping[str, str], otherwise: str) -> str:
    return ways.get(address) or ways.get(address.rpartition("@")[2]) or otherwise
