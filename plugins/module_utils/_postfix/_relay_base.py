# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How a host routes its mail without our relay: what the relay has to fit in with, whether it is on already or not."""

from __future__ import annotations

import os
import shutil
import tempfile
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _files
from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _mail_classes as classes
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._plan import Plan
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix

LAYER = "relay"
_ROUTING = (
    "transport_maps",
    "relayhost",
    "default_transport",
    "sender_dependent_relayhost_maps",
    "sender_dependent_default_transport_maps",
    "smtp_sender_dependent_authentication",
    "smtp_fallback_relay",
    "smtp_tls_CAfile",
    "smtp_tls_CApath",
    "syslog_name",
    "myhostname",
)
_ALL = (*_ROUTING, *classes.PARAMETERS, "parent_domain_matches_subdomains")


class Base:
    """C(values) are those of the host's own configuration, expanded."""

    def __init__(self, postfix: Postfix, values: t.Mapping[str, str], *, chroot: str) -> None:
        self._postfix = postfix
        self.values = values
        self.chroot = chroot

    @classmethod
    def of(cls, postfix: Postfix) -> Base:
        """Look at the host; where our relay is on, at its configuration without it.

        :raises PostfixError: it cannot be read
        """
        folder = tempfile.mkdtemp(prefix="postmaster-delist-")
        try:
            bare = Plan.of(postfix, remove=LAYER)
            for change in (bare.main, bare.master):
                _files.write(os.path.join(folder, os.path.basename(change.path)), change.after or b"")
            staged = Postfix(folder, postfix.runner)
            values = {
                name: value.replace(folder, postfix.config_directory) for name, value in staged.values(*_ALL).items()
            }
            return cls(postfix, values, chroot=_chroot(staged))
        except KeyError as error:
            raise PostfixError(f"This Postfix has no parameter {error}: 3.0 or later was expected") from None
        except OSError as error:
            raise PostfixError(f"The configuration cannot be looked at in {folder} ({error.strerror})") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def own_domains(self, domains: t.Iterable[str]) -> dict[str, str]:
        """Return which of these domains the host itself receives or forwards, and the parameter that says so."""
        try:
            return classes.own_domains(self.values, self._postfix.lookup, domains)
        except OSError as error:
            raise PostfixError(
                f"{error.filename} cannot be read ({error.strerror}): it names domains of this host"
            ) from None

    def routes(self, keys: t.Iterable[str]) -> dict[str, str]:
        """Return where the transport maps that are there already send these addresses and domains."""
        wanted = sorted(set(keys))
        found: dict[str, str] = {}
        for table in classes.entries(self.values["transport_maps"]):
            if wanted:
                found = {**self._postfix.lookup(table, wanted), **found}
        return found

    @property
    def way(self) -> str:
        """The transport and nexthop of what no table routes, in a form that a transport map can have."""
        transport, _colon, nexthop = self.values["default_transport"].partition(":")
        return f"{transport}:{nexthop or self.values['relayhost']}"


def _chroot(postfix: Postfix) -> str:
    done = postfix.command("postconf", "-F", "smtp/unix/chroot")
    value = done.out.rpartition("=")[2].strip()
    return value if value in ("y", "n", "-") else "-"
