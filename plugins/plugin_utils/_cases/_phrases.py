# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Words for what stands in the ledger: titles, events, lengths of time."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_LONGEST_NOTE = 300


def title_of(case: Case, texts: Texts) -> str:
    """Return what a case is about."""
    return texts.pick(case.facts.get("title")) or case.finding


def subject_of(case: Case) -> str:
    """Return what is blocked, or at least where: two cases of one receiver differ by nothing else."""
    subject = case.facts.get("subject") or {}
    return plain(subject.get("value") or case.facts.get("egress_ip") or ", ".join(case.facts.get("hosts") or ()))


def duration(length: datetime.timedelta, texts: Texts) -> str:
    """Return a length of time in its two largest units."""
    minutes = int(length.total_seconds() // 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return texts.say("duration", "days", days=days, hours=hours % 24)
    if hours:
        return texts.say("duration", "hours", hours=hours, minutes=minutes % 60)
    return texts.say("duration", "minutes", minutes=minutes)


def event_text(event: Event, texts: Texts) -> str:
    """Return what happened, in one line."""
    return texts.say("event", event.kind, note=clip(_note(event.data, texts), _LONGEST_NOTE))


def _note(data: t.Mapping[str, t.Any], texts: Texts) -> str:
    reason = data.get("reason")
    if isinstance(reason, dict):
        return plain(texts.pick(reason))
    hosts = data.get("hosts")
    if isinstance(hosts, dict):
        return ", ".join(map(plain, hosts))
    return plain(data.get("verdict") or data.get("text") or reason or "")
