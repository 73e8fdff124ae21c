# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What report.html says in one language: plain texts and numbers, which the templates only arrange."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._heat import Heat, heat
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_audit import audit_view
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_chart import chart
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_finding import Told, linked
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_traffic import cases_view, delivery_view
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lists import (
    problems,
    sayings,
    sender_sayings,
    tables,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._markdown import alike, logs_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import counts, totals, verdict
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._rates import Row, rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._request import rows_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._senders import senders
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._timeline import Timeline, timeline
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import Block
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

FIRST = 5
IN_FULL = 150
IN_TABLE = 1000

View = dict[str, t.Any]


def view(report: Report, language: str, again: Command, made_once: Once) -> View:
    """Return the values of article.html.j2."""
    texts, page = Texts(language), Texts(language, file="report_page")
    made, told = _Page(report, texts, page), Told(report, texts, page)
    shown = made.shown
    values: View = {
        "language": language,
        "report": report,
        "say": page.say,
        "shared": texts.say,
        "verdict": verdict(report, texts),
        "totals": totals(report, texts),
        "offset": report.finished_at[-len("+09:00") :],
        "gaps": made.gaps(),
        "audit": audit_view(report, language),
        "reasons": report.reasons(texts),
        "first": [told.first(number, items[0]) for number, items in shown if items[0].is_block][:FIRST],
        "more_blocks": max(0, len(report.blocks) - FIRST),
        "timeline": chart(made_once.timeline, report, page) if made_once.timeline else None,
        "cases": cases_view(report, texts),
        "delivery": delivery_view(report, made_once.rates, page),
        "follow_up": _folded(report.follow_up) if report.follow_up else None,
        "heat": made_once.heat,
        "requests": [request for number, items in shown if (request := told.request(number, items[0]))],
        "overview": made.overview(),
        "findings": [told.finding(number, items) for number, items in shown],
        "more_findings": len(report.items) - sum(len(items) for _number, items in shown),
        "senders": made.senders(),
        "lists": made.lists(),
        "hosts": made.hosts(),
        "hold": _folded(report.hold) if report.hold and report.can_hold else None,
        "again": _folded(again),
    }
    return {**values, "contents": list(_contents(values, texts, page))}


_COLUMNS = 100


def _contents(values: View, texts: Texts, page: Texts) -> t.Iterator[tuple[str, str]]:
    if values["audit"]:
        yield "audit", values["audit"]["title"]
    yield "first", page.say("first", "title")
    for name in ("cases", "timeline", "delivery", "heat", "requests", "findings"):
        if values[name]:
            yield name, values[name]["title"] if name in ("cases", "delivery") else page.say(name, "title")
    if values["senders"]["rows"]:
        yield "senders", texts.say("senders", "title")
    if values["lists"]:
        yield "lists", texts.say("markdown", "lists")
    yield "hosts", texts.say("markdown", "hosts")
    yield "policy", texts.say("markdown", "policy")
    yield "again", texts.say("markdown", "repeat")


class Once(t.NamedTuple):
    """What is the same in both languages."""

    timeline: Timeline | None
    heat: Heat | None
    rates: t.Sequence[Row]

    @classmethod
    def of(cls, report: Report) -> Once:
        return cls(timeline(report), heat(report.lists) if report.lists else None, rates(report))


class _Page(t.NamedTuple):
    report: Report
    texts: Texts
    page: Texts

    @property
    def shown(self) -> list[tuple[int, list[Item]]]:
        """The findings that are told in full, those alike together, with the numbers that tie their parts together."""
        return list(enumerate(alike(self.report)[:IN_FULL], start=1))

    def gaps(self) -> list[str]:
        report, texts = self.report, self.texts
        notes = [texts.say("note", host=log.host, path=log.path, note="; ".join(log.notes)) for log in report.notes]
        return [*report.gaps(texts), *notes, *(texts.pick(remark) for remark in report.remarks)]

    def overview(self) -> View:
        texts, page = self.texts, self.page
        head = [texts.say("markdown", "what"), page.say("findings", "severity"), texts.say("markdown", "since")]
        rows = [
            [
                texts.pick(item.finding["title"]),
                page.say("severity", item.finding["severity"]),
                f"{began:%m-%d %H:%M}" if (began := instant(item.finding["first_at"])) else "",
                counts(item, texts),
            ]
            for item in self.report.items[:IN_TABLE]
        ]
        return {"head": [*head, texts.say("markdown", "counts")], "rows": rows}

    def senders(self) -> View:
        head, rows = senders(self.report, self.texts)
        return {"head": head, "rows": rows}

    def lists(self) -> View | None:
        said, texts = self.report.lists, self.texts
        if said is None:
            return None
        pages = [row["delist"]["url"] for row in said["listings"] if row["delist"]]
        manual = said["sender_dns"]["manual"]
        return {
            "sayings": [*sayings(said, texts), *problems(said, texts)],
            "tables": [
                {"title": title, "head": head, "rows": [[linked(cell, pages) for cell in row] for row in rows]}
                for title, head, rows in tables(said, texts)
                if rows
            ],
            "sender": list(sender_sayings(said, texts)),
            "manual": [linked(f"{texts.pick(entry['text'])} {entry['url'] or ''}", [entry["url"]]) for entry in manual],
        }

    def hosts(self) -> View:
        texts = self.texts
        head = [texts.say("markdown", name) for name in ("host", "state", "logs")]
        rows = [
            [host.name, texts.say("state", host.state), host.reason or logs_of(self.report, host.name)]
            for host in self.report.hosts
        ]
        return {"head": head, "rows": rows}


def _folded(command: Command) -> View:
    text = Block("\n".join(map(plain, command.folded(_COLUMNS))))
    return {"text": text, "rows": rows_of(text)}
