# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the collection knows of cases: knowledge/cases.yml."""

from __future__ import annotations

import functools

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import Durations, of_data

PATH = SHIPPED / "cases.yml"


@functools.lru_cache(maxsize=1)
def timings() -> Durations:
    """Return how long one waits where nobody says how long."""
    return of_data({name: entry["length"] for name, entry in read(PATH)["timings"].items()})
