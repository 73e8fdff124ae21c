# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""From the options of M(postmaster.delist.postfix_relay) to the relay that they ask for on this host."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_layer as layers
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_preflight as preflight
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _transport_map as transport
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._expiry import expires_at
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import applied
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_base import LAYER, Base
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_pace import pace
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_service import NAME, PARAMETERS
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_credentials import credentials
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import endpoint

Params = t.Mapping[str, t.Any]


def wanted_by(postfix: Postfix, base: Base, params: Params) -> layers.Wanted:
    """Return the relay.

    :raises PostfixError: the host lacks something for it
    :raises ValueError: the options do not fit together
    """
    scope, region = params["scope"], params["region"]
    if not region:
        raise ValueError("region is missing: each region of Amazon SES has its own credentials and senders")
    to = endpoint(params["rules"], region=region, port=params["port"], host=params["endpoint"])
    if scope == "relayhost" and to.wrapper:
        raise ValueError(
            f"On port {to.port} the scope relayhost would begin with TLS towards everybody: take 587, or the scope all"
        )
    login = credentials(region=region, user=params["user"], password=params["password"])
    slow = pace(params["rate"], params["hosts"])
    table = _table(base, params, layers.route(to))
    if scope == "destinations" and not (table and table.domains):
        mine = "; all that were given are this host's own" if params["domains"] else ""
        raise ValueError(f"There is no domain to relay{mine}: give domains, or take another scope")
    own_name = f"{base.values['syslog_name'] or 'postfix'}/{NAME}"
    return layers.Wanted(
        scope=scope,
        endpoint=to,
        credentials=login,
        pace=slow,
        table=table,
        stays_hard=params["rules"]["stays_hard"],
        syslog_name=own_name,
        ca_file=preflight.ca_file(params["ca_file"]),
        has_ca=bool(base.values["smtp_tls_CAfile"] or base.values["smtp_tls_CApath"]) and not params["ca_file"],
        chroot=base.chroot,
        known=_known(postfix),
        own=postfix.own,
        settings=_noted(
            postfix,
            params["asked"],
            {
                "scope": scope,
                "region": region,
                "host": to.host,
                "port": to.port,
                "syslog_name": None if scope == "relayhost" else own_name,
                "domains": list(table.domains) if table else [],
                "exceptions": list(table.exceptions) if table else [],
                "probes": sorted(address.lower() for address in params["probes"]),
                "delay": slow.delay,
                "recipients": slow.recipients,
                "rate": params["rate"],
                "hosts": params["hosts"],
                "ca_file": params["ca_file"],
                "override": sorted(params["override"]),
                **_expiry(postfix, params["expires"]),
            },
        ),
    )


def _table(base: Base, params: Params, route: str) -> transport.Table | None:
    """Return the transport table; the other scopes need one for exceptions and probes only."""
    narrow = params["scope"] == "destinations"
    domains, addresses = (params["domains"] if narrow else []), [*params["exceptions"], *params["probes"]]
    if not domains and not addresses:
        return None
    known = [*addresses, *(address.rpartition("@")[2] for address in addresses)]
    return transport.build(
        domains,
        route=route,
        head=layers.HEAD,
        limit=params["max_domains"],
        own=base.own_domains(domains) if domains else {},
        exceptions=params["exceptions"],
        probes=params["probes"],
        direct=base.routes(key.lower() for key in known if key.isascii() and key.isprintable() and key),
        otherwise=transport.AS_WITHOUT_TABLE if narrow else base.way,
        # The question that proves the relay has to go through it, too.
        relayed=[params["verify_recipient"]] if narrow and params["verify"] else [],
    )


def _known(postfix: Postfix) -> frozenset[str]:
    done = postfix.command("postconf", "-d", *PARAMETERS)
    return frozenset(line.partition("=")[0].strip() for line in done.out.splitlines())


def _noted(postfix: Postfix, asked: dict[str, t.Any] | None, settings: dict[str, t.Any]) -> dict[str, t.Any]:
    """Add what somebody asked for; who asks again for what is on already, in whichever way, has changed nothing."""
    for layer in applied(postfix):
        if layer["name"] == LAYER and {**settings, "asked": layer["settings"].get("asked")} == layer["settings"]:
            return t.cast("dict[str, t.Any]", layer["settings"])
    return {**settings, "asked": asked or {}}


def _expiry(postfix: Postfix, expires: str | None) -> dict[str, str | None]:
    """Return when the relay should be gone; a span begins when it was first asked for."""
    if expires is not None:
        for layer in applied(postfix):
            if layer["name"] == LAYER and layer["settings"].get("expires") == expires:
                return {"expires": expires, "expires_at": layer["settings"]["expires_at"]}
    return {"expires": expires, "expires_at": expires_at(expires) if expires is not None else None}
