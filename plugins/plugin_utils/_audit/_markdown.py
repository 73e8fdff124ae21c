# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What report.md says of an audit; whoever draws it says how a text becomes harmless Markdown."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import GROUPS, Audit, group_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

Table = tuple[list[str], list[list[str]]]


def concerns(audit: Audit, texts: Texts) -> Table:
    """Return head and rows of all concerns, what changed first."""
    head = [texts.say("markdown", name) for name in ("state", "severity", "what", "since", "to_do")]
    ranked = sorted(audit.concerns, key=lambda concern: GROUPS.index(group_of(concern)))
    return head, [_row(concern, texts) for concern in ranked]


def entries(audit: Audit, texts: Texts) -> t.Iterator[str]:
    """Yield what is to be said of accepted.yml."""
    for key in ("expired", "expiring", "remove"):
        for entry in getattr(audit.judgement, key):
            yield texts.say("entry", key, line=entry.line, what=entry.what, until=entry.expires.isoformat())
    for concern in audit.group("accepted"):
        entry = concern["accepted"]
        yield texts.say(
            "markdown",
            "reason",
            what=texts.pick(concern["title"]),
            reason=entry["reason"],
            owner=entry["owner"],
            until=entry["expires"],
        )


def _row(concern: Data, texts: Texts) -> list[str]:
    return [
        texts.say("group", group_of(concern)),
        texts.say("severity", concern["severity"]),
        texts.pick(concern["title"]),
        concern["since"],
        texts.pick(concern["action"]) if concern["state"] != "cleared" else "",
    ]
