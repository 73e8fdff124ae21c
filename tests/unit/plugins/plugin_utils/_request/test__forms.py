# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms that ship are well formed, belong to a known page, and fill in with what a finding has."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import (
    SHIPPED,
    KnowledgeError,
    load,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read, read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _forms as forms
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

FILES = [path for pattern in forms.FILES for path in sorted(SHIPPED.glob(pattern))]


def file_id(path: Path) -> str:
    return str(path.relative_to(SHIPPED))


@pytest.mark.parametrize("path", [*FILES, SHIPPED / "request" / "form.yml"], ids=file_id)
def test_shipped_forms_are_well_formed(path: Path) -> None:
    assert list(check.form_complaints("form", read_with_lines(path))) == []


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_each_page_is_that_of_a_channel(path: Path) -> None:
    known = load()
    urls = [
        channel["url"]
        for party in (*known.receivers.values(), *known.blocklists.values())
        for channel in party.channels.values()
        if channel.get("url")
    ]
    for form in read(path)["forms"]:
        assert any(forms.is_page(url, page) for url in urls for page in form["pages"]), form["pages"]


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_each_form_fills_in(path: Path) -> None:
    for form in read(path)["forms"]:
        url = "https://" + form["pages"][0]
        party = make.receiver(
            own_domains=[url.split("/")[2].split(":")[0]], channels={"page": make.channel("form", url=url)}
        )
        request = make.writer(known=make.knowledge(party)).write(
            make.finding(remedy={"channel": "form", "key": "page"})
        )
        assert make.IP in str(request.content)
        assert form["fields"][-1]["name"] in str(request.content)


@pytest.mark.parametrize(
    ("url", "page", "expected"),
    [
        ("https://a.example", "a.example", True),
        ("https://a.example/", "a.example", True),
        ("https://a.example?ip=1", "a.example", True),
        ("https://a.example/x/y", "a.example/x", True),
        ("https://a.example/xy", "a.example/x", False),
        ("https://a.example.evil.example/", "a.example", False),
        ("https://b.example/", "a.example", False),
    ],
)
def test_pages(url: str, page: str, expected: bool) -> None:
    assert forms.is_page(url, page) is expected


def site_form(folder: Path, text: str) -> Path:
    path = folder / "receivers" / "acme" / "form.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return folder


def test_a_site_has_its_own_form(tmp_path: Path) -> None:
    site_form(
        tmp_path,
        """
schema: 1
forms:
  - pages: [help.acme.example/unblock]
    sources: [{url: "https://help.acme.example/", year: 2026, title: "Help"}]
    confidence: high
    verified_on: 2026-11-24
    fields: [{name: "Their field", value: "{{ subject.value }}", help: {ja: "欄"}}]
    next: {en: "Wait.", ja: "待つ。"}
""",
    )
    writer = make.writer(directories=[tmp_path])
    assert "### Their field" in str(writer.write(make.finding(remedy={"channel": "form", "key": "page"})).content)


def test_a_malformed_site_form_is_refused_with_its_line(tmp_path: Path) -> None:
    site_form(tmp_path, "schema: 1\nforms:\n  - pages: [a.example]\n    feilds: []\n")
    with pytest.raises(KnowledgeError, match=r"form\.yml:3: "):
        make.writer(directories=[tmp_path]).write(make.finding(remedy={"channel": "form", "key": "page"}))
