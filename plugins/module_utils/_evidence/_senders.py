# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who sent the refused mail, so that the cause can be found: by account, else by client, else by envelope sender.

A stolen account sends from many clients in many names: it is one sender. What came from loopback, from a content filter
of which nothing else is known, tells no client.
"""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._recipients import Recipients

_MAX_SENDERS = 1_000
_MAX_NAMES = 100  # envelope senders, clients, domains of one sender
_MAX_RECIPIENTS = 5_000
_LOOPBACK = (b"127.", b"::1]", b"::ffff:127.")
NULL_SENDER = b"<>"  # of bounces

Key = t.Tuple[str, bytes]


class Origin(t.NamedTuple):
    """Where a message came from, as far as the log tells; empty where it does not."""

    sender: bytes
    sasl_username: bytes
    client: bytes
    message_id: bytes

    def key(self) -> Key:
        """Return what messages of one sender share."""
        if self.sasl_username:
            return "account", self.sasl_username
        if self.client and not is_loopback(self.client):
            return "client", self.client
        return "sender", self.sender.lower()


def is_loopback(peer: bytes) -> bool:
    """Tell whether a client or a relay, as the log names it, is this host itself."""
    return peer.startswith(_LOOPBACK, peer.rfind(b"[") + 1)


UNKNOWN = Origin(b"", b"", b"", b"")


class Refused(t.NamedTuple):
    """One refused message."""

    origin: Origin
    refusals: int
    recipients: t.Iterable[int]  # packed
    first_at: int
    last_at: int


class Sender:
    """What is counted about the refused messages of one sender."""

    __slots__ = ("account", "clients", "domains", "first_at", "last_at", "messages", "names", "recipients", "refusals")

    def __init__(self, account: bytes, first_at: int) -> None:
        self.account = account
        self.messages = self.refusals = 0
        self.names: dict[bytes, int] = {}  # messages by envelope sender
        self.clients: dict[bytes, int] = {}
        self.domains: dict[bytes, int] = {}
        self.recipients = Recipients(exact_up_to=_MAX_RECIPIENTS)
        self.first_at = self.last_at = first_at

    def add(self, mail: Refused) -> None:
        name, client = mail.origin.sender, mail.origin.client
        self.messages += 1
        self.refusals += mail.refusals
        _count(self.names, name)
        _count(self.clients, client)
        _count(self.domains, name[name.rfind(b"@") + 1 :].lower())
        for packed in mail.recipients:
            self.recipients.add(packed)
        self.first_at = min(self.first_at, mail.first_at)
        self.last_at = max(self.last_at, mail.last_at)

    def update(self, later: Sender, renumber: t.Callable[[int], int]) -> None:
        self.messages += later.messages
        self.refusals += later.refusals
        for ours, theirs in zip((self.names, self.clients, self.domains), (later.names, later.clients, later.domains)):
            for name, number in theirs.items():
                _count(ours, name, number)
        self.recipients.update(later.recipients, renumber)
        self.first_at = min(self.first_at, later.first_at)
        self.last_at = max(self.last_at, later.last_at)


def _count(numbers: dict[bytes, int], name: bytes, number: int = 1) -> None:
    if name in numbers or (name and len(numbers) < _MAX_NAMES):
        numbers[name] = numbers.get(name, 0) + number


class Senders:
    """The senders most often refused; of many the rare are forgotten."""

    def __init__(self) -> None:
        self.known: dict[Key, Sender] = {}

    def add(self, mail: Refused) -> None:
        self._sender(mail.origin.key(), mail.origin.sasl_username, mail.first_at).add(mail)

    def update(self, later: Senders, renumber: t.Callable[[int], int]) -> None:
        for key, sender in later.known.items():
            self._sender(key, sender.account, sender.first_at).update(sender, renumber)

    def _sender(self, key: Key, account: bytes, first_at: int) -> Sender:
        sender = self.known.get(key)
        if sender is None:
            if len(self.known) >= 2 * _MAX_SENDERS:
                for rare in sorted(self.known, key=lambda one: self.known[one].refusals)[:_MAX_SENDERS]:
                    del self.known[rare]
            sender = self.known[key] = Sender(account, first_at)
        return sender
