# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where the mail of a domain goes: the addresses of its mail exchangers. A handful of questions, asked one by one."""

from __future__ import annotations

import time
import typing as t

try:
    import dns.exception
    import dns.resolver
except ImportError:
    HAS_DNSPYTHON = False
else:
    HAS_DNSPYTHON = True

_EXCHANGERS = 5


def mail_addresses(
    domain: str, *, server: str | None = None, port: int = 53, timeout: float = 4.0
) -> tuple[list[str], str | None]:
    """Return the addresses of the domain's mail exchangers, and why they are not (all) known.

    :param server: the resolver's address; by default those of the system
    :param timeout: for all questions together
    """
    if not HAS_DNSPYTHON:
        return [], "dnspython is not installed"
    ask = _Asker(server, port, time.monotonic() + timeout)
    try:
        exchangers = ask.exchangers(domain)
        if exchangers == ["."]:
            return [], domain + " takes no mail (null MX)"
        found = [address for host in exchangers[:_EXCHANGERS] for address in ask.addresses(host)]
    except dns.resolver.NXDOMAIN:
        return [], domain + " does not exist"
    except (dns.exception.DNSException, OSError, ValueError) as error:
        return [], "DNS gave no answer (" + type(error).__name__ + ")"
    return (found, None) if found else ([], domain + " has no mail exchanger")


class _Asker:
    def __init__(self, server: str | None, port: int, deadline: float) -> None:
        self._resolver = dns.resolver.Resolver(configure=server is None)
        if server is not None:
            self._resolver.nameservers = [server]
            self._resolver.port = port
        self._deadline = deadline

    def exchangers(self, domain: str) -> list[str]:
        """Return the exchangers, the preferred first; without MX the domain is its own (RFC 5321 section 5.1)."""
        records = self._ask(domain, "MX")
        ordered = sorted(records, key=lambda record: (record.preference, record.exchange.to_text()))
        return [record.exchange.to_text() for record in ordered] or [domain]

    def addresses(self, host: str) -> list[str]:
        return [record.address for kind in ("A", "AAAA") for record in self._ask(host, kind)]

    def _ask(self, name: str, kind: str) -> t.Sequence[t.Any]:
        left = max(0.01, self._deadline - time.monotonic())
        answer = self._resolver.resolve(
            name.rstrip(".") + ".", kind, raise_on_no_answer=False, lifetime=left, search=False
        )
        return list(answer.rrset or ())
