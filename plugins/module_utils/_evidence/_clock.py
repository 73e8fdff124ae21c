# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Stamps of log lines as seconds since 1970 (UTC), and back as RFC 3339 in the host's zone."""

from __future__ import annotations

import calendar
import functools
import re
import time

DAY = 86400
_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_YEARS_BACK = 8  # the longest way back to a 29 February
_STARTS_KEPT = 4096
_ZEROS = (60 + 10 + 1) * ord("0")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?\Z", re.IGNORECASE
)
_AGO = re.compile(r"(\d{1,7}) ?(s|m|min|h|d|w)\Z")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": DAY, "w": 7 * DAY}


class Clock:
    """Reads the stamps of one source, whose newest line was written at about C(reference)."""

    def __init__(self, reference: float) -> None:
        self._reference = int(reference)
        self._starts: dict[bytes, int | None] = {}

    def at(self, stamp: bytes) -> int | None:
        """Return the second of an RFC 3164 or RFC 3339 stamp; None when there is no such moment."""
        iso = stamp[4:5] == b"-"
        # Ten minutes are remembered: no zone changes its offset within them.
        known = stamp[:15] + stamp[-6:] if iso else stamp[:11]
        start = self._starts.get(known, -1)
        if start == -1:
            start = self._learn(known, _iso_start(stamp) if iso else self._local_start(stamp))
        if start is None:
            return None
        minute, ten, one = (stamp[15], stamp[17], stamp[18]) if iso else (stamp[11], stamp[13], stamp[14])
        return start + 60 * minute + 10 * ten + one - _ZEROS

    def _learn(self, known: bytes, start: int | None) -> int | None:
        if len(self._starts) >= _STARTS_KEPT:
            self._starts.clear()
        self._starts[known] = start
        return start

    def _local_start(self, stamp: bytes) -> int | None:
        """RFC 3164 leaves out the year: it is the last one in which the stamp does not lie in the future."""
        month = _MONTHS.get(stamp[:3])
        if month is None:
            return None
        day, hour, minute = int(stamp[4:6]), int(stamp[7:9]), int(stamp[10:11]) * 10
        latest = self._reference + DAY
        this_year = time.localtime(latest).tm_year
        for year in range(this_year, this_year - _YEARS_BACK - 1, -1):
            moment = _local(year, month, day, hour, minute, self._reference)
            if moment is not None and moment <= latest:
                return moment
        return None


def rfc3339(moment: float) -> str:
    """Write a moment in the host's own zone."""
    minute, second = divmod(int(moment), 60)
    begin, offset = _minute(minute)
    return f"{begin}{second:02d}{offset}"


@functools.lru_cache(maxsize=1024)
def _minute(number: int) -> tuple[str, str]:
    """Write a minute, to which the seconds come, and the offset of the zone."""
    local = time.localtime(60 * number)
    sign, minutes = ("-" if local.tm_gmtoff < 0 else "+"), abs(local.tm_gmtoff) // 60
    return time.strftime("%Y-%m-%dT%H:%M:", local), f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def parse_moment(text: str, *, now: float) -> int:
    """Read RFC 3339 (without an offset: the host's zone), a date, or a time back from now such as C(2h)."""
    ago = _AGO.match(text.strip())
    if ago:
        return int(now) - int(ago.group(1)) * _UNITS[ago.group(2)]
    moment = _iso(text.strip())
    if moment is None:
        raise ValueError(
            f"{text!r} is no time: expected RFC 3339 such as 2026-11-24T01:55:00+09:00, or a time back such as 2h or 7d"
        )
    return moment


def _iso_start(stamp: bytes) -> int | None:
    return _iso(stamp[:15].decode("ascii") + "0:00" + stamp[19:].decode("ascii"))


def _iso(text: str) -> int | None:
    match = _ISO.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    offset = match.group(7)
    if offset is None:
        start = _local(year, month, day, hour, minute, None)
    elif not _exists(year, month, day, hour, minute):
        start = None
    else:
        start = calendar.timegm((year, month, day, hour, minute, 0)) - _seconds_east(offset)
    return None if start is None or second > 60 else start + second


def _seconds_east(offset: str) -> int:
    if offset in "Zz":
        return 0
    return int(offset[0] + "1") * (int(offset[1:3]) * 3600 + int(offset[-2:]) * 60)


def _exists(year: int, month: int, day: int, hour: int, minute: int) -> bool:
    return (
        year > 1970
        and 1 <= month <= 12
        and 1 <= day <= calendar.monthrange(year, month)[1]
        and hour < 24
        and minute < 60
    )


def _local(year: int, month: int, day: int, hour: int, minute: int, reference: int | None) -> int | None:
    """A local time that the end of daylight saving makes happen twice is the later, unless that is yet to come."""
    if not _exists(year, month, day, hour, minute):
        return None
    wanted = (year, month, day, hour, minute)
    readings = [_mktime(wanted, saving) for saving in (1, 0)]
    real = sorted({moment for moment in readings if moment is not None and time.localtime(moment)[:5] == wanted})
    if not real:  # the hour that daylight saving skips, or a zone without
        return _mktime(wanted, -1)
    later = real[-1]
    return real[0] if reference is not None and later > reference + 60 else later


def _mktime(wanted: tuple[int, int, int, int, int], saving: int) -> int | None:
    try:
        return int(time.mktime((*wanted, 0, 0, 0, saving)))
    except (OverflowError, ValueError):
        return None
