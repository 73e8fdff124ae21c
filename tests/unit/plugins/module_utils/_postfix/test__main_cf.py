# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf, without

ODD = b"""\
   a line that begins with a blank continues nothing
# a comment

relayhost =
transport_maps=hash:/etc/postfix/transport
mydestination = $myhostname,
    # a comment inside
    localhost

# another

    mx1.example.jp
smtp_generic_maps = inline:{ { a@example.jp = b@example.jp },
    { c = d } }
relayhost = [smart.example.jp]:587
empty=
last = no newline"""


def test_every_byte_survives():
    assert MainCf.parse(ODD).dump() == ODD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transport_maps", "hash:/etc/postfix/transport"),
        ("mydestination", "$myhostname, localhost mx1.example.jp"),
        ("smtp_generic_maps", "inline:{ { a@example.jp = b@example.jp }, { c = d } }"),
        ("relayhost", "[smart.example.jp]:587"),
        ("empty", ""),
        ("last", "no newline"),
        ("a", None),
        ("absent", None),
    ],
)
def test_value(name, value):
    assert MainCf.parse(ODD).value(name) == value


def test_set_replaces_all_lines_of_the_last_one():
    changed = MainCf.parse(ODD).set("relayhost", "[ses]:587").set("mydestination", "x").dump()
    assert b"\nrelayhost =\ntransport" in changed
    assert b"\nrelayhost = [ses]:587\nempty=\n" in changed
    assert b"\nmydestination = x\nsmtp_generic_maps" in changed


def test_set_appends_what_is_not_there():
    assert MainCf.parse(b"a = b").set("c", "d").dump() == b"a = b\nc = d\n"
    assert MainCf.parse(b"").set("c", "d").dump() == b"c = d\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"m=hash:/a\n", b"m= ours, hash:/a\n"),
        (b"m = hash:/a\n", b"m = ours, hash:/a\n"),
        (b"m =\n", b"m = ours\n"),
        (b"m\t= \n", b"m\t= ours \n"),
        (b"m =\n  # why\n\thash:/a,\n  hash:/b\n", b"m = ours,\n  # why\n\thash:/a,\n  hash:/b\n"),
        (b"m = inline:{ {a = b} }\r\n", b"m = ours, inline:{ {a = b} }\r\n"),
        (b"m = hash:/a", b"m = ours, hash:/a"),
        (b"x = y\n", b"x = y\nm = ours\n"),
    ],
)
def test_prepend(before, after):
    assert MainCf.parse(before).prepend("m", "ours").dump() == after


def test_prepend_keeps_the_default_behind():
    assert MainCf.parse(b"").prepend("m", "ours", "$default_m").dump() == b"m = ours, $default_m\n"


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        (b"m = ours, hash:/a\n", b"m = hash:/a\n"),
        (b"m = hash:/a, ours\n", b"m = hash:/a\n"),
        (b"m = hash:/a ours hash:/b\n", b"m = hash:/a hash:/b\n"),
        (b"m = ours\n", b"m = \n"),
        (b"m =\n  ours,\n  hash:/a\n", b"m =\n  \n  hash:/a\n"),
        (b"m = hash:/ours\n", None),
        (b"m = ours:x\n", None),
    ],
)
def test_without(raw, left):
    assert without(raw, "ours") == left
