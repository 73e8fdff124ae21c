# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The one screen of an audit: what changed first, then what is still there, then why the night passes or not."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, clip_name, columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lines import WIDTH, reason_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lists import sayings
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen import whereabouts
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

LINES = 24

_UNREAD_SHOWN = 3
_ENTRIES_SHOWN = 2
_GROUPS_SHOWN = ("new", "cleared", "still", "unknown_now")


def screen(
    report: Report, audit: Audit, *, texts: Texts, said: Texts, again: Command, cwd: Path, written: t.Mapping[str, str]
) -> str:
    """Return the screen; C(texts) are those of audits, C(said) those that all reports share.

    C(written) are the report's files by format.
    """
    head = [clip(line, WIDTH) for line in _head(report, audit, texts)]
    head += _unread(report, said)
    foot = [*_foot(report, audit, texts, said), *whereabouts(report, said, again, cwd, written)]
    return "\n".join([*head, *_concerns(audit, texts, room=LINES - len(head) - len(foot)), *foot])


def _head(report: Report, audit: Audit, texts: Texts) -> t.Iterator[str]:
    yield texts.say("verdict", "passed" if report.passed else "failed", **audit.counts)
    earlier = audit.content["compared_with"]
    if audit.content["baseline"]:
        compared = texts.say("compared", "baseline")
    elif earlier is None:
        compared = texts.say("compared", "first")
    else:
        compared = texts.say("compared", "with", run=earlier["run_id"], at=earlier["at"])
    yield texts.say("hosts", read=len(report.read), hosts=len(report.hosts), compared=compared)


def _unread(report: Report, said: Texts) -> t.Iterator[str]:
    for host in report.not_read[:_UNREAD_SHOWN]:
        yield from reason_lines(said.say("not_read", host=host.name, reason=host.reason))
    if len(report.not_read) > _UNREAD_SHOWN:
        yield clip(said.say("more_not_read", count=len(report.not_read) - _UNREAD_SHOWN), WIDTH)


def _concerns(audit: Audit, texts: Texts, *, room: int) -> list[str]:
    """What has no room is counted: the rest stands in the report."""
    shown = [(group, concern) for group in _GROUPS_SHOWN for concern in audit.group(group) if _weighs(concern)]
    named = shown if len(shown) <= room else shown[: max(room - 1, 0)]
    lines = [_line(group, concern, texts) for group, concern in named]
    if len(named) < len(shown):
        lines.append(clip(texts.say("more_concerns", count=len(shown) - len(named)), WIDTH))
    return lines


def _weighs(concern: Data) -> bool:
    return bool(concern["severity"] != "info")


def _line(group: str, concern: Data, texts: Texts) -> str:
    began = instant(concern["since"])
    since = texts.say("since", since=f"{began:%m-%d}") if began and group != "new" else ""
    room = WIDTH - (columns(since) + 1 if since else 0)
    severity, title = texts.say("severity", concern["severity"]), texts.pick(concern["title"])
    shown = clip_name(texts.say("concern", group, severity=severity, title=title), room)
    return f"{shown}{' ' * (WIDTH - columns(shown) - columns(since))}{since}".rstrip()


def _foot(report: Report, audit: Audit, texts: Texts, said: Texts) -> t.Iterator[str]:
    counts, judgement = audit.counts, audit.judgement
    quiet = {name: counts[name] for name in ("accepted", "known")}
    if any(quiet.values()):
        yield clip(texts.say("quiet", **quiet), WIDTH)
    for key in ("expired", "expiring", "remove"):
        entries = getattr(judgement, key)
        for entry in entries[:_ENTRIES_SHOWN]:
            yield clip(
                texts.say("entry", key, line=entry.line, what=entry.what, until=entry.expires.isoformat()), WIDTH
            )
        if len(entries) > _ENTRIES_SHOWN:
            yield clip(texts.say("more_entries", count=len(entries) - _ENTRIES_SHOWN), WIDTH)
    if report.lists is not None:
        yield clip(said.say("lists", "label") + " | ".join(sayings(report.lists, said)), WIDTH)
    if report.passed:
        yield texts.say("policy", "passed")
    for reason in _reasons(report, audit, texts):
        yield clip(texts.say("policy", "failed", reason=reason), WIDTH)


def _reasons(report: Report, audit: Audit, texts: Texts) -> t.Iterator[str]:
    """Yield a line for each code: what could not be read stands above, with the reasons."""
    unread = report.refused.get("unreachable") or []
    if unread:
        yield audit.reason("unreachable", unread, texts)
    yield from audit.reasons(texts)
