# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a request knows of its case."""

from __future__ import annotations

import typing as t


class OpenCase(t.NamedTuple):
    """What a request needs to know of a case: its name, and what is to be answered, if anything."""

    case: str
    answer: t.Mapping[str, t.Any] | None
