# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a relay lays over a host's configuration, for each scope; the transaction does the rest."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_hold_table as hold_table
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_service as ses
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _transport_map as transport
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import File, Layer, Parameter, Service
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_base import LAYER
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_pace import Pace
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_credentials import Credentials
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import Endpoint
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._stage import Lookup

TRANSPORT, PASSWORD, HOLD, POLICY = "ses_transport", "ses_passwd", "ses_hold.regexp", "ses_tls_policy"
HEAD = "# Made by postmaster.delist; goes when the relay is taken away.\n"
_IN_FRONT = "prepend"
# Nothing may be relayed by such keys, whatever the table is made of.
_NEVER = ("*", ".com", "localhost", "localhost.localdomain")


class Wanted(t.NamedTuple):
    """A relay, as somebody wants it. C(own) gives the path of one of our files."""

    scope: str
    endpoint: Endpoint
    credentials: Credentials
    pace: Pace
    table: transport.Table | None
    stays_hard: t.Sequence[str]
    syslog_name: str
    ca_file: str
    has_ca: bool
    chroot: str
    known: t.Collection[str]
    own: t.Callable[[str], str]
    settings: dict[str, t.Any]


def layer(wanted: Wanted) -> Layer:
    """Return the layer."""
    relayhost = wanted.scope == "relayhost"
    return Layer(
        LAYER,
        parameters=_for_relayhost(wanted) if relayhost else _for_service(wanted),
        services=() if relayhost else (_service(wanted),),
        files=tuple(_files(wanted)),
        settings=wanted.settings,
    )


def lookups(wanted: Wanted, rules: t.Mapping[str, t.Any]) -> tuple[Lookup, ...]:
    """Return what the tables must answer before they go live; the password's is never asked."""
    host = wanted.endpoint.host
    hold = Lookup(
        HOLD,
        "regexp",
        find={text.replace("{host}", host): "4." for text in rules["must_hold"]},
        miss=[
            *(text.replace("{host}", host) for text in rules["must_not_hold"]),
            # The same refusal by anybody else is not ours to keep.
            *(text.replace("{host}", "mx.example.com") for text in rules["must_hold"]),
        ],
    )
    if wanted.table is None:
        return (hold,)
    relayed = dict.fromkeys(wanted.table.domains, route(wanted.endpoint))
    never = [*_NEVER, *(left.domain for left in wanted.table.left_out)]
    return (hold, Lookup(TRANSPORT, "texthash", find=relayed, miss=never))


def route(endpoint: Endpoint) -> str:
    """Return transport and nexthop as a transport table has them."""
    return f"{ses.NAME}:{endpoint.nexthop}"


def _service(wanted: Wanted) -> Service:
    return ses.service(
        wanted.endpoint,
        syslog_name=wanted.syslog_name,
        password_maps=f"texthash:{wanted.own(PASSWORD)}",
        status_filter=f"regexp:{wanted.own(HOLD)}",
        ca_file=wanted.ca_file,
        chroot=wanted.chroot,
        known=wanted.known,
    )


def _files(wanted: Wanted) -> t.Iterator[File]:
    login = f"{wanted.endpoint.nexthop} {wanted.credentials.user}:{wanted.credentials.password}\n"
    yield File(PASSWORD, f"{HEAD}{login}".encode(), secret=True)
    yield File(HOLD, hold_table.table(wanted.endpoint.host, wanted.stays_hard, head=HEAD).encode())
    if wanted.table is not None:
        yield File(TRANSPORT, wanted.table.text.encode())
    if wanted.scope == "relayhost":
        policy = f"{wanted.endpoint.nexthop} secure match=nexthop\n"
        yield File(POLICY, f"{HEAD}{policy}".encode())


def _table_in_front(wanted: Wanted) -> t.Iterator[Parameter]:
    if wanted.table is not None:
        yield Parameter("transport_maps", f"texthash:{wanted.own(TRANSPORT)}", _IN_FRONT)


def _for_service(wanted: Wanted) -> tuple[Parameter, ...]:
    """One parameter routes; the others only slow down our own transport."""
    return (
        *_pace(ses.NAME, wanted.pace),
        *([Parameter("default_transport", route(wanted.endpoint))] if wanted.scope == "all" else []),
        *_table_in_front(wanted),
    )


def _for_relayhost(wanted: Wanted) -> tuple[Parameter, ...]:
    """The form that the documentation of AWS gives, but with a certificate that is verified for this server only."""
    return (
        Parameter("smtp_sasl_auth_enable", "yes"),
        Parameter("smtp_sasl_password_maps", f"texthash:{wanted.own(PASSWORD)}", _IN_FRONT),
        Parameter("smtp_sasl_security_options", "noanonymous"),
        Parameter("smtp_sasl_tls_security_options", "noanonymous"),
        Parameter("smtp_sasl_auth_soft_bounce", "yes"),
        Parameter("smtp_tls_policy_maps", f"texthash:{wanted.own(POLICY)}", _IN_FRONT),
        *([] if wanted.has_ca else [Parameter("smtp_tls_CAfile", wanted.ca_file)]),
        Parameter(
            "smtp_delivery_status_filter", f"regexp:{wanted.own(HOLD)}", _IN_FRONT, "$default_delivery_status_filter"
        ),
        *_pace("smtp", wanted.pace),
        *_table_in_front(wanted),
        Parameter("relayhost", wanted.endpoint.nexthop),
    )


def _pace(name: str, pace: Pace) -> tuple[Parameter, ...]:
    return (
        Parameter(f"{name}_destination_rate_delay", f"{pace.delay}s"),
        Parameter(f"{name}_destination_recipient_limit", str(pace.recipients)),
    )
