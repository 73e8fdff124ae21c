# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Reads the lines of one stretch of a log, and adds them up."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._arrivals import Arrivals
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import Block
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._delivered import Delivered
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lost import Row
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._mails import LAST_TRY, MailKey, Waiting
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._proofs import Search
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import LONGEST_SAMPLE
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._scan import scan
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._speech import Listener
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import make_room

_DELAY_DIGITS = 9
# A SOFTBOUNCE stays in the queue, whatever the receiver said.
_OUTCOMES = {
    None: "non_final",
    b"bounced": "bounced",
    b"deferred": "deferred",
    b"SOFTBOUNCE": "deferred",
    b"undeliverable": "undeliverable",
}


class Wanted(t.NamedTuple):
    """What the caller asked for."""

    window: Window = Window()
    delivered: bool = True
    senders: bool = True
    lost_mail: bool = False
    max_groups: int = 2_000
    proofs: tuple[str, ...] = ()


class Tally:
    """Adds up blocks; the result is in C(sums) after C(finish)."""

    def __init__(self, clock: Clock, wanted: Wanted) -> None:
        self.sums = Sums(wanted.max_groups, lost_mail=wanted.lost_mail)
        self._clock = clock
        self._listener = Listener()
        self._instances: dict[tuple[bytes, bytes], tuple[bytes, bytes]] = {}
        # Until then a message may have been deferred in an earlier stretch, by the try that it expires after.
        self._young_until = -1
        self._delivered = Delivered(clock, self.sums.relays) if wanted.delivered else None
        self._search = Search(clock, wanted.proofs, self.sums.proofs) if wanted.proofs else None
        self._arrivals = Arrivals(clock, message_ids=wanted.lost_mail) if wanted.senders or wanted.lost_mail else None

    def add(self, block: Block, window: Window) -> None:
        """Add a block; with a window, only its lines within."""
        found = scan(block)
        if self._delivered:
            self._delivered.count(block, found.sent, window)
        if self._search:
            self._search.look(block, window)
        if self._arrivals:
            self._arrivals.enter(block, found.queued)
        buffer, match, moment = block.buffer, _lines.LINE.match, self._clock.at
        holds = window.holds if window else None
        for begin, end in found.lines:
            line = match(buffer, begin, end)
            at = moment(line[1]) if line else None
            if line is None or at is None:
                self.sums.unparsed += _lines.looks_like_one(buffer, begin, end)
            elif holds is None or holds(at):
                self._take(block, line, at)

    def finish(self) -> Sums:
        if self._delivered:
            self._delivered.finish()
        return self.sums

    def _take(self, block: Block, line: t.Match[bytes], at: int) -> None:
        if self._young_until < 0:
            self._young_until = at + LAST_TRY
        _stamp, logger, service, queue_id, recipient, relay, delay, _dsn, status, reason, earlier, sender = (
            line.groups()
        )
        instance = self._instances.get((logger, service)) or self._meet(logger, service)
        if sender is not None:
            self._expire((*instance, queue_id), at)
            return
        outcome = _OUTCOMES.get(status)
        if outcome is None:
            return
        speech, relay_ip = self._listener.hear(service, relay, reason if earlier is None else earlier + b")")
        if not speech.is_evidence:
            return
        if speech.suspended:
            outcome = "suspended"
        sums = self.sums
        sums.matched += 1
        group = speech.group(sums.replies, at)
        group.add(outcome, relay_ip, (at, queue_id, line.group()[:LONGEST_SAMPLE]))
        if status == b"SOFTBOUNCE":
            group.count("soft_bounced")
        if recipient is None or outcome == "undeliverable":
            return
        packed = sums.domains.pack(recipient)
        group.recipients.add(packed)
        mail = (*instance, queue_id)
        if outcome == "bounced" and not self._arrivals and at > self._young_until:
            sums.mails.settle(mail, packed)
            return
        arrived = at - int(delay.partition(b".")[0][:_DELAY_DIGITS] or 0)
        refused = sums.mails.refused(mail, arrived, at)
        refused.lines += outcome != "suspended"
        if refused.origin is None and self._arrivals:
            refused.origin = self._arrivals.origin(block, line.start(), queue_id, arrived)
        if outcome != "bounced":
            refused.defer(Waiting(packed, recipient if sums.lost else b"", at, speech.key))
            return
        refused.settle(packed)
        if sums.lost:
            sums.lost.add(Row(at, queue_id, recipient, "bounced", speech.key, refused))

    def _meet(self, logger: bytes, service: bytes) -> tuple[bytes, bytes]:
        """Return host and instance, as the same objects for all mails."""
        make_room(self._instances)
        instance = self._instances[logger, service] = (logger, service.partition(b"/")[0])
        return instance

    def _expire(self, mail: MailKey, at: int) -> None:
        self.sums.matched += 1
        self.sums.expired_messages += 1
        for recipient in self.sums.mails.expire(mail, at):
            self.sums.expire(mail, at, recipient)
