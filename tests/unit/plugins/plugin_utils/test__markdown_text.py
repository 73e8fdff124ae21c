# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._markdown_text import escaped, linked


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, 203.0.113.7: fine (really) 5.7.1", "plain text, 203.0.113.7: fine (really) 5.7.1"),
        ("<script>x</script>", r"\<script\>x\</script\>"),
        ("[link](https://evil.example)", r"\[link\](https\://evil.example)"),
        ("![img](x)", r"!\[img\](x)"),
        ("www.evil.example", r"www\.evil.example"),
        ("someone@evil.example", r"someone\@evil.example"),
        ("a | b ~~c~~ *d* _e_ `f`", r"a \| b \~\~c\~\~ \*d\* \_e\_ \`f\`"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("# heading", r"\# heading"),
        ("1. item", r"1\. item"),
        ("- item", r"\- item"),
        ("---", r"\---"),
        ("2026-11-24T05:12:00+09:00", "2026-11-24T05:12:00+09:00"),
        ("two\n\n# lines", "two # lines"),
        ("\x1b[31mred", "red"),
    ],
)
def test_foreign_text_is_no_markup(raw: str, shown: str) -> None:
    assert escaped(raw) == shown


@pytest.mark.parametrize("page", ["javascript:alert(1)", "https://a.example/ b", "https://a.example/<b>", "", None])
def test_what_is_no_plain_page_is_no_link(page: str | None) -> None:
    assert linked(f"see {page}", [page] if page is not None else []) == escaped(f"see {page}")
