# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The exit policy: may this night pass? Findings are an answer, not a crash, so each refusal has a name and reasons."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._policy_accepted import WARN_BEFORE, Accepted

# What can be asked for: concerns of their kind, too much that is unknown, hosts that nobody could ask.
CODES = ("new", "critical", "overdue", "unknown_ratio", "unreachable")
OPEN = ("new", "still", "unknown_now")

Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """C(max_unknown) is the percentage of answers that may stay unknown."""

    fail_on: t.Collection[str] = CODES
    max_unknown: float = 50
    accepted: t.Sequence[Accepted] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """C(concerns) are those given, each with C(accepted): its entry, or null. C(refused): concerns by code.

    C(remove): entries that nothing is left of. C(expired) and C(expiring): entries that count no more, or soon.
    """

    concerns: t.Sequence[dict[str, t.Any]]
    refused: t.Mapping[str, t.Sequence[Data]]
    remove: t.Sequence[Accepted] = ()
    expired: t.Sequence[Accepted] = ()
    expiring: t.Sequence[Accepted] = ()


def judge(
    concerns: t.Iterable[Data], rules: Rules, *, today: datetime.date, elsewhere: t.Iterable[Data] = ()
) -> Judgement:
    """Weigh the concerns of an audit, as C(compare) returned them.

    :param elsewhere: open concerns that this run did not look at, such as those of other hosts: an entry about them
        is still needed
    """
    valid = [entry for entry in rules.accepted if not entry.is_over(today)]
    weighed = [
        {**concern, "accepted": next((entry.data() for entry in valid if entry.covers(concern)), None)}
        for concern in concerns
    ]
    still_open = [concern for concern in [*weighed, *elsewhere] if concern["state"] in OPEN]
    counted = [
        concern
        for concern in weighed
        if concern["state"] in OPEN
        and concern["severity"] != "info"
        and not concern["accepted"]
        and not concern["baseline"]
    ]
    refused = {
        "new": [concern for concern in counted if concern["state"] == "new"],
        "critical": [concern for concern in counted if concern["severity"] == "critical"],
        "overdue": [concern for concern in counted if concern["overdue"]],
    }
    needed = [entry for entry in rules.accepted if any(map(entry.is_about, still_open))]
    return Judgement(
        concerns=weighed,
        refused={code: found for code, found in refused.items() if found and code in rules.fail_on},
        remove=[entry for entry in rules.accepted if entry not in needed],
        expired=[entry for entry in needed if entry.is_over(today)],
        expiring=[entry for entry in needed if not entry.is_over(today) and entry.is_over(today + WARN_BEFORE)],
    )
