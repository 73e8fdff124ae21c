# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a host must have before a relay can work, and what in its configuration speaks against one."""

from __future__ import annotations

import glob
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_base import Base

# Debian, RHEL (new and old), SUSE, FreeBSD.
CA_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
SASL_FOLDERS = ("/usr/lib/*/sasl2", "/usr/lib64/sasl2", "/usr/lib/sasl2", "/usr/local/lib/sasl2")
_PLUGINS = ("libplain.so", "liblogin.so")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"

_OUTRANKING: dict[str, tuple[str, ...]] = {
    "destinations": (),
    "all": ("transport_maps", "sender_dependent_default_transport_maps"),
    "relayhost": ("transport_maps", "sender_dependent_default_transport_maps", "sender_dependent_relayhost_maps"),
}

#: What somebody may decide to do all the same, by name.
OVERRIDES = ("existing_relayhost", "sender_dependent", "sasl_plugin")


def ca_file(given: str | None, candidates: t.Sequence[str] = CA_FILES) -> str:
    """Return the file of certificate authorities.

    :raises PostfixError: there is none with a certificate in it; an empty one would break every TLS connection
    """
    for path in [given] if given else candidates:
        try:
            with open(path, "rb") as file:
                if _CERTIFICATE in file.read():
                    return path
        except OSError:
            continue
    if given:
        raise PostfixError(
            f"{given} cannot be read or holds no certificate: a file of certificate authorities was expected"
        )
    raise PostfixError("No file of certificate authorities was found: install ca-certificates, or name one by ca_file")


def check_sasl(postfix: Postfix, folders: t.Sequence[str] = SASL_FOLDERS) -> None:
    """:raises PostfixError: Postfix could not log in anywhere"""
    if "cyrus" not in postfix.command("postconf", "-A").out.split():
        raise PostfixError("This Postfix was built without Cyrus SASL, so it cannot log in at Amazon SES")
    if not any(glob.glob(f"{folder}/{plugin}*") for folder in folders for plugin in _PLUGINS):
        raise PostfixError(
            "The SASL plugin for PLAIN and LOGIN is missing, so Postfix could not log in at Amazon SES: install "
            "libsasl2-modules (Debian, Ubuntu) or cyrus-sasl-plain (RHEL)"
        )


def objections(base: Base, scope: str) -> t.Iterator[tuple[str | None, str]]:
    """Yield what speaks against a relay for this scope; with the name under which it may be overridden, if it may."""
    values = base.values
    if scope == "destinations":
        return
    everything = base.routes(["*"]).get("*")
    if everything is not None:
        said = f"transport_maps sends everything (*) to {everything}, which outranks the scope {scope}"
        yield None, f"{said}: relay destinations instead, or take that entry out"
    if scope != "relayhost":
        return
    if values["relayhost"]:
        said = f"relayhost is {values['relayhost']} already"
        yield "existing_relayhost", f"{said}; it would be put back when the relay is taken away"
    if values["smtp_sender_dependent_authentication"] == "yes":
        said = (
            "smtp_sender_dependent_authentication is yes, so some senders would log in at Amazon SES as somebody else"
        )
        yield "sender_dependent", f"{said}: take the scope all"


def remarks(base: Base, scope: str) -> t.Iterator[str]:
    """Yield what should be known before mail goes another way."""
    values = base.values
    for name in _OUTRANKING[scope]:
        if values[name]:
            yield f"{name} outranks the relay: what {values[name]} says goes on as before"
    if values["relay_domains"] and scope == "all":
        yield f"Mail for relay_domains ({values['relay_domains']}) goes on by relay_transport, not through Amazon SES"
    if values["relay_domains"] and scope == "relayhost":
        yield f"Mail for relay_domains ({values['relay_domains']}) goes through Amazon SES too"
    if values["smtp_fallback_relay"] and scope == "relayhost":
        yield f"smtp_fallback_relay is {values['smtp_fallback_relay']}: what Amazon SES does not take goes there"
