# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""report.md: everything a run found, as Markdown that no reply, host name or address can turn into markup."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_command import Command, shown_path
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_lists import (
    before_asking,
    problems,
    sayings,
    sender_sayings,
    tables,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_phrases import (
    counts,
    facts,
    totals,
    verdict,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report_texts import Texts
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_text import code, fenced

# What Markdown, or the HTML within it, gives a meaning; addresses that a viewer would make a link of by itself.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_BEGINNING_OF_A_BLOCK = re.compile(r"^([0-9]{1,9}(?=[.)](?: |$))|(?=[-+=#]))")

_DOMAINS_SHOWN = 10


def markdown(report: Report, *, texts: Texts, again: Command, cwd: Path) -> str:
    """The whole report."""
    parts = [*_top(report, texts), *_overview(report, texts)]
    for item in report.items:
        parts += _section(item, report, texts, cwd)
    parts += [*_lists(report, texts), *_hosts(report, texts), *_policy(report, texts)]
    parts += [f"## {texts.say('markdown', 'repeat')}", fenced(again.line())]
    return "\n\n".join(parts) + "\n"


def escaped(text: object) -> str:
    """A text as one line of Markdown that reads as it stands."""
    return _BEGINNING_OF_A_BLOCK.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", plain(text)))


def _top(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"# {escaped(texts.say('markdown', 'title', run=report.run_id))}"
    yield f"**{escaped(verdict(report, texts))}**"
    yield escaped(texts.say("markdown", "begun", started=report.started_at, finished=report.finished_at))
    yield escaped(totals(report, texts))


def _overview(report: Report, texts: Texts) -> t.Iterator[str]:
    if report.items:
        head = [texts.say("markdown", "what"), texts.say("markdown", "since"), texts.say("markdown", "counts")]
        yield _table(head, [list(map(escaped, _row(item, texts))) for item in report.items])


def _row(item: Item, texts: Texts) -> tuple[str, str, str]:
    return texts.pick(item.finding["title"]), item.finding["first_at"] or "", counts(item, texts)


def _section(item: Item, report: Report, texts: Texts, cwd: Path) -> t.Iterator[str]:
    finding = item.finding
    yield f"## {escaped(texts.pick(finding['title']))}"
    yield _list(map(escaped, _facts(item, texts)))
    yield escaped(texts.pick(finding["explanation"]))
    yield from _said(texts.say("markdown", "to_do"), map(texts.pick, finding["next_steps"]))
    yield from _said(texts.say("markdown", "blockers"), (text for _key, text in before_asking(finding, texts)))
    yield from _request(item, report, texts, cwd)
    yield from _said(texts.say("markdown", "avoid"), [texts.pick(finding["avoid"])])
    yield from _said(texts.say("markdown", "how_long"), [texts.pick(finding["how_long"])])
    yield from _said(texts.say("markdown", "doubts"), map(texts.pick, finding["doubts"]))
    if finding["evidence"]:
        yield f"### {texts.say('markdown', 'evidence')}"
        yield from (fenced(reply) for reply in finding["evidence"])
    if finding["sources"]:
        yield f"### {texts.say('markdown', 'sources')}"
        yield _list(f"<{source['url']}> ({source['year']})" for source in finding["sources"])
    yield code(finding["id"])


def _facts(item: Item, texts: Texts) -> t.Iterator[str]:
    finding = item.finding
    yield counts(item, texts)
    if finding["first_at"]:
        since = texts.say("finding", "since", since=finding["first_at"])
        yield f"{since}, {texts.say('markdown', 'until', until=finding['last_at'])}"
    if domains := item.domains.most_common(_DOMAINS_SHOWN):
        shown = ", ".join(f"{domain} {count:,}" for domain, count in domains)
        yield texts.say("finding", "domains", domains=shown)
    yield from facts(item, texts)


def _request(item: Item, report: Report, texts: Texts, cwd: Path) -> t.Iterator[str]:
    yield from _said(texts.say("markdown", "request"), texts.pick(item.request.get("instruction")).splitlines())
    if item.request.get("path"):
        yield code(shown_path(report.run_dir / item.request["path"], cwd))


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
        texts.say("markdown", "manual"), (f"{texts.pick(entry['text'])} {entry['url'] or ''}" for entry in manual)
    )


def _hosts(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"## {texts.say('markdown', 'hosts')}"
    yield _table(
        [texts.say("markdown", "host"), texts.say("markdown", "state"), texts.say("markdown", "logs")],
        [
            [escaped(host.name), texts.say("state", host.state), escaped(host.reason or _logs(report, host.name))]
            for host in report.hosts
        ],
    )
    if report.remarks:
        yield _list(escaped(texts.pick(remark)) for remark in report.remarks)


def _logs(report: Report, host: str) -> str:
    logs = [log for log in report.totals.logs if log.host == host]
    return "; ".join(f"{log.path} ({', '.join(log.notes)})" if log.notes else log.path for log in logs)


def _policy(report: Report, texts: Texts) -> t.Iterator[str]:
    yield f"## {texts.say('markdown', 'policy')}"
    reasons = report.reasons(texts)
    yield texts.say("markdown", "not_passed" if reasons else "passed")
    if reasons:
        yield _list(map(escaped, reasons))


def _said(title: str, sayings: t.Iterable[str]) -> t.Iterator[str]:
    said = [saying for saying in sayings if saying]
    if said:
        yield f"### {title}"
        yield _list(map(escaped, said))


def _list(entries: t.Iterable[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)


def _table(head: t.Sequence[str], rows: t.Sequence[t.Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
