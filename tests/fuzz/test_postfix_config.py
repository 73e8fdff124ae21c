# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a main.cf looks like: with the layers on it and off again it is the same bytes."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import (
    Layer,
    Parameter,
    Service,
    render_main,
    render_master,
    strip_main,
    strip_master,
)
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf, folded
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._master_cf import MasterCf

NAMES = ["transport_maps", "relayhost", "smtp_delivery_status_filter", "default_transport", "mynetworks"]
VALUES = [
    "",
    "hash:/a",
    "texthash:/ours",
    "inline:{ {a = b}, { c = d } }",
    "$x, $y",
    "[h]:587",
    "a b\tc",
    "\u65e5\u672c",
    "a#b",
]
EQUALS = ["=", " = ", "\t=\t ", "   =", "=  \t"]
COMMENTS = ["", "\n", "# c\n", "\t# = c\n", "   \n", "#\n#\n"]
ENDS = ["\n", "\r\n", " \n"]
# Made beforehand, so that each line is one choice: choosing each word anew took nine tenths of a test's time.
FIRST = list(map("".join, itertools.product(NAMES, EQUALS, VALUES, ENDS)))
GOES_ON = list(map("".join, itertools.product(COMMENTS, ["  "], VALUES[1:], ENDS)))
LINES = st.sampled_from([*FIRST, *GOES_ON * 3, *COMMENTS * 60])
FILES = st.tuples(st.sampled_from([*FIRST, *COMMENTS * 60]), st.lists(LINES, max_size=16)).map(
    lambda file: file[0] + "".join(file[1])
)
NOISE = st.binary(max_size=300)
LAYERS = [
    Layer(
        "hold",
        parameters=(
            Parameter("smtp_delivery_status_filter", "regexp:/own/hold", "prepend", "$default_delivery_status_filter"),
        ),
    ),
    Layer(
        "relay",
        parameters=(
            Parameter("transport_maps", "texthash:/own/ses", "prepend"),
            Parameter("default_transport", "ses:[h]:587"),
            Parameter("ses_destination_rate_delay", "1s"),
        ),
        services=(Service("ses", "unix", "ses unix - - n - 5 smtp\n  -o a=b"),),
    ),
]


@given(st.one_of(FILES.map(str.encode), NOISE))
def test_parsing_loses_nothing(data: bytes) -> None:
    assert MainCf.parse(data).dump() == data
    assert MasterCf.parse(data).dump() == data


@given(FILES, st.permutations(LAYERS), st.booleans())
def test_on_and_off(text: str, layers: list[Layer], cut: bool) -> None:
    base = text.rstrip("\n").encode() if cut else text.encode()
    rendered = render_main(base, layers)
    for layer in layers:
        for each in layer.parameters:
            value = MainCf.parse(rendered).value(each.name)
            assert value is not None
            assert value.startswith(each.value) if each.how == "prepend" else value == each.value
    stripped = strip_main(rendered, base, layers)
    assert stripped.lost == frozenset()
    assert stripped.told == ()
    assert stripped.data == base or (cut and stripped.data == base + b"\n")


@given(FILES, FILES, st.permutations(LAYERS))
def test_edited_meanwhile(text: str, more: str, layers: list[Layer]) -> None:
    """Comments and other parameters that come before, behind and between are kept."""
    base = text.encode()
    added = b"".join(b"site_%d = %s\n" % (number, line.strip().encode().replace(b"\r", b"")) for number, line in
                     enumerate(more.split("\n")))  # fmt: skip
    rendered = render_main(base, layers)
    assert strip_main(added + rendered, base, layers).data == added + base
    if base.endswith(b"\n"):
        assert strip_main(rendered + added, base, layers).data == base + added


@given(FILES, NOISE, st.permutations(LAYERS))
def test_no_edit_makes_it_raise(text: str, noise: bytes, layers: list[Layer]) -> None:
    strip_main(noise, text.encode(), layers)
    strip_master(noise, layers)


@given(NOISE.filter(lambda data: b"ses" not in data))
def test_master_cf_on_and_off(base: bytes) -> None:
    rendered = render_master(base, LAYERS)
    stripped = strip_master(rendered, LAYERS)
    if stripped.lost:  # the last line of the noise continues in ours, as it would for Postfix
        return
    assert stripped.data in (base, base + b"\n")


@given(FILES)
def test_folded_has_no_line_break(text: str) -> None:
    for entry in MainCf.parse(text.encode()).entries:
        if entry.name:
            assert "\n" not in folded(entry.raw)
