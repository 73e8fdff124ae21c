# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What one stretch of a log adds up to. Stretches are read apart, and joined in the order of time."""

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._lost import Lost, Row
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._mails import MailKey, Mails, Waiting
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._proofs import Proofs
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._recipients import Domains
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._relays import Relays
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Replies


class Sums:
    """Plain data: another process can make it."""

    def __init__(self, max_groups: int, *, lost_mail: bool) -> None:
        self.replies = Replies(max_groups)
        self.mails = Mails()
        self.domains = Domains()
        self.relays = Relays()
        self.proofs = Proofs()
        self.lost = Lost() if lost_mail else None
        self.matched = 0
        self.unparsed = 0
        self.expired_messages = 0
        self.first_at: int | None = None
        self.last_at: int | None = None

    def expire(self, key: MailKey, at: int, recipient: Waiting) -> None:
        """A recipient whose reply is known did not get the message in time."""
        group = self.replies.groups.get(recipient.reply)
        if group is not None:
            group.count("expired")
        if self.lost is not None:
            mail = self.mails.of(key, arrived=0)
            self.lost.add(Row(at, key[-1], recipient.recipient, "expired", recipient.reply, mail))

    def update(self, later: Sums) -> None:
        """Add a later stretch."""
        renumber = self.domains.adopt(later.domains)
        self.replies.update(later.replies, renumber)
        for key, at, recipient in self.mails.update(later.mails, renumber):
            self.expire(key, at, recipient)
        self.relays.update(later.relays)
        self.proofs.update(later.proofs)
        if self.lost is not None and later.lost is not None:
            self.lost.update(later.lost)
        self.matched += later.matched
        self.unparsed += later.unparsed
        self.expired_messages += later.expired_messages
        self.first_at = min((at for at in (self.first_at, later.first_at) if at is not None), default=None)
        self.last_at = max((at for at in (self.last_at, later.last_at) if at is not None), default=None)
