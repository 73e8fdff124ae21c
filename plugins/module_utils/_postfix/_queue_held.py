# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The mail that a queue holds: which reply holds how much of it, since when, and what of it somebody wants released.

Read from C(postqueue -j). C(postqueue -s domain) is not of use: it is refused unless fast_flush_domains was set before.
"""

from __future__ import annotations

import datetime
import re
import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import mask_local_parts, signature
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import Wordings, Words

Message = t.Mapping[str, t.Any]

DEFERRED = "deferred"
ON_HOLD = "hold"
# Postfix gives up at the end of the lifetime; the remaining fifth is the time to do something.
OLD_SHARE = 0.8
_ID = re.compile(r"[0-9A-Za-z]{5,30}")
_REASON_BYTES = 8192


class Selection(t.NamedTuple):
    """What somebody means; nothing given means everything. A message counts when one of its recipients does."""

    signatures: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    queue_ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, signatures: t.Iterable[str], domains: t.Iterable[str], queue_ids: t.Iterable[str]) -> Selection:
        """Take replies too, not only their signatures: masked once more, a signature stays what it is."""
        return cls(
            frozenset(signature(one) for one in signatures),
            frozenset(domain.lower() for domain in domains),
            frozenset(queue_ids),
        )


class Survey(t.NamedTuple):
    """What the queue holds. C(groups) are plain data, the largest first; C(ids) the selected messages, oldest first."""

    messages: int
    deferred: int
    on_hold: int
    oldest: float | None
    groups: list[dict[str, t.Any]]
    ids: list[str]


class _Group:
    def __init__(self, words: Words) -> None:
        self.words = words
        self.ids: set[str] = set()
        self.recipients = 0
        self.domains: Counter[str] = Counter()
        self.oldest: float | None = None

    def add(self, queue_id: str, domain: str, arrived: float | None) -> None:
        self.ids.add(queue_id)
        self.recipients += 1
        self.domains[domain] += 1
        self.oldest = _older(self.oldest, arrived)

    def plain(self) -> dict[str, t.Any]:
        reason = self.words.reason
        return {
            "signature": self.words.signature,
            "text": mask_local_parts(reason.reply, recipient_domains=self.domains),
            "stage": self.words.stage,
            "relay_host": reason.host,
            "messages": len(self.ids),
            "recipients": self.recipients,
            "recipient_domains": dict(sorted(self.domains.items())),
            "oldest_at": stamp(self.oldest),
        }


def survey(messages: t.Iterable[Message], selection: Selection) -> Survey:
    """Count the queue. Messages on hold by hand, and those on their way, are counted but never selected."""
    words = Wordings()
    groups: dict[tuple[str, str | None], _Group] = {}
    chosen: dict[str, float] = {}
    seen: Counter[str] = Counter()
    oldest: float | None = None
    for message in messages:
        queue_id, queue = message.get("queue_id"), message.get("queue_name")
        if not isinstance(queue_id, str) or not _ID.fullmatch(queue_id) or not isinstance(queue, str):
            continue
        seen[queue] += 1
        arrived = _number(message.get("arrival_time"))
        if queue != DEFERRED:
            continue
        oldest = _older(oldest, arrived)
        for address, reason in _recipients(message):
            said = words.of(reason.encode("utf-8", "replace")[:_REASON_BYTES] + b")").words
            domain = address.rpartition("@")[2].lower()
            group = groups.setdefault((said.signature, said.reason.host), _Group(said))
            group.add(queue_id, domain, arrived)
            if _is_meant(selection, queue_id, domain, said.signature):
                chosen.setdefault(queue_id, arrived or 0.0)
    ordered = sorted(groups.values(), key=lambda group: (-len(group.ids), group.words.signature))
    return Survey(
        messages=sum(seen.values()),
        deferred=seen[DEFERRED],
        on_hold=seen[ON_HOLD],
        oldest=oldest,
        groups=[group.plain() for group in ordered],
        ids=sorted(chosen, key=lambda one: (chosen[one], one)),
    )


def stamp(seconds: float | None) -> str | None:
    """Return a time as RFC 3339 with the host's offset."""
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


def _is_meant(selection: Selection, queue_id: str, domain: str, said: str) -> bool:
    return (
        (not selection.queue_ids or queue_id in selection.queue_ids)
        and (not selection.domains or domain in selection.domains)
        and (not selection.signatures or said in selection.signatures)
    )


def _recipients(message: Message) -> t.Iterator[tuple[str, str]]:
    for recipient in message.get("recipients") or ():
        if isinstance(recipient, dict) and isinstance(recipient.get("address"), str):
            yield recipient["address"], str(recipient.get("delay_reason") or "")


def _number(value: t.Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 < value < 2**40 else None


def _older(first: float | None, second: float | None) -> float | None:
    return min((one for one in (first, second) if one is not None), default=None)
