# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The whole of C(sender_dns_info) without Ansible: from its options to its result."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import (
    names,
    sender_address,
    sender_domain,
    sender_spf,
)
from ansible_collections.postmaster.delist.plugins.module_utils._dns.checks import Check, gather
from ansible_collections.postmaster.delist.plugins.module_utils._dns.dnsbl import CannotAsk, way
from ansible_collections.postmaster.delist.plugins.module_utils._dns.exchange import Exchange
from ansible_collections.postmaster.delist.plugins.module_utils._dns.redact import plain

Row = t.Dict[str, t.Any]


def check(options: Row) -> Row:
    """Look at addresses and domains as a receiver would.

    :raises CannotAsk: the options make no run
    """
    requirements = options["requirements"] or {"generic_words": [], "relays": {}, "problems": {}, "manual": []}
    targets = names.targets(
        options["addresses"], options["domains"], allow_documentation=options["allow_documentation"]
    )
    usable = [target for target in targets if target.problem is None]
    ips = [target.value for target in usable if target.kind != "domain"]
    domains = [target.value for target in usable if target.kind == "domain"]
    helo = {names.address_target(ip).value: name for ip, name in options["helo"].items()}
    selectors = {names.domain_target(name).value: listed for name, listed in options["selectors"].items()}
    how = way(options)
    deadline = None if how.max_seconds is None else time.monotonic() + how.max_seconds
    words = frozenset(requirements["generic_words"])
    checks: list[Check[Row]] = [sender_address.address(ip, helo=helo.get(ip), generic_words=words) for ip in ips]
    checks += [_domain(name, selectors.get(name, []), ips, requirements["relays"]) for name in domains]
    try:
        with Exchange(
            how.servers, port=how.port, timeout=how.timeout, retries=how.retries, deadline=deadline
        ) as exchange:
            rows = gather(exchange, checks)
    except OSError as error:
        raise CannotAsk(f"no question could be sent: {error}") from None
    problems = [
        _problem(row.get("ip") or row["domain"], code, requirements["problems"])
        for row in rows
        for code in row["problems"]
    ]
    for row in rows:
        row["delist_ready"] = _ready(row["problems"], requirements["problems"])
    return {
        "addresses": rows[: len(ips)],
        "domains": rows[len(ips) :],
        "problems": problems,
        "blockers": [problem for problem in problems if problem["blocks"]],
        "delist_ready": _ready([problem["code"] for problem in problems], requirements["problems"]),
        "skipped_targets": [{"target": target.value, "cause": target.problem} for target in targets if target.problem],
        "manual": requirements["manual"],
    }


def _domain(domain: str, selectors: t.Any, ips: list[str], relays: dict[str, str]) -> Check[Row]:
    mail = yield from sender_domain.mail(domain)
    spf = yield from sender_spf.tree(domain)
    keys = []
    for selector in [selectors] if isinstance(selectors, str) else selectors:
        keys.append((yield from sender_domain.dkim(domain, str(selector))))
    dmarc = yield from sender_domain.dmarc(domain)
    inbound = yield from sender_domain.inbound(domain)
    covers = {ip: spf.says(ip) for ip in ips}
    problems = {*mail.pop("problems"), *spf.problems, *dmarc.pop("problems")}
    for key in keys:
        problems.update(key.pop("problems"))
    if spf.record is not None:
        problems.update("spf_unknown" for says in covers.values() if says == "unknown")
        problems.update("spf_does_not_cover" for says in covers.values() if says not in ("pass", "unknown"))
    return {
        "domain": domain,
        **mail,
        "spf": {
            "record": None if spf.record is None else plain(spf.record, longest=2000),
            "lookups": spf.lookups,
            "voids": spf.voids,
            "covers": covers,
            "covers_relays": {relay: spf.includes(name) for relay, name in relays.items()},
        },
        "dkim": keys,
        "dmarc": {**dmarc, "record": None if dmarc["record"] is None else plain(dmarc["record"], longest=2000)},
        **inbound,
        "problems": sorted(problems),
    }


def _problem(subject: str, code: str, known: dict[str, Row]) -> Row:
    entry = known.get(code, {})
    return {
        "subject": subject,
        "code": code,
        "blocks": entry.get("blocks"),
        "text": entry.get("text"),
        "wanted_by": entry.get("wanted_by", []),
    }


def _ready(codes: t.Iterable[str], known: dict[str, Row]) -> bool | None:
    """Tell whether a request has a chance: not with a blocker, and not surely where something could not be learnt."""
    blocks = [known.get(code, {}).get("blocks") for code in codes]
    return False if True in blocks else None if None in blocks else True
