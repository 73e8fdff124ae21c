# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How much mail a host sends where, and from whom, as its evidence shows: what a relay would have to carry."""

from __future__ import annotations

import datetime
import json
import typing as t
from collections import Counter
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import domain_name
from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import NO_EVIDENCE, counted
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

_LEAST_HOURS = 1.0
_NULL_SENDER = "<>"


class Traffic(t.NamedTuple):
    """One host. C(refused) is a list of (recipient domains, recipients); C(delivered) counts by relay host.

    C(senders) counts refused messages by sender domain; the empty one stands for the null sender.
    """

    host: str
    hours: float
    refused: list[tuple[frozenset[str], int]]
    delivered: Counter[str]
    senders: Counter[str]

    @property
    def messages(self) -> int:
        return sum(count for _domains, count in self.refused) + sum(self.delivered.values())

    def a_day(self, domains: t.Collection[str], relays: t.Callable[[str], bool]) -> int:
        """Return how many recipients a day are in these domains, or are reached by these relays."""
        wanted = set(domains)
        refused = sum(count for named, count in self.refused if named & wanted)
        delivered = sum(count for relay, count in self.delivered.items() if relays(relay))
        return round((refused + delivered) * 24 / self.hours)

    @property
    def all_a_day(self) -> int:
        return round(self.messages * 24 / self.hours)


def read(folder: Path) -> dict[str, Traffic]:
    """Return the traffic of each host of a run; what cannot be read, diagnosis has complained about."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            traffic = _traffic(json.loads(path.read_bytes()))
        except NO_EVIDENCE:
            continue
        found[traffic.host] = traffic
    return found


def _traffic(data: dict[str, t.Any]) -> Traffic:
    delivered: Counter[str] = Counter()
    for entry in data.get("delivered") or ():
        delivered[str(entry.get("relay_host") or "")] += counted(entry.get("count"))
    senders: Counter[str] = Counter()
    for entry in data.get("top_senders") or ():
        for domain, messages in (entry.get("sender_domains") or {}).items():
            name = "" if domain == _NULL_SENDER else domain_name(str(domain))
            if name is not None:
                senders[name] += counted(messages)
    return Traffic(
        host=str(data["host"]),
        hours=_hours(data),
        refused=[_refused(reply) for reply in data["replies"]],
        delivered=delivered,
        senders=senders,
    )


def _refused(reply: dict[str, t.Any]) -> tuple[frozenset[str], int]:
    outcomes = reply.get("outcomes") or {}
    lost = counted(outcomes.get("bounced")) + counted(outcomes.get("expired"))
    domains = frozenset(str(domain).lower() for domain in reply.get("recipient_domains") or ())
    # A deferred message is logged at each try; its recipients are counted once.
    return domains, max(lost, counted(reply.get("recipients")))


def _hours(data: dict[str, t.Any]) -> float:
    """Return how long the evidence spans."""
    sources = [source for source in data.get("sources") or () if isinstance(source, dict)]
    starts = [at for at in (moment(source.get("first_at")) for source in sources) if at]
    ends = [at for at in (moment(source.get("last_at")) for source in sources) if at]
    since = moment((data.get("window") or {}).get("since"))
    if not starts or not ends:
        return 24.0
    begin = max(min(starts), since) if since else min(starts)
    return max(_LEAST_HOURS, (max(ends) - begin) / datetime.timedelta(hours=1))
