# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Refused messages by queue id: who sent them, and which recipients still wait for another try."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import DAY
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key

_KEPT = 16_384
_MAX_SENDERS = 4_096
# Postfix says "expired" right after the last try of a message; recipients that were not part of it got their mail.
_LAST_TRY = 600
# Log stamps and delays are cut to seconds.
_ROUNDING = 2

MailKey = t.Tuple[bytes, bytes, bytes]  # host, instance, queue id


class Origin(t.NamedTuple):
    """Where a message came from, as far as the log tells."""

    sender: bytes
    sasl_username: bytes
    client: bytes
    message_id: bytes


UNKNOWN = Origin(b"", b"", b"", b"")
Sender = t.Tuple[bytes, bytes, bytes]


class SenderCount(t.NamedTuple):
    """Refused messages of one sender, and how often they were refused."""

    messages: int
    refusals: int


class Waiting(t.NamedTuple):
    """A recipient whose last try was deferred."""

    packed: int
    recipient: bytes
    at: int
    reply: Key


class Mail:
    """One refused message."""

    __slots__ = ("arrived", "last_at", "lines", "origin", "waiting")

    def __init__(self, arrived: int) -> None:
        self.arrived = arrived
        self.last_at = arrived
        self.lines = 0
        self.origin: Origin | None = None  # None: not looked for yet
        self.waiting: list[Waiting] = []

    def is_before(self, arrived: int) -> bool:
        """Tell whether a message that came in at C(arrived) is another one, under the same id."""
        return arrived > self.last_at + _ROUNDING

    def defer(self, recipient: Waiting) -> None:
        if self.waiting:
            self.settle(recipient.packed)
        self.waiting.append(recipient)

    def settle(self, packed: int) -> None:
        """This recipient waits no longer."""
        self.waiting = [other for other in self.waiting if other.packed != packed]

    def expire(self, at: int) -> list[Waiting]:
        """Return the recipients that were waiting still, as far as this is the message that was refused."""
        last = max((one.at for one in self.waiting), default=at)
        waiting, self.waiting = self.waiting, []
        if not -_LAST_TRY <= at - last <= DAY:
            return []
        return [one for one in waiting if last - one.at <= _LAST_TRY]

    def follow(self, earlier: Mail) -> None:
        """Take over what an earlier stretch of the log knows of the same message."""
        known = {one.packed for one in self.waiting}
        self.waiting = [one for one in earlier.waiting if one.packed not in known] + self.waiting
        self.lines += earlier.lines
        self.arrived = min(self.arrived, earlier.arrived)
        if not self.origin or self.origin == UNKNOWN:
            self.origin = earlier.origin


class Mails:
    """The newest refused messages; of older ones only their senders' counts are kept."""

    def __init__(self) -> None:
        self._mails: dict[MailKey, Mail] = {}
        self._senders: dict[Sender, SenderCount] = {}
        self._unjoined: list[tuple[MailKey, int]] = []

    def of(self, key: MailKey, *, arrived: int) -> Mail:
        """Return the message, which from now on is the newest."""
        mail = self._mails.pop(key, None)
        if mail is None:
            mail = Mail(arrived)
        elif mail.is_before(arrived):
            _count(mail, self._senders)
            mail = Mail(arrived)
        self._keep(key, mail)
        return mail

    def settle(self, key: MailKey, packed: int) -> None:
        """A recipient of this message, if it was deferred before, waits no longer."""
        mail = self._mails.get(key)
        if mail is not None:
            mail.settle(packed)

    def expire(self, key: MailKey, at: int) -> list[Waiting]:
        """Return the recipients that an expired message did not reach; if none is known, an earlier log may tell."""
        mail = self._mails.get(key)
        expired = mail.expire(at) if mail else []
        if not expired:
            self._unjoined.append((key, at))
            del self._unjoined[:-_KEPT]
        return expired

    def update(self, later: Mails, renumber: t.Callable[[int], int]) -> list[tuple[MailKey, int, Waiting]]:
        """Add a later stretch of the log; return the recipients of the messages that expired there."""
        expired = []
        for key, at in later._unjoined:
            expired += [(key, at, one) for one in self.expire(key, at)]
        for key, theirs in later._mails.items():
            theirs.waiting = [one._replace(packed=renumber(one.packed)) for one in theirs.waiting]
            ours = self._mails.pop(key, None)
            if ours is not None and ours.is_before(theirs.arrived):
                _count(ours, self._senders)
            elif ours is not None:
                theirs.follow(ours)
            self._keep(key, theirs)
        for sender, count in later._senders.items():
            _add(self._senders, sender, count)
        return expired

    def _keep(self, key: MailKey, mail: Mail) -> None:
        if len(self._mails) >= _KEPT:
            _count(self._mails.pop(next(iter(self._mails))), self._senders)
        self._mails[key] = mail

    def expired_for_unknown_reasons(self) -> int:
        return len(self._unjoined)

    def senders(self) -> dict[Sender, SenderCount]:
        """Return messages and refusals per sender, of all refused messages."""
        senders = dict(self._senders)
        for mail in self._mails.values():
            _count(mail, senders)
        return senders


def _count(mail: Mail, senders: dict[Sender, SenderCount]) -> None:
    origin = mail.origin or UNKNOWN
    _add(senders, (origin.sender, origin.sasl_username, origin.client), SenderCount(1, mail.lines))


def _add(senders: dict[Sender, SenderCount], sender: Sender, count: SenderCount) -> None:
    before = senders.get(sender)
    if before is not None:
        count = SenderCount(before.messages + count.messages, before.refusals + count.refusals)
    elif len(senders) >= 2 * _MAX_SENDERS:
        for rare in sorted(senders, key=lambda one: senders[one].refusals)[:_MAX_SENDERS]:
            del senders[rare]
    senders[sender] = count
