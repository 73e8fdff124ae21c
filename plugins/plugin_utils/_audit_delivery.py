# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How each receiver takes our mail, and whether that is worse than in the days before: knowledge/delivery.yml."""

from __future__ import annotations

import collections
import datetime
import functools
import statistics
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit_model import Concern, Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Run
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

PATH = SHIPPED / "delivery.yml"

# By receiver: C(delivered), C(refused) (bounced, deferred, expired by whatever cause), C(reputation) (part of these).
Rates = dict[str, dict[str, int]]


@functools.lru_cache(maxsize=1)
def facts() -> dict[str, t.Any]:
    """Return what knowledge/delivery.yml says."""
    return t.cast("dict[str, t.Any]", read(PATH))


def rates(findings: t.Iterable[Data], delivered: t.Iterable[t.Mapping[str, int]], known: Knowledge) -> Rates:
    """Return the rates of a run, of the receivers in knowledge; C(delivered) is by host, each by receiver."""
    causes = frozenset(facts()["warnings"]["reputation"]["causes"])
    counted: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for host in delivered:
        for receiver, number in host.items():
            counted[receiver]["delivered"] += number
    for finding in findings:
        for receiver in finding["receivers"]:
            counts = receiver.get("counts") or {}
            hit = sum(int(counts.get(name) or 0) for name in ("bounced", "deferred", "expired"))
            counted[receiver["slug"]]["refused"] += hit
            if finding["cause"] in causes:
                counted[receiver["slug"]]["reputation"] += int(counts.get("deferred") or 0)
    return {
        receiver: {name: numbers[name] for name in ("delivered", "refused", "reputation")}
        for receiver, numbers in sorted(counted.items())
        if receiver in known.receivers
    }


def compared_since(now: datetime.datetime) -> datetime.datetime:
    """Return since when audits are compared with."""
    return now - datetime.timedelta(days=facts()["compared"]["days"])


def warnings(now: Rates, before: t.Sequence[Run], known: Knowledge, *, hosts: t.Collection[str]) -> t.Iterator[Concern]:
    """Yield what has become worse; without a day before there is nothing to say.

    :param before: earlier audits, the newest first
    :param hosts: those that were read
    """
    compared = facts()["compared"]
    alike = [
        run.data["rates"] for run in before if _alike(set(hosts), set(run.data["hosts"])) >= compared["same_hosts"]
    ]
    for receiver, numbers in now.items():
        nights = [night[receiver] for night in alike[: compared["runs"]] if _all(night.get(receiver) or {})]
        for code, judge in (("reputation", _reputation), ("falling", _falling)):
            about = judge(numbers, nights, facts()["warnings"][code])
            if about:
                yield _concern(receiver, code, about, known, hosts)


def _reputation(now: Data, nights: t.Sequence[Data], limits: Data) -> dict[str, float] | None:
    """A receiver that never deferred before has no rows or zeros: then the share alone decides."""
    if not nights or now["reputation"] < limits["at_least"]:
        return None
    share, before = _share(now, "reputation"), statistics.median(_share(night, "reputation") for night in nights)
    return {"share": share, "before": before} if share >= max(limits["share"], limits["times"] * before) else None


def _falling(now: Data, nights: t.Sequence[Data], limits: Data) -> dict[str, float] | None:
    nights = [night for night in nights if _all(night) >= limits["at_least"]]
    if not nights or _all(now) < limits["at_least"]:
        return None
    share, before = _share(now, "delivered"), statistics.median(_share(night, "delivered") for night in nights)
    return {"share": share, "before": before} if before - share >= limits["points"] else None


def _concern(
    receiver: str, code: str, about: t.Mapping[str, float], known: Knowledge, hosts: t.Collection[str]
) -> Concern:
    warning = facts()["warnings"][code]
    name = known.receivers[receiver].name
    shown = {key: f"{value:.1f}".removesuffix(".0") for key, value in about.items()}
    return Concern(
        check="delivery",
        key=f"{receiver}/{code}",
        severity=warning["severity"],
        title={
            language: text.format(receiver=plain(name.get(language) or receiver), **shown)
            for language, text in warning["title"].items()
        },
        action=warning["action"],
        hosts=tuple(hosts),
        receiver=receiver,
        about=dict(about),
    )


def _all(numbers: Data) -> int:
    return int(numbers.get("delivered", 0) + numbers.get("refused", 0))


def _share(numbers: Data, name: str) -> float:
    """Return the percentage of all that the receiver was to be sent."""
    return 100.0 * numbers[name] / _all(numbers)


def _alike(one: set[str], other: set[str]) -> float:
    """Return how many percent of the hosts of both are in both."""
    return 100.0 * len(one & other) / len(one | other) if one | other else 0.0
