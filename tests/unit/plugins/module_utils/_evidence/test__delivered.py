# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries are counted by their brackets: each line once, whatever else stands in brackets."""

from __future__ import annotations

import time

import pytest

from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import sums_of

HEAD = b"Nov 24 10:00:00 mx1 postfix/smtp[4]: "
RELAY = b"relay=mx1.example.net[198.51.100.25]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent "


@pytest.mark.parametrize(
    "line",
    [
        HEAD + b"4AB00001: to=<a@example.com>, " + RELAY + b"(250 that is it (ok), status=sent (250))",
        HEAD + b'4AB00001: to=<"not (a) t (b)"@example.com>, ' + RELAY + b"(250 ok)",
        HEAD + b"4AB00001: to=<a@example.com>, orig_to=<t (b>, " + RELAY + b"(250 ok)",
    ],
)
def test_a_line_of_many_brackets_is_one_delivery(line: bytes) -> None:
    assert {key: count.number for key, count in sums_of(line + b"\n").relays.counts.items()} == {
        ("postfix/smtp", "mx1.example.net"): 1
    }


def test_what_another_program_quotes_is_no_delivery() -> None:
    said = HEAD + b"4AB00001: to=<a@example.com>, " + RELAY + b"(250 ok)"
    assert not sums_of(b"Nov 24 10:00:00 mx1 app[7]: " + said + b"\n").relays.counts


@pytest.mark.parametrize("piece", [b"t (", b"1 (q", b": from=< (queue active)"])
def test_lines_full_of_brackets_take_no_longer_than_others(piece: bytes) -> None:
    begin = HEAD.replace(b"postfix", b"a" * 20_000)
    line = begin + piece * (40_000 // len(piece)) + b"\n"
    began = time.process_time()
    sums_of(line * ((1 << 20) // len(line)))
    assert time.process_time() - began < 1.5
