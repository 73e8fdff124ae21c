# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What goes wrong with a host's Postfix, in words for the person on call: what, what was expected, what to do."""

from __future__ import annotations

import typing as t


class PostfixError(Exception):
    """Something that this host's Postfix needs is not as it must be; nothing was changed, or all of it was undone."""


class Locked(PostfixError):
    """Somebody else changes this Postfix right now."""


class TransactionError(PostfixError):
    """A change that did not go through.

    C(undone) tells whether the host is as it was; C(faults) are the lines of the log that told against the change.
    """

    def __init__(self, message: str, *, undone: bool, faults: t.Sequence[str] = ()) -> None:
        super().__init__(message)
        self.undone = undone
        self.faults = list(faults)
