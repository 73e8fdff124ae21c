# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The one screen at the end of a run: 24 lines of 80 columns, the answer first."""

from __future__ import annotations

import collections
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, columns, plain, wrap
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_command import Command, shown_path
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_evidence import instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_texts import Texts

LINES = 24
WIDTH = 80

_NOT_READ_SHOWN = 3
_NOTES_SHOWN = 2
_CAUSES_SHOWN = 3
_ADVICE_LINES = 2
_INDENT = "  "
# Refusals of a request that the operator ends by saying something.
_WORDS_MISSING = frozenset({"fixed_text_missing", "words_missing"})


def screen(report: Report, *, texts: Texts, again: Command, cwd: Path) -> str:
    """What to know first, what to do next, and where the rest is."""
    head = [*_head(report, texts), *_gaps(report, texts)]
    foot = [*_noise(report, texts), *_foot(report, texts, again, cwd)]
    middle = _blocks(report, texts, cwd, room=LINES - len(head) - len(foot))
    return "\n".join([*head, *middle, *foot])


def verdict(report: Report, texts: Texts) -> str:
    """The answer in one line: which addresses are blocked, or why there is none."""
    addresses = dict.fromkeys(item.subject for item in report.blocks)
    return texts.say("verdict", report.verdict, addresses=", ".join(addresses), blocks=len(report.blocks))


def totals(report: Report, texts: Texts) -> str:
    """How many mails met what fate, over all hosts."""
    summed = report.totals
    return texts.say(
        "totals",
        bounced=summed.bounced,
        deferred=summed.deferred,
        expired=_expired(summed.expired, texts),
        delivered=summed.delivered,
    )


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
        yield from _packed([totals(report, texts), read], indent="")
    else:
        yield clip(read, WIDTH)


def _expired(number: int, texts: Texts) -> str:
    return texts.say("expired", expired=number) if number else ""


def _window(report: Report, texts: Texts) -> str:
    since, until = report.totals.since, report.totals.until
    if since is None or until is None:
        return texts.say("window", "whole")
    hours = (until - since).total_seconds() / 3600
    return texts.say("window", "hours", hours=f"{hours:.1f}".removesuffix(".0"))


def _gaps(report: Report, texts: Texts) -> t.Iterator[str]:
    """What this picture lacks: before the findings, for who acts on half of it must know."""
    for host in report.not_read[:_NOT_READ_SHOWN]:
        yield clip(texts.say("not_read", host=host.name, reason=host.reason), WIDTH)
    if len(report.not_read) > _NOT_READ_SHOWN:
        yield texts.say("more_not_read", count=len(report.not_read) - _NOT_READ_SHOWN)
    for step, reason in report.failed_steps.items():
        yield clip(texts.say("not_done", step=texts.say("step", step), reason=reason), WIDTH)
    notes = list(_notes(report, texts))
    yield from (clip(note, WIDTH) for note in notes[:_NOTES_SHOWN])
    if len(notes) > _NOTES_SHOWN:
        yield texts.say("more_notes", count=len(notes) - _NOTES_SHOWN)


def _notes(report: Report, texts: Texts) -> t.Iterator[str]:
    for log in report.notes:
        yield texts.say("note", host=log.host, path=log.path, note="; ".join(log.notes))
    for remark in report.remarks:
        yield texts.say("remark", note=texts.pick(remark))


def _blocks(report: Report, texts: Texts, cwd: Path, *, room: int) -> list[str]:
    """The worst in full, the others in a line each, the rest as a number: what there is room for."""
    in_full = [_in_full(item, report, texts, cwd) for item in report.blocks]
    lines: list[str] = []
    shown = 0
    for number, full in enumerate(in_full):
        behind = len(in_full) - number - 1
        if len(lines) + len(full) + behind <= room:
            lines += full
        elif len(lines) + 1 + min(behind, 1) <= room:
            lines += full[:1]
        else:
            break
        shown += 1
    if shown < len(in_full):
        lines.append(texts.say("more_findings", count=len(in_full) - shown))
    return lines


def headline(item: Item, texts: Texts) -> str:
    """What is refused by whom, and by which rule we know."""
    rules = [rule.rpartition("/")[2] for rule in item.finding["rules"]]
    return texts.say(
        "finding",
        "head" if rules else "head_without_rule",
        subject=item.subject,
        counterpart=texts.pick(item.finding["counterpart"]),
        rule=", ".join(rules),
    )


