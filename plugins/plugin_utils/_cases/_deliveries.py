# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The deliveries in the evidence of a run, and from which address each left: what closes a case.

Postfix logs where a message went, never from which address. That is the one address of the transport's own
configuration; or, behind NAT, the one that the case's receiver has named to the same host, as long as the evidence
names no other.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_public, normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._proofs import MAX_WANTED
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_line
from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import NO_EVIDENCE
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _proof as proof
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import Durations
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

_SAID_TO_BE_OVER = ("propagating", "retesting")

Data = t.Mapping[str, t.Any]


class Delivery(t.NamedTuple):
    """One message that a relay took, with what is known of the host that sent it."""

    host: str
    service: str
    relay_host: str
    at: str
    line: str
    family: int
    configured: tuple[str, ...]  # public addresses of the transport, of the family
    named: frozenset[str]  # what receivers call the host, of the family


def read(folder: Path) -> list[Delivery]:
    """Return the deliveries whose log lines the evidence files of a folder hold; what is no evidence holds none."""
    found: list[Delivery] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found += _of_host(json.loads(path.read_bytes()))
        except NO_EVIDENCE:
            continue  # The diagnosis of the same run tells of it.
    return found


def proof_of(case: Case, deliveries: t.Iterable[Delivery], known: Knowledge, timings: Durations) -> Data | None:
    """Return the newest delivery that proves that a case is over, as its event keeps it."""
    newest: Data | None = None
    for delivery in deliveries:
        egress_ip, source = _egress(delivery, case)
        data = {
            "at": delivery.at,
            "line": delivery.line,
            "relay_host": delivery.relay_host,
            "egress_ip": egress_ip,
            "egress_source": source,
            "host": delivery.host,
            "service": delivery.service,
        }
        owner = answered_by(known, delivery.relay_host)
        if proof.refusal(case, data, [owner] if owner else []) or _is_too_early(case, data, timings):
            continue
        if newest is None or t.cast("t.Any", moment(data["at"])) > moment(newest["at"]):
            newest = data
    return newest


def wanted_relays(cases: t.Iterable[Case], known: Knowledge) -> list[str]:
    """Return the relays whose deliveries could close a case, as M(postmaster.delist.bounce_info) takes them."""
    slugs = {slug for case in cases for slug in (*(case.facts.get("receivers") or ()), case.facts.get("receiver"))}
    wanted: dict[str, None] = {}
    for slug in sorted(slugs - {None}):
        # Who is not in the knowledge goes by the domain of the mail servers.
        globs = known.receivers[slug].relays if slug in known.receivers else (slug, f"*.{slug}")
        wanted.update(dict.fromkeys(map(_fixed_end, globs)))
    return list(wanted)[:MAX_WANTED]


def _of_host(evidence: Data) -> t.Iterator[Delivery]:
    egress = evidence.get("egress") or {}
    by_service = egress.get("by_service") or {}
    for entry in evidence.get("delivered") or ():
        service = str(entry["service"])
        for sample in entry.get("samples") or ():
            read_again = parse_line(sample["line"])
            if read_again is None or read_again.status != "sent" or not read_again.relay_ip:
                continue
            family = _family(read_again.relay_ip)
            known = by_service.get(service, egress.get("configured") or ())
            yield Delivery(
                host=str(evidence["host"]),
                service=service,
                relay_host=str(entry["relay_host"]),
                at=str(sample["at"]),
                line=str(sample["line"]),
                family=family,
                configured=tuple(_public(known, family)),
                named=frozenset(_named(evidence, service, family)),
            )


def _named(evidence: Data, service: str, family: int) -> t.Iterator[str]:
    for reply in evidence["replies"]:
        if reply.get("service") == service:
            yield from _public(reply.get("named_ips") or (), family)


def _egress(delivery: Delivery, case: Case) -> tuple[str | None, str | None]:
    address = case.facts.get("egress_ip")
    if not address or _family(address) != delivery.family:
        return None, None
    if delivery.configured:
        return (delivery.configured[0], "config") if len(delivery.configured) == 1 else (None, None)
    is_its_host = case.facts.get("ip_source") == "reply" and delivery.host in (case.facts.get("hosts") or ())
    return (address, "inferred") if is_its_host and delivery.named <= {address} else (None, None)


def _is_too_early(case: Case, data: Data, timings: Durations) -> bool:
    """While nobody has said that the block is over, one message between two refusals does not say so either."""
    last_at, at = moment(case.facts.get("last_at")), moment(data["at"])
    if case.state in _SAID_TO_BE_OVER or last_at is None or at is None:
        return False
    return at - last_at < timings.of(case.facts).retest_every


def _public(addresses: t.Iterable[t.Any], family: int) -> t.Iterator[str]:
    for word in addresses:
        address = normalise(str(word))
        if address and is_public(address) and _family(address) == family:
            yield address


def _family(address: str) -> int:
    return 6 if ":" in address else 4


def _fixed_end(glob: str) -> str:
    """Return the end of a pattern for host names that is the same in all: a host's name, or a domain with its dot."""
    varies = max(glob.rfind(sign) for sign in "*?[]")
    return glob if varies < 0 else glob[glob.index(".", varies) :]
