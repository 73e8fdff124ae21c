# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence files as diagnosis reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse, signature

IP = "203.0.113.7"
M365 = "example-com.mail.protection.outlook.com"
FBLW15 = (
    f"550 5.7.1 Service unavailable; Client host [{IP}] blocked using FBLW15; To request removal from this list please"
    " forward this message to delist@messaging.microsoft.com"
)


def group(text: str = FBLW15, relay: str | None = M365, **fields: Any) -> dict[str, Any]:
    reply = parse(text)
    return {
        "signature": signature(text),
        "text": text,
        "code": reply.code,
        "enhanced": reply.enhanced,
        "dsn": reply.enhanced,
        "stage": "RCPT TO",
        "relay_host": relay,
        "relay_ips": ["192.0.2.36"],
        "service": "postfix/smtp",
        "outcomes": {"bounced": 1, "deferred": 0, "expired": 0},
        "named_ips": find_ips(text),
        "recipients": 1,
        "recipient_domains": {"example.com": 1},
        "first_at": "2026-11-24T00:00:00+09:00",
        "last_at": "2026-11-24T00:10:00+09:00",
        "samples": [],
        **fields,
    }


def host(
    *replies: dict[str, Any], name: str = "mx1", configured: tuple[str, ...] = (), **fields: Any
) -> dict[str, Any]:
    return {
        "schema": 1,
        "host": name,
        "window": {"since": None, "until": None},
        "sources": [],
        "replies": list(replies),
        "delivered": [],
        "queue": {"messages": 0, "oldest_at": None, "by_signature": []},
        "egress": {"configured": list(configured), "relayhost": None},
        "totals": {},
        **fields,
    }


def write(folder: Path, *hosts: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for each in hosts:
        (folder / f"{each['host']}.json").write_text(json.dumps(each), encoding="utf-8")
    return folder
