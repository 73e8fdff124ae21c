# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a case that is over has shown: how long each step took, what was lost, what was said, what is left to do."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _page as page
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._page import Block
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._phrases import duration, event_text, title_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_text
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

_SLOW_DETECTION = datetime.timedelta(hours=1)
_ASKED = ("sent", "submitted")
_WRITTEN = ("ready", "sending")
_SAID = ("acknowledged", "asked", "decided")
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("detected", ("detected",)),
    ("held", ("held",)),
    ("asked", _ASKED),
    ("acknowledged", ("acknowledged",)),
    ("decided", ("decided",)),
)
# A case that is seen every hour for a week would bury what happened in it.
_SHOWN_ONCE = ("seen", "ready")


@dataclass(frozen=True)
class Postmortem:
    """A case and its events, the oldest first."""

    case: Case
    events: tuple[Event, ...]
    receivers: tuple[dict[str, str], ...]

    @property
    def first_at(self) -> datetime.datetime:
        return moment(self.case.facts.get("first_at")) or self.case.opened_at

    @property
    def over_at(self) -> datetime.datetime | None:
        """When the message left that proved it."""
        return moment((self.case.proof or {}).get("at"))

    def times(self) -> dict[str, datetime.timedelta | None]:
        """Return how long each step took from the first refusal on; None where it never came."""
        first = {name: next((e.at for e in self.events if e.kind in kinds), None) for name, kinds in _STEPS}
        first["delivered"] = self.over_at
        return {name: at - self.first_at if at else None for name, at in first.items()}

    def lost(self) -> int:
        counts = self.case.facts.get("counts") or {}
        return int(counts.get("bounced") or 0) + int(counts.get("expired") or 0)

    def held(self) -> dict[str, int]:
        """Return the messages that each host held."""
        found: dict[str, int] = {}
        for event in self.events:
            for host, about in event.data.get("hosts", {}).items() if event.kind == "held" else ():
                found[host] = max(found.get(host, 0), int(about.get("messages") or 0))
        return found

    def is_changed(self) -> bool:
        """Whether a hold or a relay is still on, as far as the ledger knows."""
        changes = [event.kind for event in self.events if event.kind in ("held", "relayed", "restored")]
        return bool(changes) and changes[-1] != "restored"

    def follow_ups(self, texts: Texts) -> list[str]:
        """Return what is left to do, the most urgent first."""
        times, lost = self.times(), self.lost()
        detected = times["detected"]
        found = {
            "restore": self.is_changed(),
            "tell_senders": lost > 0,
            "hold_earlier": lost > 0 and times["held"] is None,
            "detect_earlier": detected is not None and detected > _SLOW_DETECTION,
            "relapse": bool(self.case.facts.get("relapse_of")),
            "refused_again": any(e.kind == "probed" and e.data.get("outcome") == "undeliverable" for e in self.events),
            "cause": True,
        }
        values = {"lost": lost, "duration": duration(detected, texts) if detected else ""}
        return [texts.say("follow_up", name, **values) for name, is_left in found.items() if is_left]


def write_postmortem(seen: Snapshot, folder: Path, known: Knowledge, *, dry_run: bool = False) -> list[Path]:
    """Write the postmortem of a case in both languages, as Markdown and HTML; return the files that are new."""
    case = t.cast(Case, seen.case)
    slugs = dict.fromkeys(slug for slug in (*(case.facts.get("receivers") or ()), case.facts.get("receiver")) if slug)
    names = {slug: known.receivers[slug].name if slug in known.receivers else {"en": slug} for slug in slugs}
    about = Postmortem(case, seen.events, tuple(names.values()))
    fresh = []
    for language in LANGUAGES:
        blocks = list(_blocks(about, Texts(language, file="cases")))
        for suffix, content in (("md", page.markdown(blocks)), ("html", page.html(blocks, language))):
            path = folder / f"{case.id}.{language}.{suffix}"
            if path.is_file() and path.read_text(encoding="utf-8") == content:
                continue
            fresh.append(path)
            if not dry_run:
                folder.mkdir(parents=True, exist_ok=True)
                write_text(path, content)
    return fresh


