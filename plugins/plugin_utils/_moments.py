# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Times as they stand in evidence, findings and cases: RFC 3339 with offset."""

from __future__ import annotations

import datetime
import typing as t


def moment(stamp: t.Any) -> datetime.datetime | None:
    """Return a time with offset, or None where there is none."""
    try:
        found = datetime.datetime.fromisoformat(stamp)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
