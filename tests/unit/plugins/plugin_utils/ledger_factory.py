# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases and events as the tests of the ledger need them."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _durations as durations
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, fold

START = datetime.datetime(2026, 11, 24, 0, 0, tzinfo=datetime.UTC)
TIMINGS = durations.of_data(
    {
        "expected_answer": "PT24H",
        "propagation": "PT48H",
        "chase_after": "PT72H",
        "escalate_after": "P5D",
        "retest_every": "PT4H",
    }
)
CASE = "PD-0000000001"
FINDING = "outlook_com/ip/203.0.113.7/ip_blocklisted_receiver"


def after(hours: float) -> datetime.datetime:
    return START + datetime.timedelta(hours=hours)


def event(kind: str, hours: float = 0, *, case: str = CASE, **data: t.Any) -> Event:
    if kind == "detected":
        data = {"finding": FINDING, "egress_ip": "203.0.113.7", **data}
    return new(case, kind, data, actor="tester", at=after(hours))


def case_of(*kinds: str | Event) -> Case:
    """The case of these events, an hour apart; detected comes first by itself."""
    events = [event("detected")]
    for hours, kind in enumerate(kinds, start=1):
        events.append(kind if isinstance(kind, Event) else event(kind, hours))
    return fold(events, TIMINGS)