def _blocks(about: Postmortem, texts: Texts) -> t.Iterator[Block]:
    case = about.case
    yield Block("title", texts.say("postmortem", "title", case=case.id, title=title_of(case, texts)))
    if about.over_at:
        yield Block("text", texts.say("postmortem", "over", at=page.utc(about.over_at)))
    elif case.is_open:
        yield Block("text", texts.say("postmortem", "ongoing", state=texts.say("state", case.state)))
    else:
        yield Block("text", texts.say("postmortem", "given_up", at=page.utc(case.since)))
    yield Block("section", texts.say("postmortem", "facts"))
    yield Block("list", rows=[[line] for line in _facts(about, texts)])
    yield Block("section", texts.say("postmortem", "durations"))
    yield Block("table", rows=list(_durations(about, texts)))
    yield Block("section", texts.say("postmortem", "mail"))
    yield Block("list", rows=[[line] for line in _mail(about, texts)])
    yield Block("section", texts.say("postmortem", "timeline"))
    yield Block("table", rows=list(_timeline(about, texts)))
    yield from _quotes(about, texts)
    yield Block("section", texts.say("postmortem", "follow_ups"))
    yield Block("list", rows=[[line] for line in about.follow_ups(texts)])


def _facts(about: Postmortem, texts: Texts) -> t.Iterator[str]:
    facts = about.case.facts
    values = {
        "finding": about.case.finding,
        "address": facts.get("egress_ip"),
        "hosts": ", ".join(facts.get("hosts") or ()),
        "receivers": ", ".join(texts.pick(name) for name in about.receivers),
        "tickets": ", ".join(about.case.tickets),
        "relapse_of": facts.get("relapse_of"),
    }
    for name, value in values.items():
        if value:
            yield texts.say("postmortem", "fact", name=texts.say("postmortem", name), value=value)


def _durations(about: Postmortem, texts: Texts) -> t.Iterator[list[str]]:
    yield [texts.say("postmortem", "from_first", at=page.utc(about.first_at)), ""]
    for name, length in about.times().items():
        took = texts.say("postmortem", "never") if length is None else duration(length, texts)
        early = length is not None and length < datetime.timedelta()
        yield [texts.say("postmortem", f"to_{name}"), texts.say("postmortem", "before") if early else took]


def _mail(about: Postmortem, texts: Texts) -> t.Iterator[str]:
    counts = {name: int((about.case.facts.get("counts") or {}).get(name) or 0) for name in ("bounced", "expired")}
    yield texts.say("postmortem", "lost", lost=about.lost(), **counts)
    for name in ("deferred", "recipients"):
        yield texts.say("postmortem", name, **{name: int((about.case.facts.get("counts") or {}).get(name) or 0)})
    for host, messages in about.held().items():
        yield texts.say("postmortem", "held", host=host, messages=messages)


def _timeline(about: Postmortem, texts: Texts) -> t.Iterator[list[str]]:
    yield [texts.say("postmortem", name) for name in ("at", "after", "what", "actor")]
    yield [page.utc(about.first_at), "", texts.say("event", "first_refused"), ""]
    shown: set[str] = set()
    for event in about.events:
        if event.kind in shown:
            continue
        shown.update({event.kind} & set(_SHOWN_ONCE))
        # What proves it is of the time of the message, not of its discovery.
        at = (about.over_at or event.at) if event.kind == "delivered" else event.at
        passed = at - about.first_at
        after = duration(passed, texts) if passed >= datetime.timedelta() else ""
        yield [page.utc(at), after, event_text(event, texts), event.actor]


def _quotes(about: Postmortem, texts: Texts) -> t.Iterator[Block]:
    case = about.case
    if case.facts.get("evidence"):
        yield Block("section", texts.say("postmortem", "refused"))
        yield from (Block("quote", reply) for reply in case.facts["evidence"])
    asked = dict.fromkeys(event.data.get("text") for event in about.events if event.kind in _WRITTEN)
    if any(asked):
        yield Block("section", texts.say("postmortem", "asked"))
        yield from (Block("quote", text) for text in asked if text)
    said = [event for event in about.events if event.kind in _SAID and event.data.get("sentence")]
    if said:
        yield Block("section", texts.say("postmortem", "said"))
    for event in said:
        verdict = event_text(event, texts)
        sender, at = event.data.get("from") or "?", event.data.get("received") or page.utc(event.at)
        yield Block("text", texts.say("postmortem", "said_by", sender=sender, at=at, verdict=verdict))
        yield Block("quote", event.data["sentence"])
    if case.proof:
        yield Block("section", texts.say("postmortem", "proof"))
        yield Block("quote", case.proof["line"])
