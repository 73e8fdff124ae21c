# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import re

from ansible_collections.postmaster.delist.plugins.plugin_utils import _knowledge_check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read, read_with_lines
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
