# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Mail that was really lost: bounced, or expired in the queue. Deferred mail is not lost yet."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._mails import Mail
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key

_MAX_ROWS = 100_000


class Row(t.NamedTuple):
    """One recipient who did not get one message; the message's origin may be learnt later."""

    at: int
    queue_id: bytes
    recipient: bytes
    outcome: str
    reply: Key
    mail: Mail


class Lost:
    """The newest rows."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.dropped = 0

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self._keep_newest()

    def update(self, later: Lost) -> None:
        self.rows += later.rows
        self.dropped += later.dropped
        self._keep_newest()

    def _keep_newest(self) -> None:
        surplus = len(self.rows) - _MAX_ROWS
        if surplus > 0:
            del self.rows[:surplus]
            self.dropped += surplus
