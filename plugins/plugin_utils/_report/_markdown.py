# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""report.md: everything a run found, as Markdown that no reply, host name or address can turn into markup."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _markdown as audits
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command, shown_path
from ansible_collections.postmaster.delist.plugins.plugin_utils._markdown_text import escaped, linked
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _cases as cases
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _rates as rates
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lists import (
    before_asking,
    problems,
    sayings,
    sender_sayings,
    tables,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import (
    counts,
    facts,
    totals,
    verdict,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._senders import senders
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import code, fenced
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

# Beyond these nobody reads on, and a fleet would fill a book.
IN_FULL = 500
IN_TABLE = 1000

_DOMAINS_SHOWN = 10
_REPLIES_SHOWN = 3


def markdown(report: Report, *, texts: Texts, again: Command, cwd: Path) -> str:
    """The whole report."""
    parts = [*_top(report, texts), *_audit(report, texts), *_overview(report, texts)]
    parts += [*_cases(report, texts), *_deliveries(report, texts)]
    groups = alike(report)
    for items in groups[:IN_FULL]:
        parts += _section(items, report, texts, cwd)
    if more := sum(map(len, groups[IN_FULL:])):
        parts.append(escaped(texts.say("markdown", "more", count=more)))
    parts += [*_senders(report, texts), *_lists(report, texts), *_hosts(report, texts), *_policy(report, texts)]
    parts += [f"## {texts.say('markdown', 'repeat')}", fenced(again.line())]
    if again.left_out:
        parts.append(escaped(texts.say("not_repeated", names=", ".join(again.left_out))))
    return "\n\n".join(parts) + "\n"


def _top(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"# {escaped(texts.say('markdown', 'title', run=report.run_id))}"
    yield f"**{escaped(verdict(report, texts))}**"
    yield escaped(texts.say("markdown", "begun", started=report.started_at, finished=report.finished_at))
    yield escaped(totals(report, texts))


def _audit(report: Report, texts: Texts) -> t.Iterator[str]:
    """What changed since the last audit, before all else."""
    if report.audit is None:
        return
    own = Texts(texts.language, file="audit")
    yield f"## {own.say('markdown', 'title')}"
    head, rows = audits.concerns(report.audit, own)
    if rows:
        yield _table(head, [list(map(escaped, row)) for row in rows])
    yield from _said(own.say("markdown", "entries"), audits.entries(report.audit, own))


def _overview(report: Report, texts: Texts) -> t.Iterator[str]:
    if report.items:
        head = [texts.say("markdown", "what"), texts.say("markdown", "since"), texts.say("markdown", "counts")]
        yield _table(head, [list(map(escaped, _row(item, texts))) for item in report.items[:IN_TABLE]])


def _cases(report: Report, texts: Texts) -> t.Iterator[str]:
    if not (report.cases or report.cases_unknown):
        return
    yield f"## {texts.say('cases', 'title')}"
    if report.cases_unknown:
        yield escaped(texts.say("cases", "unknown", reason=report.cases_unknown))
        return
    head, rows = cases.table(report, texts, lambda at: at.astimezone().isoformat(timespec="seconds"))
    yield _table(head, [list(map(escaped, row)) for row in rows])
    yield from filter(None, [cases.more(report, texts)])
    if report.follow_up:
        yield escaped(texts.say("cases", "follow_up"))
        yield fenced(report.follow_up.line())


def _deliveries(report: Report, texts: Texts) -> t.Iterator[str]:
    head, rows = rates.table(report, texts.language)
    if rows:
        yield f"## {rates.title(texts.language)}"
        yield _table(head, [list(map(escaped, row)) for row in rows])


def _row(item: Item, texts: Texts) -> tuple[str, str, str]:
    return texts.pick(item.finding["title"]), item.finding["first_at"] or "", counts(item, texts)


def alike(report: Report) -> list[list[Item]]:
    """The findings, those together that differ in their host only: unknown recipients at one receiver, say."""
    groups: dict[tuple[str, ...], list[Item]] = {}
    for item in report.items:
        groups.setdefault(item.kin, []).append(item)
    return list(groups.values())


def _section(items: t.Sequence[Item], report: Report, texts: Texts, cwd: Path) -> t.Iterator[str]:
    item = items[0]
    finding = item.finding
    yield f"## {escaped(texts.pick(finding['title']))}"
    if len(items) == 1:
        yield _list(map(escaped, [*hit(item, texts), *facts(item, texts)]))
    else:
        yield _list(escaped(f"{', '.join(one.finding['hosts'])}: {'; '.join(hit(one, texts))}") for one in items)
        yield _list(map(escaped, facts(item, texts, with_hosts=False)))
    yield escaped(texts.pick(finding["explanation"]))
    yield from _said(texts.say("markdown", "to_do"), map(texts.pick, item.steps), pages_of(item))
    yield from (fenced(step["command"]) for step in item.steps if step["command"])
    yield from _said(texts.say("markdown", "blockers"), (text for _key, text in before_asking(finding, texts)))
    yield from _request(item, report, texts, cwd)
    yield from _said(texts.say("markdown", "avoid"), [texts.pick(finding["avoid"])])
    yield from _said(texts.say("markdown", "how_long"), [texts.pick(finding["how_long"])])
    yield from _said(texts.say("markdown", "doubts"), map(texts.pick, finding["doubts"]))
    evidence = dict.fromkeys(reply for one in items for reply in one.finding["evidence"])
    if evidence:
        yield f"### {texts.say('markdown', 'evidence')}"
        yield from (fenced(reply) for reply in [*evidence][: max(_REPLIES_SHOWN, len(finding["evidence"]))])
    if finding["sources"]:
        yield f"### {texts.say('markdown', 'sources')}"
        yield _list(linked(f"{source['url']} ({source['year']})", [source["url"]]) for source in finding["sources"])
    yield " ".join(code(one.finding["id"]) for one in items)


def hit(item: Item, texts: Texts) -> t.Iterator[str]:
    """How many mails, since when, to where."""
    finding = item.finding
    yield counts(item, texts)
    if finding["first_at"]:
        since = texts.say("finding", "since", since=finding["first_at"])
        yield f"{since}, {texts.say('markdown', 'until', until=finding['last_at'])}"
    if domains := item.domains.most_common(_DOMAINS_SHOWN):
        shown = ", ".join(f"{domain} {count:,}" for domain, count in domains)
        yield texts.say("finding", "domains", domains=shown)


def _request(item: Item, report: Report, texts: Texts, cwd: Path) -> t.Iterator[str]:
    said = texts.pick(item.request.get("instruction")).splitlines()
    yield from _said(texts.say("markdown", "request"), said, pages_of(item))
    if item.request.get("path"):
        yield code(shown_path(report.run_dir / item.request["path"], cwd))


def pages_of(item: Item) -> list[str]:
    """The pages of the counterpart at which to ask."""
    remedy = item.finding["remedy"]
    ways = [remedy, item.request, *(remedy.get("alternatives") or ())]
    return [way["url"] for way in ways if way.get("url")]


def _senders(report: Report, texts: Texts) -> t.Iterator[str]:
    head, rows = senders(report, texts)
    if rows:
        yield f"## {texts.say('senders', 'title')}"
        yield _table(head, [list(map(escaped, row)) for row in rows])


def _lists(report: Report, texts: Texts) -> t.Iterator[str]:
    """Everything that block lists and DNS said."""
    if report.lists is None:
        return
    yield f"## {texts.say('markdown', 'lists')}"
    yield _list(map(escaped, [*sayings(report.lists, texts), *problems(report.lists, texts)]))
    for title, head, rows in tables(report.lists, texts):
        if rows:
            yield f"### {title}"
            yield _table(head, [list(map(escaped, row)) for row in rows])
    yield from _said(texts.say("markdown", "sender"), sender_sayings(report.lists, texts))
    manual = report.lists["sender_dns"]["manual"]
    yield from _said(
        texts.say("markdown", "manual"),
        [f"{texts.pick(entry['text'])} {entry['url'] or ''}" for entry in manual],
        [entry["url"] for entry in manual if entry["url"]],
    )


def _hosts(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"## {texts.say('markdown', 'hosts')}"
    yield _table(
        [texts.say("markdown", "host"), texts.say("markdown", "state"), texts.say("markdown", "logs")],
        [
            [escaped(host.name), texts.say("state", host.state), escaped(host.reason or logs_of(report, host.name))]
            for host in report.hosts
        ],
    )
    if report.remarks:
        yield _list(escaped(texts.pick(remark)) for remark in report.remarks)


def logs_of(report: Report, host: str) -> str:
    logs = [log for log in report.totals.logs if log.host == host]
    return "; ".join(f"{log.path} ({', '.join(log.notes)})" if log.notes else log.path for log in logs)


def _policy(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"## {texts.say('markdown', 'policy')}"
    reasons = report.reasons(texts)
    yield texts.say("markdown", "not_passed" if reasons else "passed")
    if reasons:
        yield _list(map(escaped, reasons))


def _said(title: str, sayings: t.Iterable[str], pages: t.Collection[str] = ()) -> t.Iterator[str]:
    said = [saying for saying in sayings if saying]
    if said:
        yield f"### {title}"
        yield _list(linked(saying, pages) for saying in said)


def _list(entries: t.Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
