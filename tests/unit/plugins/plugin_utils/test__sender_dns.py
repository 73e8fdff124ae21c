# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    KnowledgeError,
    read,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._sender_dns import PATH, requirements

ENGINE = SHIPPED.parent / "plugins" / "module_utils" / "_dns"
CODE = re.compile(r'"((?:no|many|not|generic|helo|ptr|null|mx|spf|dkim|dmarc)_[a-z_]+|dkim_[a-z]+)"')
# Fields of the result, not problems.
FIELDS = {"helo_resolves", "helo_is_ptr", "null_mx", "generic_words", "not_asked", "no_domain"}


def test_the_file_is_as_its_schema_says() -> None:
    check.document("sender_dns", read_with_lines(PATH))


def test_sources_are_there() -> None:
    data = read(PATH)
    assert {key for problem in data["problems"].values() for key in problem["sources"]} <= set(data["sources"])


def test_who_wants_it_is_known() -> None:
    known = {*load().receivers, *load().blocklists}
    assert {slug for problem in requirements()["problems"].values() for slug in problem["wanted_by"]} <= known


def test_every_problem_is_explained_and_every_explanation_used() -> None:
    found = {code for path in ENGINE.glob("sender*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert (found - FIELDS) | {"null_mx"} == set(requirements()["problems"])


SITE = """
schema: 1
generic_words: [vps]
relays: {own_relay: relay.example.net}
problems:
  no_ptr:
    blocks: false
    wanted_by: [gmail]
    sources: [gmail]
    text: {en: "No PTR.", ja: "PTRなし。"}
manual:
  - {url: null, text: {en: "Ask Bob.", ja: "担当者に確認。"}}
"""


def test_a_site_lays_its_own_over_it(tmp_path) -> None:
    (tmp_path / "sender_dns.yml").write_text(SITE, encoding="utf-8")
    shipped, found = requirements(), requirements([str(tmp_path), str(tmp_path / "nowhere")])
    assert found["problems"]["no_ptr"] == {"blocks": False, "wanted_by": ["gmail"], "text": found_text("No PTR.")}
    assert found["problems"]["no_spf"] == shipped["problems"]["no_spf"]
    assert found["relays"] == {**shipped["relays"], "own_relay": "relay.example.net"}
    assert "vps" in found["generic_words"]
    assert found["manual"][-1]["text"]["en"] == "Ask Bob."
    assert "vps" not in requirements()["generic_words"]


def found_text(english: str) -> dict[str, str]:
    return {"en": english, "ja": "PTRなし。"}


def test_a_site_s_mistake_is_named_with_its_line(tmp_path) -> None:
    (tmp_path / "sender_dns.yml").write_text("schema: 1\ngeneric_words: [A1]\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"sender_dns\.yml:2: generic_words\[0\]: "):
        requirements([str(tmp_path)])