def counts(item: Item, texts: Texts) -> str:
    """How many mails a finding hit, and for how many people."""
    numbers = item.finding["counts"]
    hit = texts.say(
        "finding",
        "counts",
        bounced=numbers["bounced"],
        deferred=numbers["deferred"],
        expired=_expired(numbers["expired"], texts),
    )
    if not numbers["recipients"]:
        return hit
    known = f"{numbers['recipients']:,}{'+' if numbers.get('recipients_at_least') else ''}"
    return f"{hit}; {texts.say('finding', 'recipients', recipients=known, domains=len(item.domains))}"


def facts(item: Item, texts: Texts) -> list[str]:
    """What decides who acts: the scope, whose turn it is, where, and how sure this is."""
    finding = item.finding
    return [
        texts.say("finding", "scope", scope=texts.say("scope", finding["scope"])),
        texts.say("finding", "fixes", who=texts.say("who", finding["who_can_fix"])),
        texts.say("finding", "hosts", hosts=", ".join(finding["hosts"])),
        texts.say("finding", "confidence", confidence=texts.say("confidence", finding["confidence"])),
    ]


def _in_full(item: Item, report: Report, texts: Texts, cwd: Path) -> list[str]:
    began = instant(item.finding["first_at"])
    since = [texts.say("finding", "since", since=f"{began:%m-%d %H:%M}")] if began else []
    return [
        clip(headline(item, texts), WIDTH),
        *_packed([*since, counts(item, texts), *facts(item, texts)]),
        *_next(item, report, texts, cwd),
    ]


def _next(item: Item, report: Report, texts: Texts, cwd: Path) -> list[str]:
    """What to do now. Paths and pages are whole, however long: they are there to be copied."""
    request = item.request
    if not request:
        return []
    path = shown_path(report.run_dir / (request["path"] or ""), cwd)
    if request["kind"] == "email":
        return [_INDENT + texts.say("next", "email", path=path)]
    if request["kind"] == "form":
        return [_INDENT + texts.say("next", "form", url=request["url"]), _INDENT + texts.say("next", "crib", path=path)]
    advice = plain(texts.pick(request["instruction"]).partition("\n")[0])
    lines = wrap(texts.say("next", "refused" if request["refused"] else "none", text=advice), WIDTH - len(_INDENT))
    shown = lines[:_ADVICE_LINES]
    if len(lines) > len(shown):
        shown[-1] = clip(f"{shown[-1]} {lines[len(shown)]}", WIDTH - len(_INDENT))
    return [_INDENT + line for line in shown]


def _noise(report: Report, texts: Texts) -> t.Iterator[str]:
    """What is no block, added up by cause."""
    by_cause: dict[str, list[Item]] = collections.defaultdict(list)
    for item in report.noise:
        by_cause[texts.pick(item.cause)].append(item)
    ranked = sorted(by_cause.items(), key=lambda entry: -sum(item.hit for item in entry[1]))
    for title, items in ranked[:_CAUSES_SHOWN]:
        receivers = dict.fromkeys(receiver["slug"] for item in items for receiver in item.finding["receivers"])
        hit = sum(item.hit for item in items)
        yield clip(texts.say("also", title=title, count=hit, receivers=", ".join(receivers)), WIDTH)
    if len(ranked) > _CAUSES_SHOWN:
        yield texts.say("more_findings", count=len(ranked) - _CAUSES_SHOWN)


def _foot(report: Report, texts: Texts, again: Command, cwd: Path) -> t.Iterator[str]:
    if any(_WORDS_MISSING & {reason["code"] for reason in _refusals(item)} for item in report.items):
        yield clip(texts.say("say"), WIDTH)
    yield texts.say("report", path=shown_path(report.run_dir / "report.md", cwd))
    label = texts.say("again", command="")
    first, *others = again.folded(WIDTH - columns(label))
    yield label + first
    yield from (" " * columns(label) + line for line in others)


def _refusals(item: Item) -> t.Sequence[t.Mapping[str, str]]:
    refused = item.request.get("refused")
    return item.request.get("refusals") or ([refused] if refused else [])


def _packed(parts: t.Sequence[str], *, indent: str = _INDENT) -> list[str]:
    """Short sayings, as many on a line as it takes."""
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]} | {part}" if lines else ""
        if joined and columns(joined) <= WIDTH:
            lines[-1] = joined
        else:
            lines.append(clip(indent + part, WIDTH))
    return lines
