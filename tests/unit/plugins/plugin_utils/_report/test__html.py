# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""report.html without a browser: whole, tied together, in both languages, and nobody's markup. (See tests/browser.)"""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _html_view as views
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_finding import linked
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    asked_lists,
    blocked,
    finding,
    rendered,
    report,
    request,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report

VOID = frozenset({"meta", "input", "br", "rect"})
ALLOWED = frozenset(
    """html head meta title style body main fieldset legend label input article header section footer nav div span
    h1 h2 h3 h4 p ul ol li a b code pre textarea table thead tbody tr th td details summary svg rect br""".split()
)


class Page(HTMLParser):
    """What a page is made of, and what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "rect" or (tag == "title" and not self._open):
            return
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [value or "" for _tag, attrs in self.tags for key, value in attrs.items() if key == name]


def page_of(made: Report, language: str = "en") -> Page:
    return Page(rendered(made, "html", language))


@pytest.fixture(params=["blocked", "hostile", "clear"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    makers: dict[str, t.Callable[[Path], Report]] = {"blocked": blocked, "hostile": hostile_report, "clear": report}
    return makers[request.param](tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_of_the_elements_that_it_may_have(made: Report, language: str) -> None:
    page = page_of(made, language)
    assert page.wrong == []
    assert {tag for tag, _attrs in page.tags} <= ALLOWED
    assert not [
        name for _tag, attrs in page.tags for name in attrs if name.startswith("on") or name in ("style", "src")
    ]
    assert page.tags[0] == ("html", {"lang": language})


def test_ids_are_single_and_what_refers_to_one_finds_it(made: Report) -> None:
    page = page_of(made)
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    referred = [*page.all("aria-labelledby"), *page.all("for")]
    assert set(referred + [href[1:] for href in page.all("href") if href.startswith("#")]) <= set(ids)
    boxes = {attrs["id"] for tag, attrs in page.tags if tag == "textarea"}
    assert boxes <= set(page.all("for"))


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(made: Report) -> None:
    text = rendered(made, "html")
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    policy = re.search('Content-Security-Policy" content="(.*?)"', text)
    assert style
    assert policy
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_links_lead_into_the_page_to_a_draft_or_to_a_page_of_knowledges(made: Report) -> None:
    known = re.compile(
        r"#[a-z0-9-]+|requests/[a-z0-9-]+\.eml|https://(olcsupport\.office\.com|check\.spamhaus\.org|\S+)"
    )
    links = page_of(made).all("href")
    assert all(known.fullmatch(link) for link in links)
    assert not [link for link in links if "evil" in link]


def test_both_languages_are_there_and_nothing_of_one_in_the_other(tmp_path: Path) -> None:
    text = rendered(blocked(tmp_path), "html")
    english, japanese = re.findall(r'<article lang="(?:en|ja)">(.*?)</article>', text, re.DOTALL)
    assert "Do this first" in english
    assert "まずやること" in japanese
    assert not re.search("[ぁ-んァ-ヶ一-龠]", english)
    assert "The address is on their list." not in japanese


def test_a_mail_and_a_form_are_there_to_copy(tmp_path: Path) -> None:
    mail, form = finding(), finding(9, slug="second")
    fields = [
        {"name": "IP & name", "value": "203.0.113.9\n<mx3>", "required": True, "help": {"en": "Both.", "ja": "両方。"}}
    ]
    made = report(tmp_path, findings=[mail, form], requests=[request(mail), request(form, "form", fields=fields)])
    (made.run_dir / "requests").mkdir()
    draft = "To: delist@acme.example\nSubject: Please remove\n\nHello,\n\n  indented & <kept>\n"
    (made.run_dir / request(mail)["path"]).write_text(draft, encoding="utf-8")
    boxes = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", rendered(made, "html"), re.DOTALL)
    assert boxes[:4] == [
        "delist@acme.example",
        "Please remove",
        "Hello,\n\nindented &amp; &lt;kept&gt;",
        "203.0.113.9\n&lt;mx3&gt;",
    ]


def test_a_request_whose_file_is_elsewhere_or_gone_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("To: nobody\n\nsecret", encoding="utf-8")
    for path in ("../../secret", "requests/../../secret", str(tmp_path / "secret"), "requests/gone.eml", "requests/\0"):
        made = report(tmp_path, findings=[finding()], requests=[request(finding(), path=path)])
        text = rendered(made, "html")
        assert "secret" not in text.replace("requests/../../secret", "")
        assert "en-request-1" not in text


def test_what_is_found_beyond_the_bounds_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "IN_FULL", 3)
    monkeypatch.setattr(views, "FIRST", 2)
    made = report(tmp_path, findings=[finding(number) for number in range(1, 9)])
    text = rendered(made, "html")
    assert len(re.findall('id="en-finding-[0-9]', text)) == 3
    assert "5 more findings are in findings.json." in text
    assert "and 6 more blocks below" in text


@pytest.mark.parametrize(
    ("text", "pages", "shown"),
    [
        ("see https://a.example/x.", ["https://a.example/x"], 'see <a href="https://a.example/x" rel="noreferrer noopener">https://a.example/x</a>.'),
        ("see https://b.example", ["https://a.example/x"], "see https://b.example"),
        ("<b>", [], "&lt;b&gt;"),
        ("javascript:alert(1)", ["javascript:alert(1)"], "javascript:alert(1)"),
        ('https://a.example/"x', ['https://a.example/"x'], "https://a.example/&#34;x"),
        ("none", [None], "none"),
    ],
)  # fmt: skip
def test_only_known_pages_are_links(text: str, pages: list[str | None], shown: str) -> None:
    assert str(linked(text, pages)) == shown


def test_a_list_that_says_nothing_is_never_shown_as_clean(tmp_path: Path) -> None:
    text = rendered(report(tmp_path, lists=asked_lists()), "html")
    row = re.search(r'<th scope="row">203\.0\.113\.7</th>(.*?)</tr>', text, re.DOTALL)
    assert row
    assert re.findall('<td class="([a-z_-]+)">', row[1]) == ["listed", "unknown"]
