# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import (
    clip,
    clip_start,
    columns,
    plain,
    wrap,
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("550 no\r\nBcc: everyone@example.com", "550 no Bcc: everyone@example.com"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b(Bcharset", "charset"),
        ("an unfinished \x1b", "an unfinished"),
        ("right\u202eto\u2066left", "right to left"),
        ("zero\u200bwidth", "zero width"),
        ("line\u2028separator", "line separator"),
        ("bell\a null\0 tab\tend", "bell null tab end"),
        ("{{ lookup('pipe','id') }} {# <b>", "{{ lookup('pipe','id') }} {# <b>"),
        ("受信拒否されました", "受信拒否されました"),
        (None, "None"),
    ],
)
def test_plain_leaves_one_printable_line(raw: object, shown: str) -> None:
    assert plain(raw) == shown


@given(st.text())
def test_plain_never_passes_what_a_terminal_obeys(raw: str) -> None:
    shown = plain(raw)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert plain(shown) == shown


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("受信", 4), ("か\u3099", 2), ("ｱ", 1), ("Ａ", 2), ("e\u0301", 1), ("", 0)]
)
def test_columns_counts_wide_characters_twice(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("a longer text", 9, "a long..."),
        ("受信側のブロックリスト", 9, "受信側..."),
    ],
)
def test_clip_says_that_there_is_more(text: str, width: int, clipped: str) -> None:
    assert clip(text, width) == clipped


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [
        ("short", 5, "short"),
        ("to host: refused", 10, "...refused"),
        ("host: refused", 11, "...refused"),
        ("読み取れません", 9, "...ません"),
    ],
)
def test_clip_start_keeps_the_end(text: str, width: int, clipped: str) -> None:
    assert clip_start(text, width) == clipped


def test_wrap_breaks_at_blanks_and_after_wide_characters() -> None:
    assert wrap("wait until the limit ends", 10) == ["wait until", "the limit", "ends"]
    assert wrap("受信側の一覧", 6) == ["受信側", "の一覧"]
    assert wrap("登録（IP）。待つ", 8) == ["登録", "（IP）。", "待つ"]
    assert wrap("a " + "x" * 12, 5) == ["a", "xxxxx", "xxxxx", "xx"]
    assert wrap("", 5) == []


def test_a_flood_costs_no_more_than_its_length() -> None:
    started = time.process_time()
    assert len(wrap("A" * 1_000_000, 80)) == 12_500
    assert len(wrap("受" * 100_000, 80)) == 2_500
    assert time.process_time() - started < 10


@given(st.text(), st.integers(min_value=4, max_value=80))
def test_no_line_is_wider_than_asked_and_no_word_is_lost(raw: str, width: int) -> None:
    text = plain(raw)
    lines = wrap(text, width)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert columns(clip(text, width)) <= width
