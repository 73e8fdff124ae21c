# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an audit needs of each host's evidence: who took its mail, where it sends from, how its Postfix is set up.

Postfix logs where a message went, never from which address: that is what its transport is set up with or, behind NAT,
what receivers call it.
"""

from __future__ import annotations

import collections
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public, normalise
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_line
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._looked import Left
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import NO_EVIDENCE
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge


class HostView(t.NamedTuple):
    """C(looks) is null where nobody looked.

    C(left): of each stream of deliveries, by receiver or by organisation, the addresses that it may have left from;
    none where nobody knows any.
    """

    host: str
    left: t.Mapping[str, Left]
    configured: tuple[str, ...]
    looks: t.Sequence[Data] | None
    queue: Data | None


def read(folder: Path, known: Knowledge) -> list[HostView]:
    """Return the hosts of a run's evidence. A broken file is the diagnosis' to note, and counts as not read here."""
    return [view for path in sorted(folder.glob("*.json")) if (view := _view(path, known))]


def _view(path: Path, known: Knowledge) -> HostView | None:
    try:
        data = json.loads(path.read_bytes())
        left: dict[str, list[frozenset[str]]] = collections.defaultdict(list)
        for entry in data["delivered"] or ():
            receiver = answered_by(known, entry["relay_host"])
            if receiver:
                left[receiver] += _left(data, entry)
        looks = data.get("lint")
        return HostView(
            host=str(data["host"]),
            left=left,
            configured=tuple((data.get("egress") or {}).get("configured") or ()),
            looks=None if looks is None else [_checked(look) for look in looks],
            queue=data.get("queue"),
        )
    except NO_EVIDENCE:
        return None


def _left(evidence: Data, entry: Data) -> t.Iterator[frozenset[str]]:
    """Yield the addresses that deliveries of a transport may have left from; a log line tells IPv4 from IPv6."""
    egress, service = evidence.get("egress") or {}, entry.get("service")
    addresses = _public((egress.get("by_service") or {}).get(service, egress.get("configured") or ()))
    if not addresses:
        named = [reply.get("named_ips") or () for reply in evidence["replies"] if reply.get("service") == service]
        addresses = _public(ip for ips in named for ip in ips)
    yield addresses
    for sample in entry.get("samples") or ():
        line = parse_line(sample["line"])
        if line is not None and line.status == "sent" and line.relay_ip:
            of_family = frozenset(ip for ip in addresses if (":" in ip) == (":" in line.relay_ip))
            yield from [of_family] if of_family else []


def _public(addresses: t.Iterable[t.Any]) -> frozenset[str]:
    known = {normalise(str(address)) for address in addresses}
    return frozenset(address for address in known if address and is_public(address))


def _checked(look: Data) -> Data:
    """Raise where a look has not the shape that the rest relies on."""
    return {
        "config_directory": str(look["config_directory"]),
        "faults": [{name: str(fault[name]) for name in ("code", "parameter", "value")} for fault in look["faults"]],
        # Null where nobody could read what is applied.
        "layers": None
        if look["layers"] is None
        else [
            {"name": str(layer["name"]), "at": layer["at"], "expires_at": layer["expires_at"]}
            for layer in look["layers"]
        ],
    }
