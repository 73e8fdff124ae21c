# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each role documents what it takes, and takes what it documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.unit.role_rules import complaints

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "role", sorted(path for path in ROOT.glob("roles/*") if path.is_dir()), ids=lambda role: role.name
)
def test_role_agrees_with_itself(role):
    assert list(complaints(role)) == []


@pytest.fixture
def role(tmp_path):
    """A role `hold` from its defaults and options; JSON is YAML."""

    def make(defaults, options, readme="README.md"):
        folder = tmp_path / "hold"
        for name, content in (
            ("defaults/main.yml", defaults),
            ("meta/argument_specs.yml", {"argument_specs": {"main": {"options": options}}}),
            (readme, ""),
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(content), encoding="utf-8")
        return folder

    return make


def test_agreeing_role(role):
    options = {"hold_a": {"default": 1}, "hold_b": {"required": True}, "hold_c": {"default": None}}
    assert list(complaints(role({"hold_a": 1, "hold_c": None}, options))) == []


@pytest.mark.parametrize(
    ("defaults", "options", "word"),
    [
        ({"hold_a": 1}, {}, "is no option"),
        ({}, {"hold_a": {}}, "has no default"),
        ({"hold_a": 1}, {"hold_a": {"default": 2}}, "another default"),
        ({"a": 1}, {"a": {}}, "does not begin"),
    ],
)
def test_role_checker_complains(role, defaults, options, word):
    (complaint,) = complaints(role(defaults, options))
    assert word in complaint


def test_role_checker_wants_a_readme(role):
    (complaint,) = complaints(role({}, {}, readme="LIESMICH.md"))
    assert "README" in complaint
