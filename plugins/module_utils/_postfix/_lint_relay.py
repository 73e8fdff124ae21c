# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Signs that a Postfix relays for strangers, as far as its main.cf alone shows."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._lint_lists import words

# Any of these ends it for a destination that is not ours.
_ENDS = frozenset({"reject_unauth_destination", "defer_unauth_destination", "reject", "defer", "defer_if_permit"})
_OPENS = frozenset({"permit"})
# "permit_mx_backup" without permit_mx_backup_networks was everybody's for years; Postfix itself warns of it.
_MX_BACKUP = "permit_mx_backup"
# Nobody reaches these from outside, however wide they are.
_INSIDE = tuple(
    map(
        ipaddress.ip_network,
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16"
        " fc00::/7 fe80::/10 ::1/128".split(),
    )
)
_LOOPBACK = frozenset({"loopback-only", "localhost", "127.0.0.1", "::1", "[::1]"})


class Sign(t.NamedTuple):
    """C(code) is one of knowledge/lint.yml; C(value) is what stands there."""

    code: str
    parameter: str
    value: str


def signs(values: t.Mapping[str, str], *, widest: t.Mapping[str, int]) -> t.Iterator[Sign]:
    """Yield what makes this an open relay, or may.

    :param widest: the shortest prefix that a network of one's own may have, by C(ip4) and C(ip6)
    """
    if set(words(values.get("inet_interfaces", "all"))) <= _LOOPBACK:
        return
    for word in words(values.get("mynetworks", "")):
        if _is_too_wide(word, widest):
            yield Sign("open_mynetworks", "mynetworks", word)
    if values.get("mynetworks_style", "") == "class":
        yield Sign("mynetworks_class", "mynetworks_style", "class")
    relay, recipient = (words(values.get(f"smtpd_{stage}_restrictions", "")) for stage in ("relay", "recipient"))
    # Postfix wants one of both lists to end it; each is looked through until something permits everybody.
    if not _ends(relay) and not _ends(recipient):
        yield Sign("open_relay", "smtpd_relay_restrictions", ", ".join(relay) or "(empty)")
    if _MX_BACKUP in relay + recipient and not values.get("permit_mx_backup_networks", "").strip():
        yield Sign("open_mx_backup", "permit_mx_backup_networks", "(empty)")
    ours = set(words(values.get("mydestination", "")))
    if ours and values.get("local_recipient_maps", "x").strip() == "":
        yield Sign("unknown_recipients", "local_recipient_maps", "(empty)")
    if set(words(values.get("relay_domains", ""))) - ours and not values.get("relay_recipient_maps", "").strip():
        yield Sign("unknown_relay_recipients", "relay_recipient_maps", "(empty)")


def _ends(restrictions: t.Iterable[str]) -> bool:
    for word in restrictions:
        if word in _ENDS:
            return True
        if word in _OPENS:
            return False
    return False


def _is_too_wide(word: str, widest: t.Mapping[str, int]) -> bool:
    if word.startswith("!"):
        return False
    try:
        network = ipaddress.ip_network(re.sub(r"[\[\]]", "", word), strict=False)
    except ValueError:
        return False  # a table or a file of them, which only a look-up could tell
    if any(_lies_in(network, inside) for inside in _INSIDE):
        return False
    return network.prefixlen < widest[f"ip{network.version}"]


def _lies_in(network: t.Any, other: t.Any) -> bool:
    """Tell so of networks of either family; C(subnet_of) takes only those of the same."""
    return network.version == other.version and bool(network.subnet_of(other))
