# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who really sent an answer, as far as the site's own mail server has verified it (Authentication-Results, RFC 8601).

The server must take away such headers that come from outside under its own name (RFC 8601, section 5).
"""

from __future__ import annotations

import email
import email.policy
import re
import typing as t

try:
    import authres

    MISSING: str | None = None
except ImportError as exc:
    MISSING = str(exc)

_MAX_HEADERS = 20
_MAX_LENGTH = 4000
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
# Which property names the domain that a method vouches for.
_VOUCHED = {"dkim": ("header", "d"), "dmarc": ("header", "from")}


class Authentication(t.NamedTuple):
    """The domains that the server vouches for, and why there are none."""

    domains: frozenset[str]
    why_none: str | None


def of_mail(data: bytes, servers: t.Collection[str]) -> Authentication:
    """Return for which domains one of C(servers) says that DKIM or DMARC passed. Never raises.

    :param servers: the names (authserv-id) under which the site's own servers write the header
    """
    if MISSING:
        return Authentication(frozenset(), f"authres is missing on the controller ({MISSING}): pip install authres")
    if not servers:
        return Authentication(frozenset(), "no server of ours is named whose word counts (authserv_ids)")
    head = data.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = email.message_from_bytes(head + b"\n\n", policy=email.policy.compat32)
    passed: set[str] = set()
    failed: set[str] = set()
    seen = False
    for header in message.get_all("Authentication-Results", [])[:_MAX_HEADERS]:
        parsed = _parsed(str(header))
        if parsed is None or (parsed.authserv_id or "").lower() not in {name.lower() for name in servers}:
            continue
        seen = True
        for result in parsed.results:
            domain = _vouched(result)
            if domain:
                (passed if result.result == "pass" else failed).add(domain)
    # Two signatures of one domain may differ; of two headers, one could have come with the mail.
    sure = frozenset(passed - failed)
    if sure:
        return Authentication(sure, None)
    return Authentication(sure, "no DKIM or DMARC passed" if seen else f"no verdict of {', '.join(sorted(servers))}")


def below(domains: t.Iterable[str], own: t.Collection[str]) -> str | None:
    """Return the first of the domains that is one of C(own), or below it."""
    return next((domain for domain in sorted(domains) if any(f".{domain}".endswith(f".{name}") for name in own)), None)


def _parsed(header: str) -> t.Any:
    text = " ".join(header[:_MAX_LENGTH].split())
    parse: t.Any = authres.AuthenticationResultsHeader.parse
    try:
        return parse(f"Authentication-Results: {text}")
    except Exception:
        return None


def _vouched(result: t.Any) -> str | None:
    wanted = _VOUCHED.get(result.method)
    for prop in result.properties if wanted else ():
        if (prop.type, prop.name) == wanted:
            domain = str(prop.value).lower().rpartition("@")[2].rstrip(".")
            return domain if _DOMAIN.fullmatch(domain) else None
    return None
