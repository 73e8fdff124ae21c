# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates run in a sandbox; what is wrong with one is said with its name and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import TemplateProblem, Templates


def render(tmp_path: Path, source: str, **context: object) -> str:
    (tmp_path / "t.j2").write_text(source)
    return Templates([tmp_path]).render(["t.j2"], context)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("one\n{{ x", "t.j2, line 2"),
        ("{{ unknown }}", "'unknown' is undefined"),
        ("{% include 'other.j2' %}", "uses other.j2, which does not exist"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ lines.append('x') }}", "not safely callable|unsafe"),
        ("{{ lookup('pipe', 'id') }}", "'lookup' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ lines + 1 }}", "t.j2"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(TemplateProblem, match=said):
        render(tmp_path, source, lines=["a"])


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateProblem, match=r"a\.j2, b\.j2"):
        Templates([tmp_path]).render(["a.j2", "b.j2"], {})


def test_a_template_does_not_leave_its_directories(tmp_path: Path) -> None:
    (tmp_path / "secret.j2").write_text("secret")
    (tmp_path / "templates").mkdir()
    with pytest.raises(TemplateProblem):
        Templates([tmp_path / "templates"]).render(["../secret.j2"], {})


def test_every_value_is_cleaned_when_it_is_printed(tmp_path: Path) -> None:
    assert render(tmp_path, "{{ x }}|{{ x | block }}", x="a\x1b[1m\r\nb: c") == "a b: c|a\nb: c"
    assert render(tmp_path, "{{ x }}", x=None) == ""
