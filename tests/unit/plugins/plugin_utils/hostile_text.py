# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One text that tries everything, every place of a document that may hold it, and what no output may make of it."""

from __future__ import annotations

import copy
import csv
import email
import email.policy
import html.parser
import io
import json
import re
import typing as t
import unicodedata
from xml.etree import ElementTree

import pytest

EVIL = "evil.example"
# As a command, a template or a path it would leave a file "proof" in or beside the working directory.
TEXT = (
    f'=HYPERLINK("http://{EVIL}/")\r\nBcc: all@{EVIL}\r\nX-Injected: yes\r\n\r\n'
    f"<script>alert(1)</script><img src=x onerror=alert(1)><a href='//{EVIL}'>x</a> ]]> --> \" '\n"
    f"[click](javascript:alert(1)) ![i](http://{EVIL}/i.png) <http://{EVIL}/> `` ``` ~~~ |x| *b* \\\n# head\n- item\n"
    "{{ lookup('pipe', 'touch proof') }} {% raw %} {# ${x} %(x)s {0}\n"
    "$(touch proof) `touch proof`; touch proof | x && y\n"
    "\x00\x1b[2J\x1b]0;owned\x07\x9b31m\u202eevil\u2066\u200b\u2028\ud800 ../../proof"
)
PATH = "../../proof"
# Maps whose keys come from outside too.
OPEN_MAPS = ("recipient_domains", "sender_domains", "by_service", "by_queue", "helo")
_OBEYED = ("Cc", "Cf", "Cs", "Zl", "Zp")
_FORMULA = tuple("=+-@|%\t\r\n")
_SAMPLE = re.compile(r'# (HELP|TYPE) \w+ [^\n]*|\w+(\{(\w+="([^"\\\n]|\\[\\"n])*",?)*\})? [-+.\deEaNInf]+')

Way = tuple[t.Any, ...]


class Key(str):
    """The name of a key that is itself replaced, not what is under it."""


def places(document: t.Any, here: Way = ()) -> t.Iterator[Way]:
    """Yield the way to each text of a document."""
    if isinstance(document, str):
        yield here
    elif isinstance(document, dict):
        for name, value in document.items():
            if here and here[-1] in OPEN_MAPS:
                yield (*here, Key(name))
            yield from places(value, (*here, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*here, index))


def with_text(document: t.Any, way: Way, text: str) -> t.Any:
    """Return the document with another text in one place."""
    changed = copy.deepcopy(document)
    inside = changed
    for step in way[:-1]:
        inside = inside[step]
    if isinstance(way[-1], Key):
        inside[text] = inside.pop(way[-1])
    else:
        inside[way[-1]] = text
    return changed


def named(way: Way) -> str:
    return ".".join(f"{step}=" if isinstance(step, Key) else str(step) for step in way)


def is_plain(text: str) -> None:
    """Nothing in it is obeyed by a terminal, or turns the direction of what is read."""
    assert {char for char in text if unicodedata.category(char) in _OBEYED and char not in "\n\t"} == set()


def is_line(text: str) -> None:
    is_plain(text)
    assert "\n" not in text


class _Page(html.parser.HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.others: list[str] = []
        self.scripts: list[str] = []
        self._is_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._is_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._is_script:
            self.scripts.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_pi = unknown_decl = handle_comment


def is_harmless_html(page: str, *, beside: str) -> None:
    """C(beside) is the page of the same documents without the text: it has the same scripts, and all kinds of tags."""
    is_plain(page)
    found, good = _Page(page), _Page(beside)
    assert found.tags <= good.tags | {"details", "summary", "pre", "code", "ul", "li"}
    assert set(found.scripts) <= set(good.scripts)
    assert set(found.others) <= set(good.others)
    for name, value in found.attributes:
        assert not name.startswith("on")
        assert name != "srcdoc"
        if name in ("href", "src", "action"):
            assert EVIL not in value
            assert not value.strip().lower().startswith(("javascript:", "data:text", "//"))


def is_harmless_markdown(page: str) -> None:
    is_plain(page)
    markdown_it = pytest.importorskip("markdown_it")
    tokens = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
    for token in [token for outer in tokens for token in (outer, *(outer.children or ()))]:
        assert token.type not in ("html_block", "html_inline", "image"), token
        if token.type == "link_open":
            assert EVIL not in str(token.attrs["href"])
            assert "javascript" not in str(token.attrs["href"])
    contents = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert "head" not in contents


def is_harmless_table(text: str, *, columns: int) -> None:
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        assert len(row) == columns
        for cell in row:
            is_line(cell)
            assert not cell.startswith(_FORMULA)


def is_harmless_xml(text: str, *, beside: str) -> None:
    is_plain(text)
    tags = {element.tag for element in ElementTree.fromstring(text).iter()}
    good = {element.tag for element in ElementTree.fromstring(beside).iter()}
    assert tags <= good | {"system-out", "failure", "error"}


def is_harmless_metrics(text: str) -> None:
    is_plain(text)
    for line in text.splitlines():
        assert _SAMPLE.fullmatch(line), line


def is_harmless_jsonl(text: str) -> None:
    assert all(isinstance(json.loads(line), dict) for line in text.split("\n") if line)


def is_harmless_mail(text: str, *, own_domain: str) -> None:
    message = email.message_from_bytes(text.encode(), policy=email.policy.default)
    assert message.defects == []
    assert not {"bcc", "cc", "x-injected"} & {name.lower() for name in message}
    assert str(message["To"]).endswith(own_domain)
    for name, value in message.items():
        is_line(str(value))
        assert name == "Subject" or EVIL not in str(value)
    assert not message.is_multipart()
    is_plain(message.get_content())
