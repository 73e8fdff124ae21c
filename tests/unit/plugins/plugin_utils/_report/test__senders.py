# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._senders import ROWS, senders
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    evidence,
    rendered,
    report,
)


def row(refusals: int, **who: t.Any) -> dict[str, t.Any]:
    return {"sender": None, "sasl_username": None, "client": None, "messages": 7, "refusals": refusals} | who


FLEET = [
    evidence("mx1", top_senders=[row(90), row(20, sender="*@shop.example", sasl_username="shop")]),
    evidence("mx2", top_senders=[row(1_200, client="198.51.100.9")]),
    evidence("mx3", top_senders=None),
]


def test_the_most_refused_of_the_fleet_come_first_and_who_is_not_known_is_left_out(tmp_path: Path) -> None:
    _head, rows = senders(report(tmp_path, evidences=FLEET), Texts("en"))
    assert rows == [
        ["", "", "198.51.100.9", "mx2", "7", "1,200"],
        ["*@shop.example", "shop", "", "mx1", "7", "20"],
    ]


def test_an_account_that_sends_in_many_names_from_many_places_is_one_row(tmp_path: Path) -> None:
    stolen = row(9, sender="*@a.example", sasl_username="shop", client="x[198.51.100.9]", senders=41, clients=1_200)
    _head, rows = senders(report(tmp_path, evidences=[evidence("mx1", top_senders=[stolen])]), Texts("en"))
    assert rows == [["*@a.example +40", "shop", "x[198.51.100.9] +1,199", "mx1", "7", "9"]]


def test_there_are_not_more_than_somebody_reads(tmp_path: Path) -> None:
    many = [row(number, sender=f"*@{number}.example") for number in range(1, 40)]
    _head, rows = senders(report(tmp_path, evidences=[evidence(top_senders=many)]), Texts("en"))
    assert [cells[-1] for cells in rows] == [str(number) for number in range(39, 39 - ROWS, -1)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_report_names_them_where_they_are_known(form: str, language: str, tmp_path: Path) -> None:
    title = Texts(language).say("senders", "title")
    assert title in rendered(report(tmp_path / "some", evidences=FLEET), form, language)
    (tmp_path / "none").mkdir()
    assert title not in rendered(report(tmp_path / "none", evidences=FLEET[2:]), form, language)
