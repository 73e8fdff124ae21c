# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our reader takes a main.cf to say is what Postfix takes it to say."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._layers import Layer, Parameter, render_main
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._main_cf import MainCf

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NAMES = [
    "transport_maps",
    "relayhost",
    "smtp_delivery_status_filter",
    "default_transport",
    "mynetworks",
    "smtp_generic_maps",
]
VALUES = ["", "hash:/a", "inline:{ {a = b}, { c = d } }", "$myhostname, x", "[h]:587", "a b\tc", "a#b", "static:{x\ty}"]
BETWEEN = ["", "\n", "# c\n", "\t# = c\n", "   \n", "#\n\n#\n"]
LAYERS = [
    Layer(
        "relay",
        (
            Parameter("transport_maps", "texthash:/ours", "prepend"),
            Parameter("default_transport", "ses:[x]:587"),
            Parameter("smtp_delivery_status_filter", "regexp:/ours", "prepend", "$default_delivery_status_filter"),
        ),
    )
]

pytestmark = pytest.mark.skipif(shutil.which("postconf", path=PATH) is None, reason="no Postfix on this machine")


def main_cf(chance: random.Random) -> str:
    text = "compatibility_level = 3.6\nmyhostname = mx1.example.jp\n"
    for _number in range(chance.randrange(8)):
        blanks = chance.choice(["", " ", "\t "])
        text += f"{chance.choice(NAMES)}{blanks}={blanks}{chance.choice(VALUES)}{chance.choice(['', ' '])}\n"
        for _more in range(chance.randrange(3)):
            text += f"{chance.choice(BETWEEN)}{chance.choice([' ', chr(9)])} {chance.choice(VALUES[1:])}\n"
        text += chance.choice(BETWEEN)
    return text


def read_by_postfix(folder: Path, data: bytes) -> dict[str, str]:
    (folder / "main.cf").write_bytes(data)
    os.utime(folder / "main.cf", (1, 1))  # Postfix waits for one that is new
    done = subprocess.run(
        ["postconf", "-c", str(folder), *NAMES], capture_output=True, text=True, check=True, env={"PATH": PATH}
    )
    return {
        name.strip(): " ".join(value.split())
        for name, _equals, value in (x.partition("=") for x in done.stdout.splitlines())
    }


def read_by_us(data: bytes) -> dict[str, str]:
    parsed = MainCf.parse(data)
    values = {name: parsed.value(name) for name in NAMES}
    return {name: " ".join(value.split()) for name, value in values.items() if value is not None}


@pytest.mark.parametrize("seed", range(25))
def test_values(tmp_path: Path, seed: int) -> None:
    data = main_cf(random.Random(seed)).encode()
    for each in (data, render_main(data, LAYERS)):
        ours = read_by_us(each)
        postfix = read_by_postfix(tmp_path, each)
        assert {name: postfix[name] for name in ours} == ours
