# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The screen of C(follow_up), 24 lines of 80 columns, and cases.md, which has all of it."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _page as page
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._page import Block
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._phrases import subject_of, title_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._steps import Step, who
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, clip_name, columns, plain, wrap
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

LINES = 24
WIDTH = 80
_INDENT = "  "
_LINES_OF_A_SAYING = 3
_LINKS_SHOWN = 3

Data = t.Mapping[str, t.Any]


class Followed(t.NamedTuple):
    """What a follow-up has found: C(closed) now, answers that nobody vouches for, what failed, mails that did not go.

    C(links) are those in answers, by case.
    """

    run_id: str
    steps: t.Sequence[Step]
    closed: t.Sequence[Case] = ()
    unproven: t.Sequence[Data] = ()
    links: t.Mapping[str, t.Sequence[str]] = {}
    failures: t.Sequence[str] = ()
    unsent: t.Sequence[Data] = ()


def screen(found: Followed, *, texts: Texts, report: str, again: Command) -> str:
    """Return what to do now, the longest overdue first, and where the rest is."""
    head = [_headline(found, texts), *_gaps(found, texts)]
    foot = [texts.say("screen", "report", path=report), *_copied(texts.say("screen", "again", command=""), again)]
    room = LINES - len(head) - len(foot)
    blocks = [_closed(case, texts) for case in found.closed] + [_block(step, found, texts) for step in _sorted(found)]
    # Each case has a line before one of them has more.
    named = blocks if len(blocks) <= room else blocks[: room - 1]
    room -= len(named) + (named is not blocks)
    shown: list[str] = []
    for first, *rest in named:
        fits = len(rest) <= room
        room = room - len(rest) if fits else 0
        shown += [first, *(rest if fits else ())]
    if named is not blocks:
        shown.append(texts.say("screen", "more", count=len(blocks) - len(named), path=report))
    return "\n".join([*head, *shown, *foot])


def markdown(found: Followed, *, texts: Texts) -> str:
    """Return cases.md."""
    blocks = [
        Block("title", texts.say("screen", "title", run=found.run_id)),
        Block("text", _headline(found, texts)),
    ]
    gaps = list(_gaps(found, texts, width=500))
    if gaps:
        blocks.append(Block("list", rows=[[gap] for gap in gaps]))
    for case in found.closed:
        blocks.append(Block("section", texts.say("screen", "closed", case=_title(case, texts))))
        blocks.append(Block("quote", (case.proof or {}).get("line", "")))
    for step in _sorted(found):
        blocks.append(Block("section", _title(step.case, texts)))
        state = texts.say("state", step.case.state)
        lines = [" | ".join([state, *_about(step, texts)]), step.what]
        lines += [texts.say("screen", "link", link=link) for link in found.links.get(step.case.id, ())]
        blocks.append(Block("list", rows=[[line] for line in lines]))
        if step.path:
            blocks.append(Block("quote", step.path))
        blocks += [Block("quote", command.told()) for command in step.commands]
    return page.markdown(blocks)


def _sorted(found: Followed) -> list[Step]:
    return sorted(found.steps, key=lambda step: (not step.is_due, str(step.case.due_at), step.case.id))


def _headline(found: Followed, texts: Texts) -> str:
    if not found.steps and not found.closed:
        return texts.say("screen", "none")
    due = sum(step.is_due for step in found.steps)
    return texts.say("screen", "head", count=len(found.steps), due=due, closed=len(found.closed))


def _gaps(found: Followed, texts: Texts, *, width: int = WIDTH) -> t.Iterator[str]:
    for failure in found.failures:
        yield clip(plain(failure), width)
    for mail in found.unsent:
        yield clip(texts.say("screen", "unsent", case=mail["case"], reason=mail["reason"]), width)
    for answer in found.unproven:
        yield clip(texts.say("screen", "unproven", source=answer["source"], why=answer["why"]), width)


def _closed(case: Case, texts: Texts) -> list[str]:
    said = texts.say("screen", "closed", case=_title(case, texts))
    return [clip_name(said, WIDTH), clip(texts.say("screen", "proof", line=(case.proof or {}).get("line", "")), WIDTH)]


def _block(step: Step, found: Followed, texts: Texts) -> list[str]:
    state = texts.say("state", step.case.state)
    title = clip_name(_title(step.case, texts), WIDTH - columns(state) - 2)
    lines = [
        f"{title}{' ' * (WIDTH - columns(title) - columns(state))}{state}",
        clip(_INDENT + " | ".join(_about(step, texts)), WIDTH),
    ]
    if step.is_due:
        lines += _wrapped(texts.say("screen", "do", text=step.what))
        for link in list(found.links.get(step.case.id, ()))[:_LINKS_SHOWN] if step.case.due == "confirm" else ():
            lines.append(_INDENT + texts.say("screen", "link", link=link))
        if step.path:
            lines.append(_INDENT + texts.say("screen", "file", path=step.path))
        label = "send" if step.sends else "then"
        for command in step.commands:
            lines += _copied(_INDENT + texts.say("screen", label, command=""), command)
    return lines


def _title(case: Case, texts: Texts) -> str:
    return texts.say("screen", "case", id=case.id, subject=subject_of(case), title=title_of(case, texts))


def _about(step: Step, texts: Texts) -> t.Iterator[str]:
    """Yield since when, until when, and who: the last one who wrote, and who can do something where that is not us."""
    case = step.case
    yield texts.say("screen", "since", since=f"{case.since:%m-%d %H:%M} UTC")
    if case.due_at:
        yield texts.say("screen", "due_by", due_at=f"{case.due_at:%m-%d %H:%M} UTC")
    if who(case) != "you":
        yield texts.say("screen", "who", who=Texts(texts.language).say("who", who(case)))
    if case.by:
        yield texts.say("screen", "by", by=case.by)


def _wrapped(text: str) -> list[str]:
    lines = wrap(text, WIDTH - len(_INDENT))
    if len(lines) > _LINES_OF_A_SAYING:
        rest = " ".join(lines[_LINES_OF_A_SAYING - 1 :])
        lines = [*lines[: _LINES_OF_A_SAYING - 1], clip(rest, WIDTH - len(_INDENT))]
    return [_INDENT + line for line in lines]


def _copied(label: str, command: Command) -> list[str]:
    """Return a command that can be copied: whole, over several lines where it must be."""
    first, *others = command.folded(WIDTH - columns(label))
    return [label + first, *(" " * columns(label) + line for line in filter(None, [*others, command.lacks()]))]
