# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A page of plain blocks as Markdown, or as HTML that stands alone; no text in it can become markup of either."""

from __future__ import annotations

import dataclasses
import datetime
import html as standard
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._markdown_text import escaped
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import block, fenced

# Nothing is fetched and nothing runs, whatever got into the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .6em;text-align:left;vertical-align:top}"
    "pre{background:#f3f3f3;padding:.6em;white-space:pre-wrap;overflow-wrap:anywhere}"
)
_LONGEST_QUOTE = 16_000


@dataclasses.dataclass(frozen=True)
class Block:
    """C(kind) is title, section, text, quote (C(text), which alone may hold lines), list or table (C(rows))."""

    kind: str
    text: str = ""
    rows: t.Sequence[t.Sequence[str]] = ()


def markdown(blocks: t.Iterable[Block]) -> str:
    return "\n\n".join(_in_markdown(one) for one in blocks) + "\n"


def html(blocks: t.Sequence[Block], language: str) -> str:
    title = next((one.text for one in blocks if one.kind == "title"), "")
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{_text(title)}</title><style>{_STYLE}</style>'
    )
    body = "\n".join(_in_html(one) for one in blocks)
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def utc(at: datetime.datetime) -> str:
    """Return a time as people read it."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _in_markdown(one: Block) -> str:
    if one.kind == "quote":
        return fenced(block(one.text, _LONGEST_QUOTE))
    if one.kind == "list":
        return "\n".join(f"- {escaped(row[0])}" for row in one.rows)
    if one.kind == "table":
        head, *rows = [[escaped(cell) for cell in row] for row in one.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
    return {"title": "# ", "section": "## "}.get(one.kind, "") + escaped(one.text)


def _in_html(one: Block) -> str:
    if one.kind == "quote":
        return f"<pre>{standard.escape(block(one.text, _LONGEST_QUOTE))}</pre>"
    if one.kind == "list":
        return f"<ul>{''.join(f'<li>{_text(row[0])}</li>' for row in one.rows)}</ul>"
    if one.kind == "table":
        head, *rows = one.rows
        lines = [_row(head, "th"), *(_row(row, "td") for row in rows)]
        return f"<table>{''.join(lines)}</table>"
    tag = {"title": "h1", "section": "h2"}.get(one.kind, "p")
    return f"<{tag}>{_text(one.text)}</{tag}>"


def _row(cells: t.Iterable[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return standard.escape(plain(text))
