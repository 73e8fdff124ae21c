# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the reference says of each receiver, row by row: its codes and words lead to the cause that stands beside them.

A line of the file: name, relay or C(-), reply, the causes that the row allows, the receiver or C(-) for anybody.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "samples" / "reference_rows.txt").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(
    ("relay", "text", "causes", "receiver"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_row_is_known(relay, text, causes, receiver):
    (diagnosis,) = explain(text, relay=None if relay == "-" else relay)

    assert diagnosis["cause"] in causes.split()
    assert receiver in ("-", diagnosis["receiver"])


def test_a_fact_that_nobody_verified_says_so_and_is_never_sure():
    rules = [rule for rule in load().rules if rule.unverified]
    assert {rule.confidence for rule in rules} == {"low"}
    for rule in rules:
        folder = SHIPPED / "receivers" / rule.owner / "samples"
        for sample in read(folder / f"{rule.name.rpartition('/')[2]}.yml")["match"]:
            (diagnosis,) = explain(sample["reply"], relay=sample.get("relay"), command=sample.get("stage"))
            assert diagnosis["rules"] == [rule.name]
            assert diagnosis["confidence"] == "low"
            assert "unverified" in {doubt["code"] for doubt in diagnosis["doubts"]}
