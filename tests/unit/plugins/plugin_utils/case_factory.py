# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A case that was followed to its end, and evidence of deliveries, for the tests of cases."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import fold
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Snapshot
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS, event

IP = "203.0.113.7"
RELAY = "example-com.mail.protection.outlook.com"
FACTS: dict[str, t.Any] = {
    "finding": f"microsoft_365/ip/{IP}/ip_blocklisted_receiver",
    "receiver": "microsoft_365",
    "receivers": ["microsoft_365"],
    "egress_ip": IP,
    "ip_source": "reply",
    "subject": {"kind": "ip", "value": IP},
    "title": {"en": "Microsoft 365: on its block list", "ja": "Microsoft 365：ブロックリストに登録"},
    "hosts": ["mx1", "mx2"],
    "counts": {"bounced": 12, "deferred": 30, "expired": 2, "recipients": 9},
    "first_at": "2026-11-23T22:30:00+00:00",
    "last_at": "2026-11-23T23:59:00+00:00",
    "evidence": [f"550 5.7.1 Service unavailable; Client host [{IP}] blocked using FBLW15"],
}
LINE = f"Nov 25 12:00:00 mx1 postfix/smtp[7]: 4F1: to=<*@example.com>, relay={RELAY}[192.0.2.36]:25, status=sent (ok)"
PROOF = {"at": "2026-11-25T12:00:00+00:00", "line": LINE, "relay_host": RELAY, "egress_ip": IP}
ANSWER = {"from": "support@microsoft.com", "received": "2026-11-24T20:00:00+00:00", "tickets": ["1318598611"]}


def followed(*, held: bool = True, facts: dict[str, t.Any] | None = None, **said: t.Any) -> Snapshot:
    """Return a case from its detection to its proof, as the ledger gives it; C(said) goes into the verdict."""
    verdict = {"verdict": "removed", "sentence": "It was reviewed and removed from our block lists.", **ANSWER, **said}
    events: list[Event] = [event("detected", 0, **{**FACTS, **(facts or {})})]
    if held:
        events.append(event("held", 0.25, hosts={"mx1": {"messages": 5}, "mx2": {"messages": 7}}))
    events += [
        event("ready", 1, message_id="<1@example.jp>", text="Please remove 203.0.113.7\nThanks."),
        event("sending", 2, message_id="<1@example.jp>"),
        event("sent", 2.01, message_id="<1@example.jp>"),
        event("acknowledged", 2.1, sentence="Thank you for your request SRX1318598611ID.", **ANSWER),
        event("decided", 20, **verdict),
        event("probed", 30, outcome="deliverable", reason={"en": "It takes mail again.", "ja": "受け付けています。"}),
        event("delivered", 37, **PROOF),
    ]
    return Snapshot(fold(events, TIMINGS), len(events), tuple(events))


def evidence(
    *,
    host: str = "mx1",
    configured: t.Sequence[str] = (),
    named: t.Sequence[str] = (),
    relay: str = RELAY,
    relay_ip: str = "192.0.2.36",
    at: str = "2026-11-25T12:00:00+00:00",
    service: str = "postfix/smtp",
    by_service: dict[str, list[str]] | None = None,
) -> dict[str, t.Any]:
    """Return what a host's evidence says of one delivery."""
    line = (
        f"2026-11-25T12:00:00+00:00 {host} {service}[7]: 4FxQ2T1Abcz: to=<*@example.com>, relay={relay}[{relay_ip}]:25,"
        " delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)"
    )
    sample = {"at": at, "queue_id": "4FxQ2T1Abcz", "line": line}
    return {
        "schema": 1,
        "host": host,
        "replies": [{"service": service, "named_ips": list(named)}],
        "delivered": [{"relay_host": relay, "service": service, "count": 1, "last_at": at, "samples": [sample]}],
        "egress": {"configured": list(configured), "relayhost": None, "by_service": by_service or {}},
    }
