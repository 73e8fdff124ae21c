# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import html.parser
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._postmortem import write_postmortem
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Snapshot
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import LINE, followed
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import CASE

HOSTILE = "</pre><script>alert(1)</script> [x](javascript:1) `` ``` \x1b[31m\u202e {{ 7*7 }} | <img src=//evil.example>"


def written(folder: Path, seen: Snapshot) -> dict[str, str]:
    write_postmortem(seen, folder, load())
    return {path.name.removeprefix(f"{CASE}."): path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_each_step_has_its_length_from_the_first_refusal(tmp_path: Path) -> None:
    page = written(tmp_path, followed())["en.md"]
    for row in (
        "| to the detection | 1 h 30 min |",
        "| to the hold | 1 h 45 min |",
        "| to the request | 3 h 30 min |",
        "| to the acknowledgement | 3 h 36 min |",
        "| to the verdict | 21 h 30 min |",
        "| to the proof | 1 d 13 h |",
        "| 2026-11-24 20:00:00 UTC | 21 h 30 min | verdict: removed | tester |",
        "| 2026-11-23 22:30:00 UTC |  | first refusal |  |",
    ):
        assert row in page
    assert "Over since 2026-11-25 12:00:00 UTC" in page


def test_what_was_lost_held_asked_and_said_is_there_word_for_word(tmp_path: Path) -> None:
    page = written(tmp_path, followed())["en.md"]
    for words in (
        "- lost: 14 (bounced 12, expired 2)",
        "- held in the queue on mx2: 7 messages",
        "Please remove 203.0.113.7\nThanks.\n",
        "It was reviewed and removed from our block lists.",
        "support\\@microsoft.com, 2026-11-24T20:00:00+00:00: verdict: removed",
        LINE,
        "- 14 mails were lost.",
        "- A hold or a relay is still on: run restore.",
        "- It took 1 h 30 min until anybody knew.",
    ):
        assert words in page
    assert "Nothing was held" not in page
    assert "- Nothing was held." in written(tmp_path, followed(held=False))["en.md"]


def test_both_languages_and_both_forms_say_the_same(tmp_path: Path) -> None:
    pages = written(tmp_path, followed())
    assert sorted(pages) == ["en.html", "en.md", "ja.html", "ja.md"]
    assert "裁定まで" in pages["ja.md"]
    assert "裁定まで" in pages["ja.html"]
    assert pages["en.html"].count("<tr>") == pages["ja.html"].count("<tr>") == pages["en.md"].count("\n| ") - 2
    assert '<html lang="ja">' in pages["ja.html"]


class Tags(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, t.Any]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _value in attrs)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    seen = followed(
        sentence=HOSTILE,
        verdict=HOSTILE,
        facts={"evidence": [HOSTILE], "title": {"en": HOSTILE, "ja": HOSTILE}, "hosts": [HOSTILE]},
        **{"from": HOSTILE},
    )
    pages = written(tmp_path, seen)
    for name in ("en.html", "ja.html"):
        tags = Tags(pages[name])
        assert tags.seen <= set("html head meta title style body h1 h2 p ul li table tr th td pre".split())
        assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "name"}
        assert "default-src 'none'" in pages[name]
    for page in pages.values():
        assert "\x1b" not in page
        assert "\u202e" not in page
    # Outside of what is quoted nothing is markup; a quotation's fence is longer than any in it.
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?\n\1$", "", pages["en.md"])
    assert "alert" in outside
    assert not re.search(r"(?<!\\)[<\[`]", outside)


def test_it_is_written_once(tmp_path: Path) -> None:
    assert len(write_postmortem(followed(), tmp_path / "new", load(), dry_run=True)) == 4
    assert not (tmp_path / "new").exists()
    assert len(write_postmortem(followed(), tmp_path, load())) == 4
    assert write_postmortem(followed(), tmp_path, load()) == []


@pytest.mark.parametrize("missing", ["counts", "evidence", "first_at", "hosts", "title"])
def test_an_old_or_thin_case_has_one_too(tmp_path: Path, missing: str) -> None:
    assert CASE in written(tmp_path, followed(facts={missing: None}))["en.md"]
