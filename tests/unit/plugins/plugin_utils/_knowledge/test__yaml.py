# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knowledge files are plain YAML, and every complaint has a line."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    KnowledgeError,
    read,
    read_with_lines,
)


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "file.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_reads_mappings_lists_and_scalars(file):
    path = file('---\na: {en: "x", ja: 日本}\nb: [1, -2, "3", null, ~, true, false]\nc:\n  - >-\n    two\n    lines\n')

    assert read(path) == {
        "a": {"en": "x", "ja": "日本"},
        "b": [1, -2, "3", None, None, True, False],
        "c": ["two lines"],
    }


@pytest.mark.parametrize("value", ["2026-11-24", "NO", "yes", "on", "1.5", "012", "0x1f", "1e3", "12:30:45", "1_000"])
def test_what_looks_like_another_type_stays_text(file, value):
    assert read(file(f"a: {value}\n")) == {"a": value}


def test_an_empty_file_has_no_data(file):
    assert read(file("")) is None


def test_lines_of_each_part_are_known(file):
    document = read_with_lines(file("---\nrules:\n  - id: x\n    match:\n      tokens: [a]\n"))

    assert document.lines[("rules", 0, "match", "tokens")] == 5
    assert document.error(("rules", 0, "match", "nothing", "here"), "more").line == 5  # the mapping begins there
    assert str(document.error(("rules", 0), "more")).endswith("file.yml:3: rules[0]: more")


@pytest.mark.parametrize(
    ("content", "line", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' was expected only once"),
        ("a: &x 1\nb: *x\n", 2, "no alias was expected"),
        ("a:\n  - [b\n", 3, "YAML was expected"),
        ("? [a]\n: b\n", 1, "a plain key was expected"),
        ("a: b: c\n", 1, "YAML was expected"),
        (b"a: \xff\xfe\n", None, "YAML"),
    ],
)
def test_what_is_malformed_is_named(file, content, line, expected):
    with pytest.raises(KnowledgeError) as caught:
        read_with_lines(file(content))

    assert caught.value.line == line
    assert expected in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(KnowledgeError, match=r"nowhere.yml: a readable file was expected"):
        read(tmp_path / "nowhere.yml")


def test_bottomless_yaml_is_refused(file):
    with pytest.raises(KnowledgeError):
        read(file("[" * 100_000))
