# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What dnsbl_info and sender_dns_info return, as the tests of the join need it."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import Asker, listings_of

Row = dict[str, t.Any]

IP = "203.0.113.7"
NO_PTR = {"en": "The address has no reverse name (PTR).", "ja": "IPアドレスに逆引き名（PTR）がありません。"}


def row(zone: str = "zen.spamhaus.org", *, target: str = IP, state: str = "listed", **over: t.Any) -> Row:
    """One row of C(listings)."""
    listed = state == "listed"
    return {
        "target": target,
        "zone": zone,
        "list": "spamhaus_css" if listed else None,
        "lists": ["spamhaus_css"] if listed else [],
        "kind": "block",
        "state": state,
        "codes": ["127.0.0.3"] if listed else [],
        "meanings": [],
        "reason": "see https://lists.example/" if listed else None,
        "severity": "high" if listed else None,
        "scope": "ip" if listed else None,
        "ttl": 60 if listed else None,
        "delist": _delist() if listed else None,
        "cause_of_unknown": None if listed else "timeout",
        "last_known": None,
        **over,
    }


def _delist() -> Row:
    return {
        "channel": "at_list",
        "url": "https://check.spamhaus.org",
        "lookup": None,
        "policy": None,
        "expires_after": "P3D",
        "ready": None,
        "blockers": [],
    }


def health(zone: str = "zen.spamhaus.org", health: str = "healthy", **counts: int) -> Row:
    """One row of C(lists)."""
    asked = health not in ("dead", "no_key")
    numbers = {"listed": 0, "allowed": 0, "clean": 0, "unknown": 0, **counts} if asked else {}
    return {
        "zone": zone,
        "kind": "block",
        "health": health,
        **numbers,
        **({"families": {"ip4": health}} if asked else {}),
    }


def result(*lists: Row, listings: t.Sequence[Row] = (), **over: t.Any) -> Row:
    """The result of dnsbl_info."""
    resolver = {"servers": ["192.0.2.53"], "state": "truthful", "answers": []}
    return {
        "changed": False,
        "listings": list(listings),
        "lists": list(lists),
        "skipped_targets": [],
        "resolver": resolver,
        **over,
    }


def problem(code: str = "no_ptr", *, subject: str = IP, blocks: bool | None = True, **over: t.Any) -> Row:
    return {
        "subject": subject,
        "code": code,
        "blocks": blocks,
        "text": NO_PTR,
        "wanted_by": ["gmail", "spamhaus"],
        **over,
    }


def sender(*problems: Row, domains: t.Sequence[str] = ("example.jp",)) -> Row:
    """The result of sender_dns_info."""
    rows = [{"domain": name} for name in domains]
    manual = [{"url": "https://postmaster.google.com", "text": {"en": "Spam rate.", "ja": "迷惑メール率。"}}]
    return {"addresses": [{"ip": IP}], "domains": rows, "problems": list(problems), "manual": manual}


def content(*results: Row, facts: Row | None = None, targets: t.Sequence[str] = (IP, "example.jp")) -> Row:
    """The content of listings.json from the results of the controller, and then of mx1."""
    askers = [Asker(place, said) for place, said in zip(("controller", "mx1"), results, strict=False)]
    about = Asker("controller", sender() if facts is None else facts)
    return listings_of(askers, about, targets=targets, known=load())
