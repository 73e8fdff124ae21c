# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How each receiver takes our mail, and whether that is worse than in the days before: knowledge/delivery.yml."""

from __future__ import annotations

import datetime
import functools
import statistics
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern, Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._runs import Run
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

PATH = SHIPPED / "delivery.yml"

_SHARES = {"reputation": "reputation", "falling": "delivered"}

Rates = t.Mapping[str, t.Mapping[str, int]]  # as findings.json has them


@functools.lru_cache(maxsize=1)
def facts() -> dict[str, t.Any]:
    """Return what knowledge/delivery.yml says."""
    return t.cast("dict[str, t.Any]", read(PATH))


def compared_since(now: datetime.datetime) -> datetime.datetime:
    """Return since when audits are compared with."""
    return now - datetime.timedelta(days=facts()["compared"]["days"])


class Measure(t.NamedTuple):
    """How a receiver's share stands against that of the nights before, in percent."""

    receiver: str
    code: str
    share: float
    before: float
    worse: bool


def measures(
    now: Rates, before: t.Sequence[Run], opened: t.Mapping[str, Data], hosts: t.Collection[str]
) -> list[Measure]:
    """Return what can be judged: there was mail enough, and something to compare it with.

    :param before: earlier audits, the newest first
    :param opened: the concerns that are open, by id. A warning is held against what it was held against at first, and
        the nights in which it was open are never a measure: what is bad for long is not good by that.
    :param hosts: those that were read
    """
    compared = facts()["compared"]
    alike = [run for run in before if _are_alike(hosts, run.data["hosts"])]
    found = []
    for receiver, numbers in now.items():
        for code, judge in (("reputation", _reputation), ("falling", _falling)):
            name, limits = id_of(receiver, code), facts()["warnings"][code]
            nights = [run.data["rates"].get(receiver) or {} for run in alike if name not in run.data.get("warned", ())]
            shares = [
                _share(night, _SHARES[code])
                for night in nights[: compared["runs"]]
                if _all(night) >= (limits["at_least"] if code == "falling" else 1)
            ]
            known = opened.get(name)
            if known is not None:
                shares = [known["about"]["before"]] if _are_alike(hosts, known["hosts"]) else []
            if not shares or _all(numbers) < limits["at_least"]:
                continue
            share, usual = _share(numbers, _SHARES[code]), float(statistics.median(shares))
            worse = judge(numbers, share, usual, limits)
            if worse is not None:
                found.append(Measure(receiver, code, share, usual, worse))
    return found


def warnings(measured: t.Iterable[Measure], known: Knowledge, *, hosts: t.Collection[str]) -> t.Iterator[Concern]:
    """Yield what has become worse."""
    for measure in measured:
        if measure.worse:
            about = {"share": measure.share, "before": measure.before}
            yield _concern(measure.receiver, measure.code, about, known, hosts)


def id_of(receiver: str, code: str) -> str:
    """Return the id of the concern."""
    return f"delivery/{receiver}/{code}"


def _reputation(now: Data, share: float, before: float, limits: Data) -> bool | None:
    """A receiver that never deferred before has no rows or zeros: then the share alone decides."""
    if share < max(limits["share"], limits["times"] * before):
        return False
    return True if now["reputation"] >= limits["at_least"] else None


def _falling(_now: Data, share: float, before: float, limits: Data) -> bool:
    return bool(before - share >= limits["points"])


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


def _are_alike(one: t.Collection[str], other: t.Collection[str]) -> bool:
    return _alike(set(one), set(other)) >= float(facts()["compared"]["same_hosts"])


def _alike(one: set[str], other: set[str]) -> float:
    """Return how many percent of the hosts of both are in both."""
    return 100.0 * len(one & other) / len(one | other) if one | other else 0.0
