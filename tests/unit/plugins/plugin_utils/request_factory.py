# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings, knowledge and operator's words as the tests of requests need them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _model as model
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import Library, Writer
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import Words, words_of

IP = "198.41.0.4"
FBLW15 = (
    f"550 5.7.1 Service unavailable; Client host [{IP}] blocked using FBLW15; To request removal from this list"
    " please forward this message to delist@messaging.microsoft.com"
)
OPTIONS = {
    "organisation": "Example Mail Ltd.",
    "contact_name": "Kenzo Tanaka",
    "reply_to": "postmaster@example.org",
    "fixed_text": "A contact form was abused on 23 November. It is closed, the queue is empty.",
    "domains": ["example.jp"],
}
SOURCE = {"url": "https://www.example.org/", "year": 2026, "title": "Example"}


def channel(kind: str = "email", **fields: Any) -> dict[str, Any]:
    return {"channel": kind, "sources": ["s"], "confidence": "high", "verified_on": "2026-11-24", **fields}


def receiver(slug: str = "acme", **fields: Any) -> model.Receiver:
    data = {
        "slug": slug,
        "name": {"en": "Acme Mail", "ja": "アクメメール"},
        "kind": "mailbox_provider",
        "relays": ["*.acme.example"],
        "domains": ["acme-users.example"],
        "own_domains": ["acme.example", "acme-users.example"],
        "sources": {"s": SOURCE},
        "channels": {
            "mail": channel(
                to="delist@acme.example", expected_answer="PT24H", propagation="PT2H", alternatives=["page"]
            ),
            "page": channel("form", url="https://help.acme.example/unblock"),
        },
        "contact": "mail",
        "rules": [],
    }
    return model.receiver_from({**data, **fields})


def blocklist(slug: str = "listco") -> model.Blocklist:
    return model.blocklist_from(
        {
            "slug": slug,
            "name": {"en": "List Company", "ja": "リスト社"},
            "own_domains": ["listco.example"],
            "sources": {"s": SOURCE},
            "channels": {"lookup": channel("at_list", url="https://check.listco.example/")},
            "zones": [],
        }
    )


def entry(slug: str = "listco_main", operator: str = "listco") -> model.ListEntry:
    return model.ListEntry(
        slug=slug,
        operator=operator,
        name={"en": "Listco Main List", "ja": "リスト社メインリスト"},
        cause="ip_blocklisted_dnsbl",
        scope="ip",
        severity="high",
        means={"en": "m", "ja": "m"},
        steps=(),
        avoid=None,
        remedy="lookup",
        who_can_fix=None,
        expires_after=None,
        sources=(),
        confidence="high",
    )


def knowledge(*receivers: model.Receiver) -> Knowledge:
    return dataclasses.replace(
        load(),
        receivers={party.slug: party for party in receivers or (receiver(),)},
        blocklists={"listco": blocklist()},
        lists={"listco_main": entry()},
    )


def finding(**fields: Any) -> dict[str, Any]:
    base = {
        "schema": 1,
        "id": f"acme/ip/{IP}/ip_blocklisted_receiver",
        "slug": "acme-198-41-0-4-3fa1c2",
        "receiver": "acme",
        "receivers": [{"slug": "acme", "hosts": ["mx1"], "recipient_domains": {"example.com": 3}}],
        "list": None,
        "subject": {"kind": "ip", "value": IP},
        "egress_ip": IP,
        "ip_source": "reply",
        "cause": "ip_blocklisted_receiver",
        "stage": "RCPT TO",
        "scope": "ip",
        "hosts": ["mx1"],
        "counts": {"bounced": 412, "deferred": 96, "expired": 0, "recipients": 371},
        "first_at": "2026-11-24T09:12:00+09:00",
        "last_at": "2026-11-24T10:12:30+09:00",
        "evidence": [f"550 5.7.1 Client host [{IP}] blocked using ACME1; write to delist@acme.example"],
        "relay_hosts": ["mx.acme.example"],
        "remedy": {"channel": "email", "key": "mail"},
        "confidence": "high",
        "documentation": False,
    }
    return {**base, **fields}


def list_finding(**fields: Any) -> dict[str, Any]:
    return finding(
        **{
            "id": f"listco_main/ip/{IP}/ip_blocklisted_dnsbl",
            "receiver": None,
            "list": "listco_main",
            "cause": "ip_blocklisted_dnsbl",
            "remedy": {"channel": "at_list", "key": "lookup"},
            "evidence": [f"554 5.7.1 Service unavailable; Client host [{IP}] blocked using bl.listco.example"],
            **fields,
        }
    )


def words(**options: Any) -> Words:
    return words_of({**OPTIONS, **options})


# What ships is compiled once for all tests.
LIBRARY = Library()


def writer(*, known: Knowledge | None = None, directories: Sequence[Path] = (), **fields: Any) -> Writer:
    said = {key: fields.pop(key) for key in list(fields) if key in {*OPTIONS, "sender", "sender_names", "new_facts"}}
    library = Library(directories) if directories else LIBRARY
    return Writer(knowledge=known or knowledge(), words=words(**said), library=library, **fields)
