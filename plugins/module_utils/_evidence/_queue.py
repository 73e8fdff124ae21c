# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The mail that waits, by C(postqueue -j) (one JSON object a line, Postfix 3.1 and later), and why it waits."""

from __future__ import annotations

import json
import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import DAY, rfc3339
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._postfix import Instance
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Programs
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._speech import Listener
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse

# A message that will be returned to its sender within so many seconds is near the end of its lifetime.
NEAR = DAY
_MAX_DOMAINS = 5_000
_DOMAINS_SHOWN = 200
_FAR_AWAY = 1 << 33  # in the year 2242
_NULL_SENDER = "MAILER-DAEMON"
_CLIENT = b"smtp"  # a queue does not tell which transport was tried


class _Group:
    """The mail that waits for one reason."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.messages = 0
        self.recipients = 0
        self.domains: t.Counter[str] = Counter()
        self.oldest = 0

    def add(self, recipients: t.Sequence[str], arrived: int) -> None:
        self.messages += 1
        self.recipients += len(recipients)
        self.oldest = min(self.oldest or arrived, arrived)
        for recipient in recipients:
            domain = recipient.rpartition("@")[2].lower()
            if domain in self.domains or len(self.domains) < _MAX_DOMAINS:
                self.domains[domain] += 1


class Queue:
    """Adds up the queues of all instances of a host."""

    def __init__(self, max_groups: int, *, now: float) -> None:
        self._max_groups = max_groups
        self._now = int(now)
        self._listener = Listener()
        self._groups: dict[Key, _Group] = {}
        self._by_queue: t.Counter[str] = Counter()
        self._recipients = 0
        self.oldest: int | None = None
        self._expiring = 0
        self._next_expiry: int | None = None
        self.unparsed = 0
        self.bytes_read = 0
        self.dropped_groups = 0

    def read(self, programs: Programs, instance: Instance, *, seconds: float | None = None) -> None:
        """Add an instance's queue; raises C(Unusable) when it cannot be asked, having added what it said before."""
        lifetimes = [
            instance.seconds(name) for name in ("maximal_queue_lifetime", "bounce_queue_lifetime")
        ]  # of mail, of bounces
        where = ["-c", instance.config_directory] if instance.config_directory else []
        for line in programs.lines("postqueue", *where, "-j", seconds=seconds):
            self.bytes_read += len(line)
            try:
                self._add(json.loads(line.decode("utf-8", "replace")), lifetimes)
            except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
                self.unparsed += 1

    def _add(self, message: dict[str, t.Any], lifetimes: t.Sequence[int | None]) -> None:
        arrived = int(message["arrival_time"])
        if not 0 <= arrived < _FAR_AWAY:
            raise ValueError("no time at which mail arrives")
        by_reason: dict[str, list[str]] = {}
        for recipient in message["recipients"]:
            by_reason.setdefault(str(recipient.get("delay_reason") or ""), []).append(str(recipient["address"]))
        self._by_queue[str(message["queue_name"])] += 1
        self._recipients += len(message["recipients"])
        self.oldest = arrived if self.oldest is None else min(self.oldest, arrived)
        lifetime = lifetimes[message.get("sender") == _NULL_SENDER]
        if lifetime is not None:
            self._expire(arrived + lifetime)
        for reason, recipients in by_reason.items():
            if reason:
                self._group(reason).add(recipients, arrived)

    def _expire(self, at: int) -> None:
        self._expiring += at - self._now < NEAR
        self._next_expiry = at if self._next_expiry is None else min(self._next_expiry, at)

    def _group(self, reason: str) -> _Group:
        key = self._listener.hear(_CLIENT, None, reason.encode("utf-8", "replace") + b")")[0].key
        if key not in self._groups:
            if len(self._groups) >= 2 * self._max_groups:
                self._keep_frequent()
            self._groups[key] = _Group(parse_reason(reason).reply)
        return self._groups[key]

    def _keep_frequent(self) -> None:
        kept = sorted(self._groups, key=lambda key: (-self._groups[key].messages, [str(part) for part in key]))[
            : self._max_groups
        ]
        self.dropped_groups += len(self._groups) - len(kept)
        self._groups = {key: self._groups[key] for key in kept}

    def rendered(self, privacy: Privacy) -> dict[str, t.Any]:
        """Return the queue in the shape of knowledge/schema/evidence.json."""
        self._keep_frequent()
        return {
            "messages": sum(self._by_queue.values()),
            "recipients": self._recipients,
            "by_queue": dict(sorted(self._by_queue.items())),
            "oldest_at": None if self.oldest is None else rfc3339(self.oldest),
            "expiring": {
                "within_seconds": NEAR,
                "messages": self._expiring,
                "next_at": None if self._next_expiry is None else rfc3339(self._next_expiry),
            },
            "by_signature": [_rendered(key, group, privacy) for key, group in self._groups.items()],
        }


def _rendered(key: Key, group: _Group, privacy: Privacy) -> dict[str, t.Any]:
    domains = sorted(group.domains.items(), key=lambda item: (-item[1], item[0]))[:_DOMAINS_SHOWN]
    return {
        "signature": privacy.without_domains(key.signature, group.domains),
        "text": privacy.without_domains(privacy.text(group.text), group.domains),
        "code": key.code,
        "enhanced": None if key.code is None else parse(group.text).enhanced,
        "stage": key.stage,
        "relay_host": key.relay_host or None,
        "named_ips": list(key.named_ips),
        "messages": group.messages,
        "recipients": group.recipients,
        "recipient_domains": {} if privacy.mode == "none" else dict(domains),
        "oldest_at": rfc3339(group.oldest),
    }
