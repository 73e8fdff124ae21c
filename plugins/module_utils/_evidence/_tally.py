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
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._mails import MailKey, Waiting
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key, Sample, cut
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._scan import candidates
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._words import Wordings, Words

# A SOFTBOUNCE stays in the queue, whatever the receiver said.
_OUTCOMES = {
    b"bounced": "bounced",
    b"deferred": "deferred",
    b"SOFTBOUNCE": "deferred",
    b"undeliverable": "undeliverable",
}
_CLIENTS = (b"/smtp", b"/lmtp")
_RELAYS_KEPT = 4096


class Wanted(t.NamedTuple):
    """What the caller asked for."""

    window: Window = Window()
    delivered: bool = True
    senders: bool = True
    lost_mail: bool = False
    max_groups: int = 2_000


class Tally:
    """Adds up blocks; the result is in C(sums) after C(finish)."""

    def __init__(self, clock: Clock, wanted: Wanted) -> None:
        self.sums = Sums(wanted.max_groups, lost_mail=wanted.lost_mail)
        self._clock = clock
        self._wordings = Wordings()
        self._delivered = Delivered(clock, self.sums.relays) if wanted.delivered else None
        self._arrivals = Arrivals(clock, message_ids=wanted.lost_mail) if wanted.senders or wanted.lost_mail else None
        self._relays: dict[bytes, tuple[str, str] | None] = {}
        self._services: dict[bytes, str] = {}

    def add(self, block: Block, window: Window) -> None:
        """Add a block; with a window, only its lines within."""
        if self._delivered:
            self._delivered.count(block, window)
        if self._arrivals:
            self._arrivals.enter(block)
        for begin, end in candidates(block):
            line = _lines.read(block.buffer, begin, end)
            at = self._clock.at(line.stamp) if line else None
            if line is None or at is None:
                self.sums.unparsed += _lines.looks_like_one(block.buffer, begin, end)
            elif not window or window.holds(at):
                self._take(block, begin, end, line, at)

    def finish(self) -> Sums:
        self.sums.relays.finish(self._clock.at)
        return self.sums

    def _take(self, block: Block, begin: int, end: int, line: _lines.Line, at: int) -> None:
        if line.sender is not None:
            self._expire(line, at)
            return
        outcome = _OUTCOMES.get(line.status) if line.status else "non_final"
        if outcome is None:
            return
        words, relay = self._said(line)
        if words.reason.suspended:
            outcome = "suspended"
        elif not line.service.endswith(_CLIENTS):
            return
        reply: Key = (words.signature, words.stage, relay[0], self._service(line.service))
        group = self.sums.replies.group(reply, at)
        group.count(outcome)
        if line.status == b"SOFTBOUNCE":
            group.count("soft_bounced")
        group.see(Sample(at, line.queue_id, cut(bytes(block.buffer[begin:end]))))
        if relay[1]:
            group.relay_ips[relay[1]] = None
        for ip in words.named_ips:
            group.named_ips[ip] = None
        self.sums.matched += 1
        if line.recipient is not None and outcome != "undeliverable":
            packed = self.sums.domains.pack(line.recipient)
            group.recipients.add(packed)
            self._note_mail(block, begin, line, Waiting(packed, line.recipient, at, reply), outcome)

    def _said(self, line: _lines.Line) -> tuple[Words, tuple[str, str]]:
        """Return the words, and host and IP of who said them: by name where no relay was reached."""
        sentence, closed = line.sentence()
        host, bracket, rest = sentence.partition(b"]")
        by_host = sentence.startswith(b"host ")
        # Without the host the words of many hosts are the same.
        words = self._wordings.of(b"host -[]" + rest if by_host and bracket else sentence, closed=closed)
        relay = self._relay(line.relay if line.relay != b"none" and line.relay else host[5:] + b"]" if by_host else b"")
        return words, relay or ((words.reason.host or "").lower(), words.reason.ip or "")

    def _relay(self, relay: bytes) -> tuple[str, str] | None:
        if relay not in self._relays:
            if len(self._relays) >= _RELAYS_KEPT:
                self._relays.clear()
            self._relays[relay] = _lines.relay_parts(relay)
        return self._relays[relay]

    def _service(self, service: bytes) -> str:
        """The retry service repeats what a client of the same instance heard."""
        if service not in self._services:
            instance, _slash, program = service.decode("utf-8", "replace").rpartition("/")
            self._services[service] = f"{instance}/{program if program in ('smtp', 'lmtp') else 'smtp'}"
        return self._services[service]

    def _note_mail(self, block: Block, begin: int, line: _lines.Line, recipient: Waiting, outcome: str) -> None:
        arrived = recipient.at - int((line.delay or b"0").partition(b".")[0] or 0)
        mail = self.sums.mails.of(_mail_key(line), arrived=arrived)
        mail.last_at = max(mail.last_at, recipient.at)
        mail.lines += outcome != "suspended"
        if mail.origin is None and self._arrivals:
            mail.origin = self._arrivals.origin(block, begin, line.queue_id, arrived)
        if outcome != "bounced":
            mail.defer(recipient)
            return
        mail.settle(recipient.packed)
        if self.sums.lost:
            self.sums.lost.add(Row(recipient.at, line.queue_id, recipient.recipient, "bounced", recipient.reply, mail))

    def _expire(self, line: _lines.Line, at: int) -> None:
        self.sums.matched += 1
        self.sums.expired_messages += 1
        key = _mail_key(line)
        for recipient in self.sums.mails.expire(key, at):
            self.sums.expire(key, at, recipient)


def _mail_key(line: _lines.Line) -> MailKey:
    return line.logger, line.service.partition(b"/")[0], line.queue_id
