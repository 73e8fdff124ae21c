# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who sent the mail that was refused: where to look for the cause before anybody is asked to forgive it."""

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import Sender
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

ROWS = 10

Table = tuple[list[str], list[list[str]]]


def senders(report: Report, texts: Texts) -> Table:
    """Return the head of a table and its rows, the most refused first; none where no log tells."""
    head = [texts.say("senders", name) for name in ("sender", "login", "client", "host", "messages", "refusals")]
    return head, [_cells(row) for row in report.totals.senders[:ROWS]]


def _cells(row: Sender) -> list[str]:
    sender, client = _and_others(row.sender, row.senders), _and_others(row.client, row.clients)
    return [sender, row.login or "", client, row.host, f"{row.messages:,}", f"{row.refusals:,}"]


def _and_others(most_frequent: str | None, number: int) -> str:
    return f"{most_frequent or ''} +{number - 1:,}" if number > 1 else most_frequent or ""
