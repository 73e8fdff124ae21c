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


def full_host(name: str = "mx1") -> dict[str, Any]:
    """Evidence in which every part that the schema knows of says something."""
    stamps = {"first_at": "2026-11-24T00:00:00+09:00", "last_at": "2026-11-24T00:10:00+09:00"}
    line = (
        "2026-11-24T00:11:00+09:00 mx1 postfix/smtp[4242]: 4bXkzq0000z1: to=<*@example.com>,"
        f" relay={M365}[192.0.2.36]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 OK)"
    )
    sample = {"at": "2026-11-24T00:11:00+09:00", "queue_id": "4bXkzq0000z1", "line": line}
    waiting = {
        "signature": signature(FBLW15),
        "text": FBLW15,
        "code": 550,
        "enhanced": "5.7.1",
        "stage": "RCPT TO",
        "relay_host": M365,
        "named_ips": [IP],
        "messages": 1,
        "recipients": 1,
        "recipient_domains": {"example.com": 1},
        "oldest_at": stamps["first_at"],
    }
    look = {
        "config_directory": "/etc/postfix",
        "helo": "mx1.example.jp",
        "resolvers": ["192.0.2.53"],
        "faults": [{"code": "soft_bounce", "parameter": "soft_bounce", "value": "yes"}],
        "layers": [{"name": "hold", "at": stamps["first_at"], "by": "oncall", "expires_at": stamps["last_at"]}],
        "notes": ["main.cf cannot be read"],
    }
    hours = {"begins_at": "2026-11-24T00:00:00+09:00", "counts": [1]}
    return host(
        group(samples=[sample], by_hour=hours, relay_port=25, shape="said", recipients_at_least=True, truncated=True),
        group(relay=None, text="550 5.7.1 a wording that nobody knows", stage="end of DATA"),
        name=name,
        configured=(IP,),
        window={"since": "2026-11-23T00:00:00+09:00", "until": "2026-11-25T00:00:00+09:00"},
        sources=[{"path": "/var/log/mail.log", "kind": "file", "bytes_read": 9, **stamps, "notes": ["truncated"]}],
        delivered=[
            {
                "relay_host": M365,
                "service": "postfix/smtp",
                "count": 9,
                "last_at": sample["at"],
                "samples": [sample],
            }
        ],
        top_senders=[
            {
                "sender": "a@example.jp",
                "sasl_username": "a",
                "client": "192.0.2.4",
                "messages": 2,
                "refusals": 2,
                "recipients": 2,
                "recipients_at_least": True,
                "senders": 1,
                "clients": 1,
                "sender_domains": {"example.jp": 2},
                **stamps,
            }
        ],
        lost=[
            {
                "at": stamps["first_at"],
                "queue_id": "4bXkzq0000z1",
                "message_id": "<1@example.jp>",
                "sender": "a@example.jp",
                "recipient": "b@example.com",
                "outcome": "bounced",
                "signature": signature(FBLW15),
                "relay_host": M365,
            }
        ],
        queue={
            "messages": 1,
            "recipients": 1,
            "by_queue": {"deferred": 1},
            "oldest_at": stamps["first_at"],
            "expiring": {"within_seconds": 86400, "messages": 1, "next_at": stamps["last_at"]},
            "by_signature": [waiting],
        },
        egress={"configured": [IP], "relayhost": "[smarthost.example]:587", "by_service": {"postfix/smtp": [IP]}},
        lint=[look],
        totals={"lines_matched": 2, "lines_unparsed": 0, "bytes_read": 9, "bytes_not_read": 0, "groups_dropped": 0,
                "lines_dropped": 0},
    )  # fmt: skip


def write(folder: Path, *hosts: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for each in hosts:
        (folder / f"{each['host']}.json").write_text(json.dumps(each), encoding="utf-8")
    return folder
