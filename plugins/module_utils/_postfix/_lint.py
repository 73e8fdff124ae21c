# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A look over one Postfix: what in its configuration loses mail by itself, and what of ours is applied to it.

Reads only. What is known of lists and resolvers comes from the controller (C(Facts)); texts stay there.
"""

from __future__ import annotations

import ipaddress
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lint_lists, _lint_relay
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import applied

OPTIONS: dict[str, dict[str, t.Any]] = {
    "config_directory": {"type": "path"},
    "facts": {"type": "dict", "default": {}},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}
# systemd-resolved answers on 127.0.0.53, and says here whom it asks.
RESOLVERS = ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf")

_PARAMETERS = (
    *_lint_lists.RESTRICTIONS,
    _lint_lists.SITES,
    "inet_interfaces",
    "mydestination",
    "mynetworks",
    "mynetworks_style",
    "permit_mx_backup_networks",
    "local_recipient_maps",
    "relay_domains",
    "relay_recipient_maps",
    "smtp_helo_name",
    "soft_bounce",
)

Row = t.Dict[str, t.Any]


class Facts(t.NamedTuple):
    """C(dead): zones that have ended, with C(subzones) those that took all names below them along.

    C(keyed): zones that are asked below a key of the subscriber's, which is a secret: it never leaves the host.
    C(resolvers): networks of public resolvers. C(widest): see C(_lint_relay.signs).
    """

    dead: frozenset[str]
    subzones: frozenset[str]
    keyed: frozenset[str]
    resolvers: tuple[t.Any, ...]
    widest: t.Mapping[str, int]

    @classmethod
    def of(cls, data: t.Mapping[str, t.Any]) -> Facts:
        return cls(
            dead=frozenset(data.get("dead") or ()),
            subzones=frozenset(data.get("subzones") or ()),
            keyed=frozenset(data.get("keyed") or ()),
            resolvers=tuple(ipaddress.ip_network(each) for each in data.get("resolvers") or ()),
            widest={"ip4": 8, "ip6": 32, **(data.get("widest") or {})},
        )

    def is_dead(self, zone: str) -> bool:
        return zone in self.dead or any(zone.endswith(f".{above}") for above in self.subzones)

    def above_key(self, zone: str) -> str | None:
        """Return what may be told of a zone that is asked with a key, or null where there is none in it.

        An operator has more zones below the same name than anybody knows of.
        """
        if zone in self.keyed:
            return None
        for operator in {keyed.partition(".")[2] for keyed in self.keyed}:
            below, _dot, rest = zone.rpartition(f".{operator}")
            if below and not rest:
                key, _dot, name = below.rpartition(".")
                return f"{name}.{operator}" if key else operator
        return None

    def told(self, word: str) -> str:
        """Return a word of a restriction as it may leave the host."""
        zone, equals, answers = word.partition("=")
        above = self.above_key(zone.rstrip(".").lower())
        return word if above is None else f"*.{above}{equals}{answers}"

    def public(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(ip in network for network in self.resolvers)


def look(postfix: Postfix, facts: Facts, *, resolvers: t.Sequence[str] = RESOLVERS) -> Row:
    """Return C(config_directory), C(helo), C(resolvers), C(faults), C(layers), C(notes), as the module documents them.

    :raises PostfixError: the configuration cannot be read
    """
    values = postfix.values(*_known(postfix))
    asks = nameservers(resolvers)
    notes: list[str] = []
    return {
        "config_directory": postfix.config_directory,
        "helo": values["smtp_helo_name"],
        "resolvers": asks,
        "faults": [*_of_lists(values, facts, public=any(map(facts.public, asks))), *_others(values, facts)],
        "layers": _layers(postfix, notes),
        "notes": notes,
    }


def nameservers(paths: t.Sequence[str] = RESOLVERS) -> list[str]:
    """Return whom this host asks, from the first of the files that names anybody."""
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                found = [line.split()[1] for line in file if line.startswith("nameserver") and len(line.split()) > 1]
        except OSError:
            continue
        if found:
            return found
    return []


def _known(postfix: Postfix) -> list[str]:
    """Return the parameters that this version has."""
    done = postfix.command("postconf", "-d", *_PARAMETERS)
    names = {line.partition("=")[0].strip() for line in done.out.splitlines()}
    return [name for name in _PARAMETERS if name in names]


def _of_lists(values: t.Mapping[str, str], facts: Facts, *, public: bool) -> t.Iterator[Row]:
    for asked in _lint_lists.asked(values):
        above = facts.above_key(asked.zone)
        zone = asked.zone if above is None else f"*.{above}"
        if facts.is_dead(asked.zone):
            yield _fault("dead_list", asked.parameter, zone)
        elif not asked.filtered and not asked.permits:
            # Who has a key may ask through whom he likes.
            code = "list_unfiltered_public" if public and above is None else "list_unfiltered"
            yield _fault(code, asked.parameter, zone)


def _others(values: t.Mapping[str, str], facts: Facts) -> t.Iterator[Row]:
    for sign in _lint_relay.signs(values, widest=facts.widest):
        told = ", ".join(facts.told(word) for word in sign.value.split(", "))
        yield _fault(sign.code, sign.parameter, told)
    if "." not in values["smtp_helo_name"].strip("."):
        yield _fault("helo_not_qualified", "smtp_helo_name", values["smtp_helo_name"])
    if values.get("soft_bounce", "no") == "yes":
        yield _fault("soft_bounce", "soft_bounce", "yes")


def _fault(code: str, parameter: str, value: str) -> Row:
    return {"code": code, "parameter": parameter, "value": value[:200]}


def _layers(postfix: Postfix, notes: list[str]) -> list[Row] | None:
    """Return what is applied; null, with a note, where nobody may read that."""
    try:
        return [
            {"name": each["name"], "at": each["at"], "by": each["by"], "expires_at": each["settings"].get("expires_at")}
            for each in applied(postfix)
        ]
    except PostfixError as error:
        notes.append(str(error))
        return None
