# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The transport of a relay in master.cf: all that matters for safety is said there, whatever main.cf says."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import Service
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import Endpoint

NAME = "ses"

# (parameter, value). An empty value is neutral: what main.cf has there is for other mail. A policy map above all could
# lower the TLS level, and then the password would go to whoever answers.
_NEUTRAL = (
    "relayhost",
    "smtp_fallback_relay",
    "smtp_tls_policy_maps",
    "smtp_tls_CApath",
    "smtp_generic_maps",
    "smtp_header_checks",
    "smtp_mime_header_checks",
    "smtp_nested_header_checks",
    "smtp_body_checks",
    "smtp_reply_filter",
    "smtp_dns_reply_filter",
    "smtp_discard_ehlo_keywords",
    "smtp_discard_ehlo_keyword_address_maps",
    "smtp_sasl_auth_cache_name",
)
_FIXED = (
    ("smtp_sasl_auth_enable", "yes"),
    ("smtp_sasl_type", "cyrus"),
    ("smtp_sasl_mechanism_filter", "plain,login"),
    ("smtp_sasl_security_options", "noanonymous"),
    ("smtp_sasl_tls_security_options", "noanonymous"),
    ("smtp_sasl_tls_verified_security_options", "noanonymous"),
    ("smtp_sasl_auth_soft_bounce", "yes"),
    ("smtp_sender_dependent_authentication", "no"),
    ("smtp_tls_security_level", "secure"),
    ("smtp_tls_secure_cert_match", "nexthop"),
    ("smtp_tls_connection_reuse", "no"),
    ("smtp_tls_loglevel", "1"),
    ("smtp_cname_overrides_servername", "no"),
    ("smtp_skip_5xx_greeting", "yes"),
)
PARAMETERS = (*_NEUTRAL, *(name for name, _value in _FIXED))


def service(
    endpoint: Endpoint,
    *,
    syslog_name: str,
    password_maps: str,
    status_filter: str,
    ca_file: str,
    chroot: str,
    known: t.Collection[str],
) -> Service:
    """Return the transport.

    :param chroot: as the host's own smtp has it
    :param known: the C(PARAMETERS) that this Postfix has: others it would complain about
    """
    options = [
        ("syslog_name", syslog_name),
        ("smtp_sasl_password_maps", password_maps),
        ("smtp_tls_CAfile", ca_file),
        ("smtp_tls_wrappermode", "yes" if endpoint.wrapper else "no"),
        ("smtp_delivery_status_filter", status_filter),
        *(option for option in _FIXED if option[0] in known),
        *((name, "") for name in _NEUTRAL if name in known),
    ]
    head = f"{NAME:<9} unix  -       -       {chroot:<7} -       -       smtp"
    return Service(NAME, "unix", "\n".join([head, *(f"    -o {name}={value}" for name, value in options)]))
