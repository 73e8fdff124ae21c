# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make knowledge` is green, its page is current, and it complains about what it should."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read_with_lines
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make

ROOT = Path(__file__).resolve().parents[3]


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


WORDING = {
    "id": "gone",
    "verdict": "removed",
    "language": "en",
    "any_of": ["has been removed from our block list"],
    "samples": ["203.0.113.7 has been removed from our block list."],
}
WORDING_FILE = {"schema": 1, "parties": ["acme"], "verdicts": [WORDING]}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (WORDING_FILE, []),
        (
            {**WORDING_FILE, "parties": ["emca"]},
            ["parties[0]: the slug of a receiver or operator was expected, not 'emca'"],
        ),
        (
            {**WORDING_FILE, "sources": {"s": make.SOURCES["s"]}},
            ["sources.s: a verdict that rests on this source was expected"],
        ),
        (
            {**WORDING_FILE, "verdicts": [{**WORDING, "samples": ["We look into it."]}]},
            ["verdicts[0].samples[0]: removed was expected, not none"],
        ),
        (
            {**WORDING_FILE, "verdicts": [{**WORDING, "near_misses": WORDING["samples"]}]},
            ["verdicts[0].near_misses[0]: another verdict than removed was expected, not removed"],
        ),
        (
            {**WORDING_FILE, "verdicts": [{**WORDING, "pattern": "(a+)+"}]},
            ["verdicts[0].pattern: a repetition with an end was expected"],
        ),
        ({**WORDING_FILE, "verdicts": [{**WORDING, "verdict": "gone"}]}, ["verdicts[0].verdict: 'gone' is not one of"]),
    ],
)
def test_wordings_of_answers_must_say_what_their_samples_show(tool, tmp_path, file, expected):
    path = tmp_path / "replies" / "own.yml"
    path.parent.mkdir()
    path.write_text(json.dumps(file))
    (tmp_path / "replies" / "generic.yml").write_bytes((ROOT / "knowledge" / "replies" / "generic.yml").read_bytes())
    found = list(tool("knowledge_answers").complaints(tmp_path, make.known(make.receiver())))

    assert [slug for slug, _error in found] == ["own"] * len(expected)
    for (_slug, error), start in zip(found, expected, strict=True):
        assert str(error).partition(": ")[2].startswith(start)
        assert error.line


FORM = {
    "pages": ["help.acme.example/unblock"],
    "sources": [make.SOURCES["s"]],
    "confidence": "high",
    "verified_on": "2026-11-24",
    "fields": [{"name": "IP", "value": "{{ subject.value }}", "help": {"en": "IP", "ja": "IP"}}],
    "next": {"en": "Wait.", "ja": "待つ"},
}


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (FORM, []),
        ({**FORM, "pages": ["elsewhere.example"]}, ["form.yml:1: forms[0].pages: the page of a channel was expected"]),
        (
            {**FORM, "fields": [{**FORM["fields"][0], "value": "{{ subject.value"}]},
            ["form.yml:1: forms[0].fields[0].value: a template was expected: "],
        ),
        ({**FORM, "fields": []}, ["form.yml:1: forms[0].fields: "]),
    ],
)
def test_forms_must_be_of_a_channel_and_their_values_templates(tool, tmp_path, form, expected):
    (tmp_path / "request").mkdir()
    (tmp_path / "request" / "form.yml").write_bytes((ROOT / "knowledge" / "request" / "form.yml").read_bytes())
    path = tmp_path / "receivers" / "acme" / "form.yml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"schema": 1, "forms": [form]}))
    complaints = tool("knowledge_requests").complaints(tmp_path, make.known(make.receiver()))
    found = [str(error) for _slug, error in complaints]

    assert len(found) == len(expected)
    assert all(start in error for error, start in zip(found, expected, strict=True)), found


@pytest.mark.parametrize(
    ("slug", "text", "expected"),
    [
        ("acme", "Subject: {{ subject.value }}\n", []),
        ("acme", "Subject: x\n\n{% if %}\n", ["request.eml.j2:3: a template was expected: "]),
        ("emca", "Subject: x\n", ["request.eml.j2: a receiver emca with a channel 'email' was expected"]),
    ],
)
def test_templates_of_requests_must_be_templates_of_somebody(tool, tmp_path, slug, text, expected):
    (tmp_path / "request").mkdir()
    (tmp_path / "request" / "form.yml").write_bytes((ROOT / "knowledge" / "request" / "form.yml").read_bytes())
    path = tmp_path / "receivers" / slug / "request.eml.j2"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    complaints = tool("knowledge_requests").complaints(tmp_path, make.known(make.receiver()))
    found = [str(error) for _slug, error in complaints]

    assert len(found) == len(expected)
    assert all(start in error for error, start in zip(found, expected, strict=True)), found


def test_old_forms_are_named_too(tool, tmp_path):
    path = tmp_path / "form.yml"
    path.write_text(json.dumps({"forms": [{**FORM, "verified_on": "2024-01-01"}]}))
    old = tool("knowledge").old_facts([("acme", "form", read_with_lines(path))], datetime.date(2026, 11, 24))

    assert list(old) == ["old: acme forms help.acme.example/unblock, last looked at on 2024-01-01"]
