# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns mean the same to Python and to Postfix, and no text makes them slow."""

from __future__ import annotations

import re
import time

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._lint import complaint

ALLOWED = [
    "FBLW15",
    r"client host \[[0-9a-f.:]{3,45}\] blocked",
    "OFR[0-9]{3}_[0-9]{3}",
    "(junk|spam)mail",
    "(ab|cd)?e",
    r"https?:\/\/[a-z.]{1,60}\/x",
    "a{3}(b{2}){3}",
    "[^]]{0,20}x",
    "(ab{0,9}|cb{0,9}|db{0,9})e{0,15}",
    "(your|sending)( mail| smtp)? (server|servers|host|hosts)( is| was| has been)?( still)? (blocked|banned|barred)",
    "^550 .{0,40}$",
]

REFUSED = {
    r"\d{3}": "only punctuation",
    r"a\b": "only punctuation",
    r"\<word": "only punctuation",
    r"[\.]": "no backslash",
    "[[:digit:]]": "no [:",
    "(?:a|b)": "no (?",
    "a(?=b)": "no (?",
    "https://x": "slash",
    "203[/]24": "no slash",
    "a.{0,9}?b": "no lazy",
    "a{2}+": "no lazy",
    "a*": "with an end",
    "a.+b": "with an end",
    "a{3,}": "with an end",
    "a{0,256}": "with an end",
    "(a{1,3}){1,3}": "inside another",
    "(a?){5}": "inside another",
    "(ab|cd){2}": "no alternatives",
    "a{0,20}b{0,20}": "441 ways",
    "a?a?a?a?a?a?a?a?a?aaaaaaaaa": "512 ways",
    "(a|ab|abc)(d{0,9}|bd{0,9}|cd{0,9})d{0,12}": "1170 ways",
    "(ab{0,9}|Ac{0,9}|db{0,9})e{0,15}": "320 ways",
    "(": "regular expression",
    "a{99999999999999999999}": "regular expression",
}


@pytest.mark.parametrize("pattern", ALLOWED)
def test_a_plain_pattern_is_allowed(pattern):
    assert complaint(pattern) is None


@pytest.mark.parametrize("pattern", REFUSED)
def test_a_dangerous_pattern_is_refused(pattern):
    assert REFUSED[pattern] in complaint(pattern)


def shipped_patterns():
    for rule in load().rules:
        for pattern in (rule.pattern, rule.capture):
            if pattern:
                yield pytest.param(pattern, id=rule.name)


@pytest.mark.parametrize("pattern", list(shipped_patterns()))
def test_a_shipped_pattern_is_allowed_and_quick_on_its_own_pieces(pattern):
    assert complaint(pattern) is None
    compiled = re.compile(pattern, re.IGNORECASE)
    for piece in {*re.findall(r"[a-z0-9 .:@\[]{1,20}", pattern, re.IGNORECASE), "a", " ", "0.", "[1"}:
        hostile = (piece * 8192)[:8192]
        began = time.process_time()
        compiled.search(hostile)
        assert time.process_time() - began < 0.05
