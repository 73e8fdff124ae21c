# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make knowledge` is green, its page is current, and it complains about what it should."""

from __future__ import annotations

import datetime
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read_with_lines
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module


def test_the_shipped_knowledge_is_right_and_its_page_current():
    done = subprocess.run(
        [sys.executable, "tools/knowledge.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


SAMPLE = {"reply": "550 XYZ1 [203.0.113.7]", "relay": "mx.acme.example"}
NEAR = {"reply": "550 nothing", "relay": "mx.acme.example"}


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ({"match": [SAMPLE], "near_miss": [NEAR]}, []),
        ({"match": [{**SAMPLE, "ips": ["203.0.113.7"]}], "near_miss": [{**NEAR, "cause": "unclassified"}]}, []),
        ({"match": [NEAR], "near_miss": [NEAR]}, ["match[0]: the rule acme/blocked was expected to win, not None"]),
        (
            {"match": [{**SAMPLE, "ips": []}], "near_miss": [NEAR]},
            ["match[0]: the addresses [] were expected, not ['203.0.113.7']"],
        ),
        (
            {"match": [SAMPLE], "near_miss": [SAMPLE]},
            ["near_miss[0]: another rule than acme/blocked was expected for this near-miss"],
        ),
        (
            {"match": [SAMPLE], "near_miss": [{**NEAR, "rule": "acme/other"}]},
            ["near_miss[0]: the rule acme/other was expected to win, not None"],
        ),
        (
            {"match": [SAMPLE], "near_miss": [{**NEAR, "cause": "rate_limited"}]},
            ["near_miss[0]: the cause rate_limited was expected, not unclassified by None"],
        ),
        ({"match": [SAMPLE]}, ["'near_miss' is a required property"]),
        (None, ["samples of acme/blocked were expected"]),
    ],
)
def test_a_rule_must_win_its_samples_and_no_near_miss(tool, tmp_path, samples, expected):
    file = make.receiver(make.rule())
    root = make.write(tmp_path, file)
    if samples:
        path = root / "receivers" / "acme" / "samples" / "blocked.yml"
        path.parent.mkdir()
        path.write_text(json.dumps(samples))
    document = read_with_lines(root / "receivers" / "acme" / "receiver.yml")
    found = tool("knowledge_samples").complaints(root, [("acme", "receiver", document)], make.recogniser(file))

    assert [error.expected for _slug, error in found] == expected


def test_samples_without_a_rule_are_named(tool, tmp_path):
    file = make.receiver()
    root = make.write(tmp_path, file)
    (root / "receivers" / "acme" / "samples").mkdir()
    (root / "receivers" / "acme" / "samples" / "gone.yml").write_text("")
    document = read_with_lines(root / "receivers" / "acme" / "receiver.yml")
    found = tool("knowledge_samples").complaints(root, [("acme", "receiver", document)], make.recogniser(file))

    assert [error.expected for _slug, error in found] == ["a rule gone of acme was expected"]


def test_facts_that_grew_old_are_named(tool, tmp_path):
    root = make.write(tmp_path, make.receiver(make.rule(verified_on="2024-01-01")))
    document = read_with_lines(root / "receivers" / "acme" / "receiver.yml")
    old = tool("knowledge").old_facts([("acme", "receiver", document)], datetime.date(2026, 11, 24))

    assert list(old) == ["old: acme rules blocked, last looked at on 2024-01-01"]


def test_the_page_holds_each_receiver_rule_and_list_once(tool):
    known = make.known(make.receiver(make.rule(tokens=("a|b <x>",))), make.blocklist(make.rule("one")))
    page = tool("knowledge_pages").receivers_page(known)

    assert page.count("(`acme`)") == 1
    assert "| `blocked` | a\\|b &lt;x> | ip_blocklisted_receiver | English. | delist@acme.example | high |" in page
    assert page.count("(`listco_one`)") == 1
    assert page == tool("knowledge_pages").receivers_page(known)
