# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the report tells of the evidence itself: totals, the time it covers, the logs and what was wrong with them."""

from __future__ import annotations

import datetime
import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import NO_EVIDENCE, counted


@dataclass(frozen=True, kw_only=True)
class Log:
    """One source of one host's evidence."""

    host: str
    path: str
    notes: tuple[str, ...]


class Sender(t.NamedTuple):
    """Who sent refused mail through one host, as far as its log tells: at least one of the three is known."""

    host: str
    sender: str | None
    login: str | None
    client: str | None
    messages: int
    refusals: int
    senders: int  # distinct; C(sender) and C(client) are the most frequent ones
    clients: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one host's evidence comes to, or that of all hosts."""

    bounced: int
    deferred: int
    expired: int
    delivered: int
    since: datetime.datetime | None
    until: datetime.datetime | None
    logs: tuple[Log, ...]
    senders: tuple[Sender, ...]

    @property
    def seen(self) -> int:
        return self.bounced + self.deferred + self.expired + self.delivered


def added_up(folder: Path) -> Evidence:
    """All evidence files together; one that is broken is left out here, and noted by the diagnosis."""
    parts = [part for part in map(_read, sorted(folder.glob("*.json"))) if part]
    return Evidence(
        bounced=sum(part.bounced for part in parts),
        deferred=sum(part.deferred for part in parts),
        expired=sum(part.expired for part in parts),
        delivered=sum(part.delivered for part in parts),
        since=min((part.since for part in parts if part.since), default=None),
        until=max((part.until for part in parts if part.until), default=None),
        logs=tuple(log for part in parts for log in part.logs),
        senders=tuple(
            sorted((sender for part in parts for sender in part.senders), key=lambda sender: -sender.refusals)
        ),
    )


def _read(path: Path) -> Evidence | None:
    try:
        return _of_host(json.loads(path.read_bytes()))
    except NO_EVIDENCE:
        return None


def _of_host(data: t.Mapping[str, t.Any]) -> Evidence:
    outcomes = [reply["outcomes"] for reply in data["replies"]]
    return Evidence(
        bounced=sum(counted(outcome["bounced"]) for outcome in outcomes),
        deferred=sum(counted(outcome["deferred"]) for outcome in outcomes),
        expired=sum(counted(outcome["expired"]) for outcome in outcomes),
        delivered=sum(counted(relay["count"]) for relay in data["delivered"] or ()),
        since=instant(data["window"].get("since")),
        until=instant(data["window"].get("until")),
        logs=tuple(
            Log(host=data["host"], path=source.get("path") or source["kind"], notes=tuple(source.get("notes") or ()))
            for source in data["sources"]
        ),
        senders=tuple(_senders(data)),
    )


def _senders(data: t.Mapping[str, t.Any]) -> t.Iterator[Sender]:
    for row in data.get("top_senders") or ():
        who = (row["sender"], row["sasl_username"], row["client"])
        if any(who):
            counts = (row["messages"], row["refusals"], row.get("senders", 1), row.get("clients", 1))
            yield Sender(data["host"], *who, *map(counted, counts))


def instant(stamp: str | None) -> datetime.datetime | None:
    """The instant of an RFC 3339 stamp, on the controller's clock."""
    return datetime.datetime.fromisoformat(stamp).astimezone() if stamp else None
