# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text is data: one line where a line is meant, never a header, markup or escape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _text as text


@given(st.text(max_size=3000))
def test_a_line_is_one_printable_line(value: str) -> None:
    line = text.line(value, 200)
    assert len(line) <= 200
    assert line.isprintable()
    assert text.line(line, 200) == line


@given(st.text(max_size=3000))
def test_a_block_has_printable_lines(value: str) -> None:
    block = text.block(value, 500)
    assert len(block) <= 500
    assert all(line.isprintable() for line in block.split("\n"))


@given(st.text(alphabet="`a\n", max_size=60))
def test_markdown_fences_cannot_be_ended_from_inside(value: str) -> None:
    first, *inside, last = text.fenced(value).split("\n")
    assert first == last + "text"
    assert not any(last in line for line in inside)


@given(st.text(alphabet="`a ", max_size=60))
def test_inline_code_cannot_be_ended_from_inside(value: str) -> None:
    code = text.code(value)
    ticks = code[: len(code) - len(code.lstrip("`"))]
    assert ticks not in code[len(ticks) : -len(ticks)]


@pytest.mark.parametrize(
    ("duration", "minutes"), [("PT24H", 1440), ("P2D", 2880), ("P1W", 10080), ("PT1H30M", 90), ("PT15M", 15)]
)
def test_durations(duration: str, minutes: int) -> None:
    assert text.minutes(duration) == minutes


def test_a_bad_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="PT24H"):
        text.minutes("soon")
