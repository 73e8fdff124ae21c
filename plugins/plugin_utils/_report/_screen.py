# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The one screen at the end of a run: 24 lines of 80 columns, the answer first."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command, shown_path
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import (
    clip,
    clip_name,
    columns,
    plain,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._formats import FOR_PEOPLE
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lines import (
    INDENT,
    WIDTH,
    packed,
    reason_lines,
    to_copy,
    wrapped,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lists import before_asking, problems, sayings
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import (
    counts,
    facts,
    headline,
    totals,
    verdict,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

LINES = 24

_NOT_READ_SHOWN = 3
_NOTES_SHOWN = 2
_CAUSES_SHOWN = 3
_HOSTS_SHOWN = 3
_LINES_OF_LISTS = 4
_LINES_OF_HOLD = 3
_BLOCKERS_SHOWN = 1
# Refusals of a request that the operator ends by saying something.
_WORDS_MISSING = frozenset({"fixed_text_missing", "words_missing"})


def screen(report: Report, *, texts: Texts, again: Command, cwd: Path, written: t.Mapping[str, str]) -> str:
    """What to know first, what to do next, and where the rest is: C(written) are the report's files by format."""
    head = [*_head(report, texts), *_gaps(report, texts)]
    foot = [*_lists(report, texts), *_noise(report, texts), *_foot(report, texts, again, cwd, written)]
    middle = _blocks(report, texts, cwd, room=LINES - len(head) - len(foot))
    return "\n".join([*head, *middle, *foot])


def _head(report: Report, texts: Texts) -> t.Iterator[str]:
    read = texts.say(
        "read",
        read=len(report.read),
        hosts=len(report.hosts),
        window=_window(report, texts),
        offset=report.finished_at[-len("+09:00") :],
    )
    yield clip(verdict(report, texts), WIDTH)
    if report.totals.seen:
        yield from packed([totals(report, texts), read], indent="")
    else:
        yield clip(read, WIDTH)


def _window(report: Report, texts: Texts) -> str:
    since, until = report.totals.since, report.totals.until or instant(report.started_at)
    if not report.totals.logs:
        return texts.say("window", "none")
    if since is None or until is None:
        return texts.say("window", "whole")
    hours = (until - since).total_seconds() / 3600
    return texts.say("window", "hours", hours=f"{hours:.1f}".removesuffix(".0"))


def _gaps(report: Report, texts: Texts) -> t.Iterator[str]:
    """What this picture lacks: before the findings, for who acts on half of it must know."""
    for host in report.not_read[:_NOT_READ_SHOWN]:
        yield from reason_lines(texts.say("not_read", host=host.name, reason=host.reason))
    if len(report.not_read) > _NOT_READ_SHOWN:
        yield texts.say("more_not_read", count=len(report.not_read) - _NOT_READ_SHOWN)
    for step, reason in report.failed_steps.items():
        yield from reason_lines(texts.say("not_done", step=texts.say("step", step), reason=reason))
    notes = list(_notes(report, texts))
    yield from (clip(note, WIDTH) for note in notes[:_NOTES_SHOWN])
    if len(notes) > _NOTES_SHOWN:
        yield texts.say("more_notes", count=len(notes) - _NOTES_SHOWN)


def _notes(report: Report, texts: Texts) -> t.Iterator[str]:
    for log in report.notes:
        yield texts.say("note", host=log.host, path=log.path, note="; ".join(log.notes))
    for remark in report.remarks:
        yield texts.say("remark", note=texts.pick(remark))


class _Block(t.NamedTuple):
    """What there is to say about a block, by how much it can be missed."""

    head: str
    next: list[str]
    otherwise: list[str]
    about: list[str]


def _blocks(report: Report, texts: Texts, cwd: Path, *, room: int) -> list[str]:
    """A line for each block if there is room, then what to do about each, then the rest: the worst first."""
    said: set[str] = set()
    count = len(report.blocks)
    shown = report.blocks if count <= room else report.blocks[: room - 1]
    named = [_block(item, report, texts, cwd, said) for item in shown]
    more = count - len(named)
    room -= len(named) + bool(more)
    with_next, room = _as_fits([block.next for block in named], room)
    with_otherwise, room = _as_fits([block.otherwise for block in named], room)
    with_about, room = _as_fits([block.about for block in named], room)
    lines = [
        line
        for block, about, following, otherwise in zip(named, with_about, with_next, with_otherwise, strict=True)
        for line in (block.head, *about, *following, *otherwise)
    ]
    if more:
        lines.append(texts.say("more_findings", count=more))
    return lines


def _as_fits(parts: t.Iterable[list[str]], room: int) -> tuple[list[list[str]], int]:
    """The parts that there is room for, from the first on, and the room that is left."""
    shown = []
    for part in parts:
        fits = len(part) <= room
        shown.append(part if fits else [])
        room = room - len(part) if fits else 0
    return shown, room


def _block(item: Item, report: Report, texts: Texts, cwd: Path, said: set[str]) -> _Block:
    return _Block(
        head=_head_of(item, texts),
        otherwise=_otherwise(item, texts),
        about=packed([counts(item, texts), *facts(item, texts, hosts_at_most=_HOSTS_SHOWN)]),
        next=[*_before(item, texts, said), *_next(item, report, texts, cwd)],
    )


def _head_of(item: Item, texts: Texts) -> str:
    """The headline, and how many mails since when at its right; where it is too long, without what is in brackets."""
    began = instant(item.finding["first_at"])
    hit = texts.say("finding", "hit", hit=item.hit, since=f"{began:%m-%d %H:%M}") if began else ""
    room = WIDTH - columns(hit) - (2 if hit else 0)
    shown = clip_name(headline(item, texts), room)
    return f"{shown}{' ' * (WIDTH - columns(shown) - columns(hit))}{hit}".rstrip()


def _before(item: Item, texts: Texts, said: set[str]) -> list[str]:
    """Return what to do before the request, unless it was said already; C(said) remembers."""
    if item.request.get("kind") not in ("email", "form"):
        return []
    new = [text for key, text in before_asking(item.finding, texts) if key not in said]
    said.update(key for key, _text in before_asking(item.finding, texts))
    more = f" (+{len(new) - _BLOCKERS_SHOWN})" if len(new) > _BLOCKERS_SHOWN else ""
    return [
        INDENT + clip(texts.say("next", "refused", text=text), WIDTH - len(INDENT) - len(more)) + more
        for text in new[:_BLOCKERS_SHOWN]
    ]


def _next(item: Item, report: Report, texts: Texts, cwd: Path) -> list[str]:
    """Return what to do now. Paths and pages are whole, however long: they are there to be copied."""
    request = item.request
    if not request:
        return []
    path = shown_path(report.run_dir / (request["path"] or ""), cwd)
    if request["kind"] == "email":
        return to_copy("email", path, texts)
    if request["kind"] == "form":
        return [*to_copy("form", plain(request["url"]), texts), *to_copy("crib", path, texts)]
    advice = plain(texts.pick(request["instruction"]).partition("\n")[0])
    return wrapped(texts.say("next", "refused" if request["refused"] else "none", text=advice))


def _otherwise(item: Item, texts: Texts) -> list[str]:
    """Return what is not sure about this way of asking, and the next one."""
    if item.request.get("kind") not in ("email", "form"):
        return []
    lines: list[str] = []
    for doubt in item.finding["doubts"]:
        if doubt["code"] == "channel":
            lines += wrapped(texts.say("next", "doubt", text=texts.pick(doubt)))
    for way in item.finding["remedy"].get("alternatives") or ():
        if way["to"] or way["url"]:
            lines += to_copy("second", plain(way["to"] or way["url"]), texts)
    return lines


def _lists(report: Report, texts: Texts) -> list[str]:
    """What the block lists say, in a few lines behind their label."""
    if report.lists is None:
        return []
    label = texts.say("lists", "label")
    lines = packed(sayings(report.lists, texts), indent=" " * columns(label))[:_LINES_OF_LISTS]
    for problem in problems(report.lists, texts):
        lines += reason_lines(problem, indent=" " * columns(label))
    return [label + line.lstrip() if number == 0 else line for number, line in enumerate(lines)]


def _noise(report: Report, texts: Texts) -> t.Iterator[str]:
    """What is no block, added up by cause."""
    by_cause: dict[str, list[Item]] = collections.defaultdict(list)
    for item in report.noise:
        by_cause[texts.pick(item.cause)].append(item)
    ranked = sorted(by_cause.items(), key=lambda entry: -sum(item.hit for item in entry[1]))
    for title, items in ranked[:_CAUSES_SHOWN]:
        receivers = dict.fromkeys(slug for item in items for slug in item.receivers)
        hit = sum(item.hit for item in items)
        yield clip(texts.say("also", title=title, count=hit, receivers=", ".join(receivers)), WIDTH)
    if len(ranked) > _CAUSES_SHOWN:
        yield texts.say("more_findings", count=len(ranked) - _CAUSES_SHOWN)


def _foot(report: Report, texts: Texts, again: Command, cwd: Path, written: t.Mapping[str, str]) -> t.Iterator[str]:
    if any(_WORDS_MISSING & {reason["code"] for reason in _refusals(item)} for item in report.items):
        yield clip(texts.say("say"), WIDTH)
    yield from _hold(report, texts)
    yield from whereabouts(report, texts, again, cwd, written)


def whereabouts(
    report: Report, texts: Texts, again: Command, cwd: Path, written: t.Mapping[str, str]
) -> t.Iterator[str]:
    """Yield where the rest is, and the command that does it again."""
    to_read = [written[name] for name in FOR_PEOPLE if name in written] or [str(report.run_dir / "summary.json")]
    names = [shown_path(to_read[0], cwd), *(Path(path).name for path in to_read[1:])]
    yield texts.say("report", path=" + ".join(names))
    yield from _command(texts.say("again", command=""), again)
    if again.left_out:
        yield clip(texts.say("not_repeated", names=", ".join(again.left_out)), WIDTH)


def _hold(report: Report, texts: Texts) -> list[str]:
    """What stops the loss, for all blocks at once; a command too long for the screen is in the report."""
    if report.hold is None or not report.can_hold:
        return []
    lines = _command(texts.say("hold", command=""), report.hold)
    return lines if len(lines) <= _LINES_OF_HOLD else [texts.say("hold", command=texts.say("in_report"))]


def _command(label: str, command: Command) -> list[str]:
    first, *others = command.folded(WIDTH - columns(label))
    return [label + first, *(" " * columns(label) + line for line in others)]


def _refusals(item: Item) -> t.Sequence[t.Mapping[str, str]]:
    refused = item.request.get("refused")
    return item.request.get("refusals") or ([refused] if refused else [])
