# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""When a change that is meant for a while should be gone."""

from __future__ import annotations

import datetime
import re

_SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])")


def expires_at(text: str, now: datetime.datetime | None = None) -> str:
    """Return the end, as RFC 3339, of a span such as C(48h) or C(7d), or of a time that is one already.

    :raises ValueError: it is neither
    """
    span = _SPAN.fullmatch(text)
    if span:
        hours = int(span.group(1)) * {"h": 1, "d": 24}[span.group(2)]
        moment = (now or datetime.datetime.now().astimezone()) + datetime.timedelta(hours=hours)
        return moment.isoformat(timespec="seconds")
    given = _moment(text)
    if given is None:
        raise ValueError(
            f"expires is {text[:40]!r}: expected a span such as 48h or 7d, or an RFC 3339 time with its offset"
        )
    return given.isoformat(timespec="seconds")


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
