# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What report.html says of a finding: first what to do, its request, then everything."""

from __future__ import annotations

import re
import typing as t

import markupsafe

from ansible_collections.postmaster.delist.plugins.plugin_utils._markdown_text import PAGE
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import instant
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._lists import before_asking
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._markdown import hit, pages_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import counts, facts, headline
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._request import copies, notice, rows_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import block
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

REPLIES = 5

View = dict[str, t.Any]


class Told(t.NamedTuple):
    report: Report
    texts: Texts
    page: Texts

    def first(self, number: int, item: Item) -> View:
        texts = self.texts
        began = instant(item.finding["first_at"])
        return {
            "number": number,
            "headline": headline(item, texts),
            "severity": item.finding["severity"],
            "facts": [
                counts(item, texts),
                *([texts.say("finding", "since", since=f"{began:%m-%d %H:%M}")] if began else []),
                *facts(item, texts, hosts_at_most=5),
            ],
            "before": [text for _key, text in before_asking(item.finding, texts)] if self._asks(item) else [],
            "act": self._act(item),
            "has_copies": bool(copies(item, self.report)),
        }

    def request(self, number: int, item: Item) -> View | None:
        made = copies(item, self.report)
        if not made:
            return None
        told = notice(item, self.report, self.texts.language)
        return {
            "number": number,
            "headline": headline(item, self.texts),
            "act": self._act(item),
            "copies": [
                {
                    "label": self.page.say("requests", copy.label) if copy.is_key else copy.label,
                    "text": copy.text,
                    "rows": copy.rows,
                    "help": self.texts.pick(copy.help),
                }
                for copy in made
            ],
            "draft": item.request["path"] if item.request["kind"] == "email" else None,
            "notice": told,
            "notice_rows": rows_of(told),
        }

    def finding(self, number: int, items: t.Sequence[Item]) -> View:
        texts, first = self.texts, items[0]
        finding, pages = first.finding, pages_of(first)
        request = [line for line in texts.pick(first.request.get("instruction")).splitlines() if line]
        evidence = dict.fromkeys(reply for item in items for reply in item.finding["evidence"])
        return {
            "number": number,
            "ids": [item.finding["id"] for item in items],
            "is_block": first.is_block,
            "title": texts.pick(finding["title"]),
            "severity": finding["severity"],
            "explanation": texts.pick(finding["explanation"]),
            "facts": self._facts(items),
            "to_do": [linked(texts.pick(step), pages) for step in first.steps],
            "blockers": [text for _key, text in before_asking(finding, texts)],
            "request": [linked(line, pages) for line in request],
            "avoid": _some(texts.pick(finding["avoid"])),
            "how_long": _some(texts.pick(finding["how_long"])),
            "doubts": [texts.pick(doubt) for doubt in finding["doubts"]],
            "evidence": [block(reply) for reply in [*evidence][:REPLIES]],
            "sources": [
                linked(f"{source['url']} ({source['year']})", [source["url"]]) for source in finding["sources"]
            ],
        }

    def _facts(self, items: t.Sequence[Item]) -> list[str]:
        texts = self.texts
        if len(items) == 1:
            return [*hit(items[0], texts), *facts(items[0], texts)]
        told = [f"{', '.join(item.finding['hosts'])}: {'; '.join(hit(item, texts))}" for item in items]
        return [*told, *facts(items[0], texts, with_hosts=False)]

    def _asks(self, item: Item) -> bool:
        return item.request.get("kind") in ("email", "form")

    def _act(self, item: Item) -> str | markupsafe.Markup:
        """What to do now, in one sentence."""
        request, page = item.request, self.page
        if request.get("kind") == "email":
            return page.say("first", "send", to=request["to"])
        if request.get("kind") == "form":
            said = page.say("first", "fill_in", counterpart=self.texts.pick(item.finding["counterpart"]))
            return linked(f"{said} {request['url']}", [request["url"]])
        return plain(self.texts.pick(request.get("instruction")).partition("\n")[0])


def linked(text: object, pages: t.Collection[str | None]) -> markupsafe.Markup:
    """A text in which these pages of knowledge's, and nothing else, are links."""
    known = sorted({page for page in pages if page and PAGE.fullmatch(page)}, key=lambda page: (-len(page), page))
    parts = re.split(f"({'|'.join(map(re.escape, known))})", plain(text)) if known else [plain(text)]
    link = markupsafe.Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>')
    return markupsafe.Markup().join(link.format(part) if number % 2 else part for number, part in enumerate(parts))


def _some(text: str) -> list[str]:
    return [text] if text else []
