# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the screen and report.md say about block lists and the DNS of the senders."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against, is_asked
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

Data = t.Mapping[str, t.Any]

_TARGETS_SHOWN = 3
_HEALTHY = "healthy"


def sayings(lists: Data, texts: Texts) -> list[str]:
    """Return the short sayings of the screen: listed where, clean on how many, unknown why, not asked at all."""
    if not lists["asked"]:
        return [texts.say("lists", "nobody")]
    asked = [row for row in lists["lists"] if is_asked(row)]
    said = [*_listed(lists, texts)]
    if asked:
        clean = sum(row["health"] == _HEALTHY and not row["listed"] and not row["unknown"] for row in asked)
        said.append(texts.say("lists", "clean", clean=clean, asked=len(asked)))
    if causes := unknown_causes(lists, texts):
        parts = [texts.say("lists", "cause", cause=cause, count=count) for cause, count in causes.most_common()]
        said.append(texts.say("lists", "unknown", count=causes.total(), causes=", ".join(parts)))
    for health, key in (("dead", "ended"), ("no_key", "no_key")):
        if zones := [row["zone"] for row in lists["lists"] if row["health"] == health]:
            said.append(texts.say("lists", key, zones=", ".join(zones)))
    return said + list(_second(lists, texts))


def problems(lists: Data, texts: Texts) -> t.Iterator[str]:
    """Yield why somebody could not be asked."""
    for asked in lists["asked"]:
        if asked["problem"]:
            yield texts.say("lists", "problem", place=asked["from"], reason=asked["problem"])
    if lists["sender_dns"]["problem"] and not any(asked["problem"] for asked in lists["asked"]):
        yield texts.say("lists", "sender", reason=lists["sender_dns"]["problem"])


def unknown_causes(lists: Data, texts: Texts) -> collections.Counter[str]:
    """Return how many lists say nothing for sure, by cause."""
    of_single = {row["zone"]: row["cause_of_unknown"] for row in lists["listings"] if row["state"] == "unknown"}
    return collections.Counter(
        texts.cause(row["health"] if row["health"] != _HEALTHY else of_single.get(row["zone"]))
        for row in lists["lists"]
        if is_asked(row) and row["unknown"]
    )


def before_asking(finding: Data, texts: Texts) -> list[tuple[str, str]]:
    """Return what to do before a request for this finding, each with a key: the same is said but once."""
    said = [
        (
            f"{blocker['subject']} {blocker['code']}",
            texts.say("lists", "blocker", subject=blocker["subject"], text=texts.pick(blocker)),
        )
        for blocker in finding.get("blockers") or ()
    ]
    state = finding.get("list_state") or {}
    if state.get("state") == "clean":
        zones, subject = ", ".join(state["zones"]), finding["subject"]["value"]
        said.insert(0, (f"{zones} {subject}", texts.say("lists", "gone", zones=zones, subject=subject)))
    return said


def tables(lists: Data, texts: Texts) -> t.Iterator[tuple[str, list[str], list[list[str]]]]:
    """Yield title, head and rows: the listings, then the lists that said nothing about us."""
    head = [texts.say("markdown", name) for name in ("target", "zone", "says", "remove")]
    yield texts.say("markdown", "listings"), head, [_listing(row, texts) for row in against(lists)]
    silent = [row for row in lists["lists"] if row["health"] != _HEALTHY and row["health"] != "not_asked"]
    head = [texts.say("markdown", "zone"), texts.say("markdown", "says")]
    yield texts.say("markdown", "health"), head, [[row["zone"], _silence(row, texts)] for row in silent]


def sender_sayings(lists: Data, texts: Texts) -> t.Iterator[str]:
    """Yield each thing that is wrong with the senders' DNS, and who wants it in order."""
    for problem in lists["sender_dns"]["problems"]:
        text = texts.say("lists", "blocker", subject=problem["subject"], text=texts.pick(problem["text"]))
        names = ", ".join(problem["wanted_by"])
        yield texts.say("markdown", "wanted_by", text=text, names=names) if names else text


def _listing(row: Data, texts: Texts) -> list[str]:
    delist = row["delist"]
    says = f"{texts.pick(row['name'])} ({', '.join(row['codes'])}) {row['reason'] or ''}"
    after = delist["expires_after"]
    ends = texts.say("markdown", "expires", after=after) if after else ""
    return [row["target"], row["zone"], says, "; ".join(filter(None, (delist["url"], ends)))]


def _silence(row: Data, texts: Texts) -> str:
    """Return why a list says nothing: in its own words, or what happened to it, else our word for the cause."""
    own = [texts.pick(text) for text in row.get("says") or ()] or [texts.pick(row.get("reason"))]
    return "; ".join(filter(None, own)) or texts.cause(row["health"])


def _listed(lists: Data, texts: Texts) -> t.Iterator[str]:
    rows = against(lists)
    weighty = [row for row in rows if row["severity"] != "info"]
    by_target: dict[str, list[str]] = {}
    for row in weighty:
        by_target.setdefault(row["target"], []).append(texts.pick(row["name"]))
    for target, names in list(by_target.items())[:_TARGETS_SHOWN]:
        yield texts.say("lists", "listed", target=target, names=", ".join(dict.fromkeys(names)))
    if len(by_target) > _TARGETS_SHOWN:
        yield texts.say("lists", "more", count=len(by_target) - _TARGETS_SHOWN)
    if len(weighty) < len(rows):
        yield texts.say("lists", "informative", count=len(rows) - len(weighty))
    if not rows and any(row["health"] == _HEALTHY for row in lists["lists"]):
        yield texts.say("lists", "unlisted")


def _second(lists: Data, texts: Texts) -> t.Iterator[str]:
    """Yield from where the lists were asked that did not serve the first place."""
    first, *others = [asked["from"] for asked in lists["asked"]]
    for place in others:
        count = sum(row.get("from") == place for row in lists["lists"] if is_asked(row))
        if count:
            yield texts.say("lists", "again", count=count, first=first, place=place)
