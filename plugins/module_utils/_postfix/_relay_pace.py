# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How fast one host of several may send, so that all together stay within the account's rate."""

from __future__ import annotations

import math
import typing as t

# Amazon SES takes 50 recipients in a message; with a limit of 1 Postfix counts destinations by recipient, and then
# neither delay nor concurrency limit would hold for the relay as a whole.
_MOST_RECIPIENTS = 50
_LEAST_RECIPIENTS = 2
# What a new account may: too slow for most, too fast for none.
UNKNOWN_RATE = 1.0


class Pace(t.NamedTuple):
    """One delivery each C(delay) seconds, to at most C(recipients) recipients."""

    delay: int
    recipients: int

    @property
    def a_day(self) -> int:
        """The most deliveries that a host makes in a day."""
        return 86400 // self.delay


def pace(rate: float | None, hosts: int) -> Pace:
    """Return the pace of one of C(hosts) hosts that share an account.

    A limit of concurrency is no rate: only a delay is, and Postfix knows none below a second.

    :param rate: recipients in a second that the account may send to; None when it is not known
    """
    share = (rate if rate and rate > 0 else UNKNOWN_RATE) / max(1, hosts)
    delay = max(1, math.ceil(1 / share))
    return Pace(delay, max(_LEAST_RECIPIENTS, min(_MOST_RECIPIENTS, math.floor(share * delay))))
