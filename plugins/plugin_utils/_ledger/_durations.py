# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How long one waits in a case: the defaults of knowledge/cases.yml, and what the receiver's channel says of itself."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

_DURATION = re.compile(r"P(?:([0-9]{1,4})W)?(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?)?")


@dataclasses.dataclass(frozen=True)
class Durations:
    """Waiting times, each from the event that starts it."""

    expected_answer: datetime.timedelta
    propagation: datetime.timedelta
    chase_after: datetime.timedelta
    escalate_after: datetime.timedelta
    retest_every: datetime.timedelta

    def of(self, facts: t.Mapping[str, t.Any]) -> Durations:
        """Return the times of one case: what was known of its channel when it was opened comes first."""
        known = {name: duration(text) for name, text in (facts.get("timings") or {}).items() if hasattr(self, name)}
        return dataclasses.replace(self, **{name: value for name, value in known.items() if value})


def of_data(data: t.Mapping[str, str]) -> Durations:
    """Return the times of a mapping from name to ISO 8601 duration, as knowledge/cases.yml has it."""
    return Durations(**{field.name: _required(data[field.name]) for field in dataclasses.fields(Durations)})


def duration(text: t.Any) -> datetime.timedelta | None:
    """Return the length of an ISO 8601 duration such as PT24H or P7D; None for anything else."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes = (int(number or 0) for number in match.groups())
    return datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def _required(text: str) -> datetime.timedelta:
    found = duration(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration such as PT24H")
    return found
