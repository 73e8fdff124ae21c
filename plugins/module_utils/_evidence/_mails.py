# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Refused messages by queue id: who sent them, and which recipients still wait for another try."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import DAY
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._senders import (
    UNKNOWN,
    Origin,
    Refused,
    Senders,
)

_KEPT = 8_192
_FORGOTTEN = 1_024  # at once: to look for the oldest one of a dict takes longer the more have gone before it
# Postfix says "expired" right after the last try of a message; recipients that were not part of it got their mail.
LAST_TRY = 600
# Log stamps and delays are cut to seconds.
_ROUNDING = 2

MailKey = t.Tuple[bytes, bytes, bytes]  # host, instance, queue id


class Waiting(t.NamedTuple):
    """A recipient whose last try was deferred."""

    packed: int
    recipient: bytes  # as it is written, where lost mail is wanted
    at: int
    reply: Key


class Expiry(t.NamedTuple):
    """When the queue manager gave a message up, and when the last try was that the log tells of."""

    at: int
    last_try: int | None


class Mail:
    """One refused message."""

    __slots__ = ("arrived", "first_at", "last_at", "lines", "origin", "settled", "waiting")

    def __init__(self, arrived: int) -> None:
        self.arrived = arrived
        self.first_at: int | None = None  # when it was refused first
        self.last_at = arrived
        self.lines = 0
        self.origin: Origin | None = None  # None: not looked for yet
        self.waiting: tuple[Waiting, ...] = ()
        self.settled: tuple[int, ...] = ()  # recipients that wait no longer, packed

    def is_before(self, arrived: int) -> bool:
        """Tell whether a message that came in at C(arrived) is another one, under the same id."""
        return arrived > self.last_at + _ROUNDING

    def defer(self, recipient: Waiting) -> None:
        if self.waiting:
            self._wait_no_longer(recipient.packed)
        self.waiting += (recipient,)

    def settle(self, packed: int) -> None:
        """This recipient waits no longer."""
        if self.waiting:
            self._wait_no_longer(packed)
        self.settled += (packed,)

    def _wait_no_longer(self, packed: int) -> None:
        self.waiting = tuple([other for other in self.waiting if other.packed != packed])

    def last_try(self) -> int | None:
        return max((one.at for one in self.waiting), default=None)

    def expire(self, expiry: Expiry, known: t.Container[int] = ()) -> list[Waiting]:
        """Return the recipients that were waiting still, as far as this is the message that was refused.

        Not those C(known) to a later stretch of the log.
        """
        waiting = [one for one in self.waiting if one.packed not in known]
        self.settled += tuple(one.packed for one in self.waiting)
        self.waiting = ()
        tries = [one.at for one in waiting] + ([] if expiry.last_try is None else [expiry.last_try])
        last_try = max(tries, default=expiry.at)
        if not -LAST_TRY <= expiry.at - last_try <= DAY:
            return []
        return [one for one in waiting if last_try - one.at <= LAST_TRY]

    def follow(self, earlier: Mail) -> None:
        """Take over what an earlier stretch of the log knows of the same message."""
        known = self.known()
        self.waiting = tuple([one for one in earlier.waiting if one.packed not in known]) + self.waiting
        self.settled += earlier.settled
        self.lines += earlier.lines
        self.arrived = min(self.arrived, earlier.arrived)
        self.first_at = self.first_at if earlier.first_at is None else earlier.first_at
        ours, theirs = self.origin or UNKNOWN, earlier.origin or UNKNOWN
        self.origin = Origin(*(one or other for one, other in zip(ours, theirs)))

    def known(self) -> set[int]:
        return {*self.settled, *(one.packed for one in self.waiting)}

    def renumber(self, renumber: t.Callable[[int], int]) -> None:
        self.waiting = tuple([one._replace(packed=renumber(one.packed)) for one in self.waiting])
        self.settled = tuple(map(renumber, self.settled))


class Mails:
    """The newest refused messages; of older ones only their senders' counts are kept."""

    def __init__(self) -> None:
        self._mails: dict[MailKey, Mail] = {}
        self._senders = Senders()  # of those not kept
        self._expired: dict[MailKey, Expiry] = {}

    def refused(self, key: MailKey, arrived: int, at: int) -> Mail:
        """Return the message that was refused at C(at), which from now on is the newest."""
        mail = self.of(key, arrived=arrived)
        if mail.first_at is None:
            mail.first_at = at
        if at > mail.last_at:
            mail.last_at = at
        return mail

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
        """A recipient of this message, if it is known, waits no longer."""
        mail = self._mails.get(key)
        if mail is not None:
            mail.settle(packed)

    def expire(self, key: MailKey, at: int) -> list[Waiting]:
        """Return the recipients that an expired message did not reach; an earlier log may tell of more."""
        mail = self._mails.get(key)
        expiry = self._expired[key] = Expiry(at, mail.last_try() if mail else None)
        if len(self._expired) > _KEPT:
            for oldest in list(itertools.islice(self._expired, _FORGOTTEN)):
                del self._expired[oldest]
        return mail.expire(expiry) if mail else []

    def update(self, later: Mails, renumber: t.Callable[[int], int]) -> list[tuple[MailKey, int, Waiting]]:
        """Add a later stretch of the log; return recipients known here of the messages that expired there."""
        expired = []
        for theirs in later._mails.values():
            theirs.renumber(renumber)
        for key, expiry in later._expired.items():
            ours, its = self._mails.get(key), later._mails.get(key)
            if ours is not None and not (its and ours.is_before(its.arrived)):
                expired += [(key, expiry.at, one) for one in ours.expire(expiry, its.known() if its else ())]
        for key, theirs in later._mails.items():
            ours = self._mails.pop(key, None)
            if ours is not None and ours.is_before(theirs.arrived):
                _count(ours, self._senders)
            elif ours is not None:
                theirs.follow(ours)
            self._keep(key, theirs)
        self._senders.update(later._senders, renumber)
        return expired

    def _keep(self, key: MailKey, mail: Mail) -> None:
        if len(self._mails) >= _KEPT:
            for oldest in list(itertools.islice(self._mails, _FORGOTTEN)):
                _count(self._mails.pop(oldest), self._senders)
        self._mails[key] = mail

    def senders(self) -> Senders:
        """Return what is known of all refused messages' senders."""
        senders = Senders()
        senders.update(self._senders, lambda packed: packed)
        for mail in self._mails.values():
            _count(mail, senders)
        return senders


def _count(mail: Mail, senders: Senders) -> None:
    if mail.origin is not None and mail.first_at is not None:
        recipients = [*mail.settled, *(one.packed for one in mail.waiting)]
        senders.add(Refused(mail.origin, mail.lines, recipients, mail.first_at, mail.last_at))
