# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How each receiver took the mail of a run."""

from __future__ import annotations

import collections
import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._evidence import HostEvidence
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._tally import OUTCOMES
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

# By receiver: C(delivered), C(refused) (bounced, deferred, expired by whatever cause), C(reputation) (part of these).
Rates = dict[str, dict[str, int]]


def delivered_to(known: Knowledge, hosts: t.Iterable[HostEvidence]) -> collections.Counter[str] | None:
    """Return how many mails each receiver took, from all hosts; None where one of them did not count them."""
    taken: collections.Counter[str] = collections.Counter()
    for host in hosts:
        if host.taken is None:
            return None
        for relay, number in host.taken.items():
            if slug := answered_by(known, relay):
                taken[slug] += number
    return taken


def rates(
    findings: t.Iterable[t.Mapping[str, t.Any]], delivered: t.Mapping[str, int] | None, known: Knowledge
) -> Rates:
    """Return the rates of the receivers in knowledge; others are too many, and have too little mail.

    Without what was delivered there are none: refused mail alone looks as if nothing had arrived.
    """
    if delivered is None:
        return {}
    counted: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for receiver, number in delivered.items():
        counted[receiver]["delivered"] += number
    for finding in findings:
        for receiver in finding["receivers"]:
            counts = receiver.get("counts") or {}
            counted[receiver["slug"]]["refused"] += sum(int(counts.get(name) or 0) for name in OUTCOMES)
            if finding["cause"] in _of_reputation():
                counted[receiver["slug"]]["reputation"] += int(counts.get("deferred") or 0)
    return {
        receiver: {name: numbers[name] for name in ("delivered", "refused", "reputation")}
        for receiver, numbers in sorted(counted.items())
        if receiver in known.receivers
    }


@functools.lru_cache(maxsize=1)
def _of_reputation() -> frozenset[str]:
    return frozenset(read(SHIPPED / "delivery.yml")["warnings"]["reputation"]["causes"])
