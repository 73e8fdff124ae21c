# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""An audit as reports show it: the concerns by state, what a site has accepted, and why the night may not pass."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import OPEN, Judgement, Rules, judge
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_NAMED = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Audit:
    """C(content) is that of audit.json."""

    content: Data
    rules: Rules
    judgement: Judgement

    @property
    def concerns(self) -> t.Sequence[Data]:
        """All of this run, the gravest first, each with C(state), C(baseline), C(accepted)."""
        return self.judgement.concerns

    def group(self, state: str) -> list[Data]:
        """Return the concerns of a state, or those that are C(accepted), or C(known) by a baseline: each is in one."""
        return [concern for concern in self.concerns if group_of(concern) == state]

    @property
    def counts(self) -> dict[str, int]:
        counted = collections.Counter(map(group_of, self.concerns))
        return {group: counted[group] for group in GROUPS}

    @property
    def not_known(self) -> list[Data]:
        """What nobody could look at again, and is not only for information."""
        return [concern for concern in self.group("unknown_now") if concern["severity"] != "info"]

    @property
    def too_much_unknown(self) -> bool:
        percent = self.content["unknown"]["percent"]
        return "unknown_ratio" in self.rules.fail_on and percent is not None and percent > self.rules.max_unknown

    @property
    def refused(self) -> dict[str, list[str]]:
        """The ids of the concerns that stand against this night, by code; the unknown ratio has none."""
        ids = {code: [concern["id"] for concern in found] for code, found in self.judgement.refused.items()}
        return {**ids, **({"unknown_ratio": []} if self.too_much_unknown else {})}

    def reasons(self, texts: Texts) -> t.Iterator[str]:
        """Yield why this night does not pass, a line for each code."""
        for code, found in self.judgement.refused.items():
            yield self.reason(code, [texts.pick(concern["title"]) for concern in found], texts)
        if self.too_much_unknown:
            unknown = self.content["unknown"]
            yield texts.say(
                "reason",
                "unknown_ratio",
                unknown=unknown["unknown"],
                asked=unknown["asked"],
                percent=unknown["percent"],
                most=f"{self.rules.max_unknown:g}",
            )

    def reason(self, code: str, names: t.Sequence[str], texts: Texts) -> str:
        """Return one line: how many, and the first of them."""
        more = texts.say("more", count=len(names) - _NAMED) if len(names) > _NAMED else ""
        joined = ("; " if code != "unreachable" else ", ").join(names[:_NAMED])
        return texts.say("reason", code, count=len(names), titles=joined, more=more)

    def summary(self) -> dict[str, t.Any]:
        """What summary.json says of the audit."""
        judgement = self.judgement
        return {
            "compared_with": self.content["compared_with"],
            "baseline": self.content["baseline"],
            "counts": self.counts,
            "unknown": self.content["unknown"],
            "rates": self.content["rates"],
            "concerns": list(self.concerns),
            "accepted": {
                "remove": [entry.data() for entry in judgement.remove],
                "expired": [entry.data() for entry in judgement.expired],
                "expiring": [entry.data() for entry in judgement.expiring],
            },
        }

    def cases_due(self) -> list[dict[str, t.Any]]:
        """What summary.json says of the cases that are overdue."""
        return [
            {"case": concern["subject"], **concern["about"]}
            for concern in self.concerns
            if concern["check"] == "case" and concern["overdue"] and concern["state"] in OPEN
        ]


GROUPS = ("new", "still", "unknown_now", "cleared", "accepted", "known")


def group_of(concern: Data) -> str:
    """Return where a concern is shown."""
    if concern["state"] in OPEN and concern["accepted"]:
        return "accepted"
    if concern["state"] in OPEN and concern["baseline"]:
        return "known"
    return str(concern["state"])


def gathered(path: Path, rules: Rules, *, today: datetime.date) -> Audit:
    """Return the audit of an audit.json."""
    content = json.loads(path.read_bytes())
    judgement = judge(content["concerns"], rules, today=today, elsewhere=content["elsewhere"])
    return Audit(content=content, rules=rules, judgement=judgement)
