# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A malformed knowledge file is refused with file, line and reason."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read_with_lines
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make


def changed(file, *path, to):
    part = file
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = to
    return file


def complaints(tmp_path, file):
    root = make.write(tmp_path, file)
    document = read_with_lines(next(path for path in root.rglob("*.yml")))
    kind = "receiver" if "relays" in file else "blocklist" if "lists" in file else "generic"
    wrong = list(check.form_complaints(kind, document))
    everything = {"causes": {}, "receiver": {}, "blocklist": {}, "generic": {}, kind: {file["slug"]: file}}
    return wrong or list(check.reference_complaints(document, document.data, everything))


@pytest.mark.parametrize(
    "file", [make.receiver(make.rule()), make.blocklist(make.rule()), make.generic(make.rule(remedy="fix"))]
)
def test_a_good_file_has_no_complaints(tmp_path, file):
    assert complaints(tmp_path, file) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("schema",), 2, "schema: 1 was expected"),
        (("slug",), "Not A Slug", "slug: lower-case letters"),
        (("name",), {"en": "x"}, "name: one text in both languages was expected: 'ja' is a required property"),
        (("country",), "JAPAN", "country: an ISO 3166 code"),
        (("relays",), ["mx.example.*"], "relays[0]: a host name, or a glob whose last two labels"),
        (("colour",), "red", "'colour' was unexpected"),
        (("channels", "mail", "to"), "nobody", "channels.mail.to: a mail address was expected"),
        (("channels", "mail", "expected_answer"), "24h", "an ISO 8601 duration"),
        (("channels", "page", "url"), None, "channels.page.url"),
        (("rules", 0, "cause"), "bad_luck", "rules[0].cause: 'bad_luck' is not one of"),
        (("rules", 0, "match"), {"pattern": "x"}, "rules[0].match"),
        (("rules", 0, "match", "tokens"), ["--"], "rules[0].match.tokens[0]"),
        (("rules", 0, "match", "codes"), ["55"], "rules[0].match.codes[0]"),
        (("rules", 0, "unverified"), True, "rules[0].confidence: 'low' was expected"),
        (("rules", 0, "verified_on"), "24 November", "a date such as 2026-11-24"),
        (("contact",), "telephone", "contact: a key of channels was expected, not 'telephone'"),
        (("rules", 0, "remedy"), "telephone", "rules[0].remedy: a key of channels, list"),
        (("rules", 0, "remedy"), "list", "a list was expected beside the remedy 'list'"),
        (("rules", 0, "list"), "nobody_knows", "rules[0].list: the slug of a list was expected"),
        (
            ("rules", 0, "sources"),
            ["rumour"],
            "rules[0].sources: a key of the file's sources was expected, not 'rumour'",
        ),
        (("rules", 0, "match", "pattern"), "a.*b", "rules[0].match.pattern: a repetition with an end"),
        (("rules", 0, "subject"), {"kind": "domain", "capture": "(a)(b)"}, "exactly one group"),
        (("channels", "mail", "to"), "x@elsewhere.example", "an address below one of own_domains was expected"),
        (("channels", "page", "url"), "https://evil.example/acme.example", "an address below one of own_domains"),
        (("channels", "mail", "alternatives"), ["fax"], "a key of channels was expected, not 'fax'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, path, value, expected):
    found = complaints(tmp_path, changed(make.receiver(make.rule()), *path, to=value))

    assert found, "it was accepted"
    assert expected in found[0].expected
    assert found[0].line >= 1
    assert found[0].path.endswith("receiver.yml")


@pytest.mark.parametrize("match", [{"any_of": [{"words": "fruit"}]}, {"pattern": "{fruit} is bad"}])
def test_a_name_that_the_file_does_not_know_is_refused(tmp_path, match):
    found = complaints(tmp_path, make.generic(make.rule(remedy="fix", match=match)))

    assert [error.expected for error in found] == [
        "rules[0].match: a key of the file's words or phrases was expected, not 'fruit'"
    ]


def test_a_pattern_is_judged_with_its_phrases(tmp_path):
    rule = make.rule(remedy="fix", match={"pattern": "a{gap}b"})
    found = complaints(tmp_path, make.generic(rule, phrases={"gap": ".*"}))

    assert "a repetition with an end was expected" in found[0].expected


def test_a_rule_twice_is_refused(tmp_path):
    found = complaints(tmp_path, make.receiver(make.rule("a"), make.rule("a", tokens=("OTHER2",))))

    assert [error.expected for error in found] == ["rules[1].id: the id 'a' was expected only once"]


def test_the_line_is_that_of_the_part(tmp_path):
    file = make.receiver(make.rule("a"), make.rule("b", remedy="telephone"))
    error = complaints(tmp_path, file)[0]
    line = (tmp_path / "receivers" / "acme" / "receiver.yml").read_text().split("\n")[error.line - 1]

    assert "telephone" in line


def test_a_partial_file_needs_only_its_slug(tmp_path):
    root = make.write(tmp_path, {"schema": 1, "slug": "acme", "relays": ["mx.acme.example"]})
    document = read_with_lines(root / "receivers" / "acme" / "receiver.yml")

    assert list(check.form_complaints("receiver", document, partial=True)) == []
    assert "is a required property" in next(check.form_complaints("receiver", document)).expected
