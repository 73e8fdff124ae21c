# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where Amazon SES takes mail: host and port, and how the connection is encrypted there."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import is_host_name

_REGION = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")


class EndpointError(ValueError):
    """No endpoint is meant by this; says what was expected."""


class Endpoint(t.NamedTuple):
    """A server of the relay. C(wrapper): TLS from the first byte instead of STARTTLS."""

    host: str
    port: int
    wrapper: bool

    @property
    def nexthop(self) -> str:
        """As Postfix writes it, without an MX lookup; the key of the password table is this very text."""
        return f"[{self.host}]:{self.port}"


def endpoint(
    rules: t.Mapping[str, t.Any], *, region: str, port: int = 587, host: str | None = None, wrapper: bool | None = None
) -> Endpoint:
    """Return the endpoint of a region.

    :param rules: C(hosts), C(starttls) and C(wrapper) of knowledge
    :param host: another server of that region, such as a VPC endpoint
    :param wrapper: for a port of which knowledge says nothing
    :raises EndpointError: region, host or port cannot be
    """
    if not _REGION.fullmatch(region):
        raise EndpointError(f"{region[:40]!r} is no region of AWS: expected something like eu-central-1")
    if host is None:
        pattern = next(rule["host"] for rule in rules["hosts"] if region.startswith(rule["prefix"]))
        host = pattern.format(region=region)
    elif not is_host_name(host):
        raise EndpointError(f"{host[:80]!r} is no host name")
    if port in rules["starttls"] or port in rules["wrapper"]:
        known = port in rules["wrapper"]
        if wrapper not in (None, known):
            raise EndpointError(f"Port {port} of Amazon SES is for {'TLS from the start' if known else 'STARTTLS'}")
        return Endpoint(host.lower(), port, known)
    if wrapper is None or not 0 < port < 65536:
        ports = ", ".join(str(known) for known in (*rules["starttls"], *rules["wrapper"]))
        raise EndpointError(f"Amazon SES does not listen on port {port}: expected one of {ports}")
    return Endpoint(host.lower(), port, wrapper)
