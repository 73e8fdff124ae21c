# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The open cases for who only looks: nothing is made, and a ledger that cannot be read is no failure."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings


def open_cases(url: str | None, hosts: t.Collection[str], *, now: datetime.datetime) -> tuple[list[Case], str]:
    """Return those of these hosts, and why they are not known."""
    url = url or place.default_url()
    if place.is_missing(url):
        return [], ""
    # Only here: SQLAlchemy takes half a second, for which no incident waits that has no ledger.
    from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import LedgerError
    from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger

    try:
        with open_ledger(url, timings(), now=now, dry_run=True) as ledger:
            cases = ledger.cases(open_only=True)
    except LedgerError as error:
        return [], str(error)
    return [case for case in cases if not set(hosts).isdisjoint(case.facts.get("hosts") or ())], ""
