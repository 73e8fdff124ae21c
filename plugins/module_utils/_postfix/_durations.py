# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Durations as Postfix's parameters have them."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"\s*([0-9]{1,9})\s*([smhdw]?)\s*")


def seconds(value: str, *, default_unit: str) -> float:
    """Return a duration in seconds; C(default_unit) is what Postfix takes where none is written.

    :raises ValueError: Postfix could not read it either
    """
    match = _DURATION.fullmatch(value)
    if match is None:
        raise ValueError(f"{value[:40]!r} is no duration: expected a number and one of s, m, h, d, w")
    return float(int(match.group(1)) * _UNITS[match.group(2) or default_unit])
