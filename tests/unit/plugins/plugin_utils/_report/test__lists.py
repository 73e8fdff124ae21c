# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What screen, report.md and summary.json say of block lists: listed where, unknown why, and never clean by mistake."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import listings_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings_findings import with_listings
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    finding,
    markdown_of,
    report,
    request,
    screen_of,
    summary_of,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

BLOCKED = make.sender(make.problem(wanted_by=["outlook_com", "spamhaus"]))
ALL_KINDS = make.content(
    make.result(
        make.health(listed=1),
        make.health("psbl.surriel.com", clean=1),
        make.health("b.barracudacentral.org", "refused", unknown=1),
        make.health("bl.example", "refused", unknown=1),
        make.health("all.s5h.net", "empty_or_dead", unknown=1),
        make.health("half.example", clean=1, unknown=1),
        make.health("relays.ordb.org", "dead"),
        make.health("combined.mail.abusix.zone", "no_key"),
        listings=[make.row(), make.row("half.example", target="203.0.113.9", state="unknown")],
    ),
    facts=BLOCKED,
)


def block(folder: Path, lists: t.Any, language: str = "en", **held: t.Any) -> list[str]:
    """The lines of the screen that tell of lists."""
    lines = screen_of(report(folder, lists=lists, **held), language=language)
    label = Texts(language).say("lists", "label")
    begin = next(number for number, line in enumerate(lines) if line.startswith(label.rstrip()))
    more = [line for line in lines[begin + 1 :] if line.startswith(" " * columns(label))]
    return [lines[begin], *more]


def test_listed_clean_unknown_and_dead_are_told_apart(tmp_path: Path) -> None:
    assert block(tmp_path, ALL_KINDS) == [
        "LISTS   203.0.113.7 on Spamhaus CSS | clean on 1 of 6 lists",
        "        unknown 4: refused 2, empty or dead 1, no answer 1",
        "        ended: relays.ordb.org | no key: combined.mail.abusix.zone",
    ]


def test_the_same_in_japanese(tmp_path: Path) -> None:
    assert block(tmp_path, ALL_KINDS, "ja") == [
        "リスト   203.0.113.7：Spamhaus CSSに登録 | 6リスト中1は登録なし",
        "         不明4：照会拒否2, 空または停止1, 応答なし1 | 終了：relays.ordb.org",
        "         キーなし：combined.mail.abusix.zone",
    ]


def test_no_listing_is_only_said_where_a_list_could_tell(tmp_path: Path) -> None:
    clean = make.content(make.result(make.health(clean=1)))
    assert block(tmp_path / "clean", clean) == ["LISTS   no listing found | clean on 1 of 1 lists"]
    silent = make.content(make.result(make.health(health="timeout", unknown=1)))
    assert block(tmp_path / "silent", silent) == ["LISTS   clean on 0 of 1 lists | unknown 1: no answer 1"]


def test_what_is_only_for_information_is_counted_and_not_named(tmp_path: Path) -> None:
    rows = [make.row("dnsblchile.org", kind="info", severity="info", list="dnsblchile")]
    lists = make.content(make.result(make.health("dnsblchile.org", listed=1), make.health(clean=1), listings=rows))
    assert block(tmp_path, lists) == ["LISTS   1 for information only | clean on 1 of 2 lists"]
    assert "| 203.0.113.7 | dnsblchile.org |" in markdown_of(report(tmp_path, lists=lists))


def test_nobody_could_be_asked(tmp_path: Path) -> None:
    missing = {"failed": True, "msg": "Failed to import the required Python library (dnspython >= 2.3) on mx1's Python"}
    assert block(tmp_path, make.content(missing, facts=missing)) == [
        "LISTS   from controller: Failed to import the required Python library (dnspython",
        "        >= 2.3) on mx1's Python",
    ]


def test_nobody_was_to_be_asked(tmp_path: Path) -> None:
    nobody = listings_of([], None, targets=[], known=load())
    assert block(tmp_path, nobody) == ["LISTS   not asked: no public sending address is known"]


def test_a_run_that_did_not_ask_says_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    made = report(tmp_path, lists=None)
    (made.run_dir / "listings.json").write_text(json.dumps(ALL_KINDS), encoding="utf-8")
    assert "LISTS" not in "\n".join(screen_of(report(tmp_path, lists=None)))


def test_the_second_place_is_named(tmp_path: Path) -> None:
    lists = make.content(
        make.result(make.health(health="refused", unknown=1), make.health("psbl.surriel.com", clean=1)),
        make.result(make.health(clean=1)),
    )
    assert block(tmp_path, lists) == [
        "LISTS   no listing found | clean on 2 of 2 lists",
        "        1 that did not serve controller asked from mx1",
    ]


def test_what_is_unknown_of_the_senders_is_said(tmp_path: Path) -> None:
    lists = make.content(make.result(make.health(clean=1)), facts={"failed": True, "msg": "no resolver"})
    assert block(tmp_path, lists)[-1] == "        the DNS of the senders is unknown: no resolver"


def test_blockers_stand_before_the_request_and_once(tmp_path: Path) -> None:
    one, two = finding(), finding(id="outlook_com/ip/203.0.113.7/rate_limited")
    held = [with_listings(each, ALL_KINDS, load()) for each in (one, two)]
    lines = screen_of(report(tmp_path, findings=held, requests=[request(one), request(two)], lists=ALL_KINDS))
    first = "  FIRST   203.0.113.7: The address has no reverse name (PTR)."
    assert lines.count(first) == 1
    assert lines[lines.index(first) + 1].startswith("  SEND ")


def test_more_blockers_than_a_line_are_counted(tmp_path: Path) -> None:
    facts = make.sender(*(make.problem(code, wanted_by=["outlook_com"]) for code in ("no_ptr", "generic_ptr", "x")))
    lists = make.content(make.result(make.health(clean=1)), facts=facts)
    held = with_listings(finding(), lists, load())
    lines = screen_of(report(tmp_path, findings=[held], requests=[request(held)], lists=lists))
    assert "  FIRST   203.0.113.7: The address has no reverse name (PTR). (+2)" in lines


def test_a_list_that_has_the_address_no_more_is_said_before_asking_it(tmp_path: Path) -> None:
    lists = make.content(make.result(make.health(clean=1)))
    held = with_listings(finding(list="spamhaus_zen", rules=["spamhaus/zen"]), lists, load())
    lines = screen_of(report(tmp_path, findings=[held], requests=[request(held, "form")], lists=lists))
    (said,) = (line for line in lines if line.startswith("  FIRST"))
    assert said == "  FIRST   zen.spamhaus.org has 203.0.113.7 no more: is mail still refused?"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_fleet_keeps_to_its_lines(tmp_path: Path, language: str) -> None:
    rows = [make.row(f"list{number}.example", target=f"203.0.113.{number}") for number in range(60)]
    lists = make.content(make.result(*(make.health(row["zone"], listed=1) for row in rows), listings=rows))
    lines = block(tmp_path, lists, language)
    assert len(lines) <= 4
    assert max(map(columns, lines)) <= 80


def test_the_report_has_everything(tmp_path: Path) -> None:
    held = with_listings(finding(), ALL_KINDS, load())
    text = markdown_of(report(tmp_path, findings=[held], requests=[request(held)], lists=ALL_KINDS))
    assert "### What stands in the way of a request\n\n- 203.0.113.7: The address has no reverse name" in text
    assert "## Block lists and DNS" in text
    assert "| 203.0.113.7 | zen.spamhaus.org | Spamhaus CSS (127.0.0.3) see https\\://lists.example/ |" in text
    assert "| b.barracudacentral.org | refused |" in text
    assert "- Spam rate. <https://postmaster.google.com>" in text


def test_a_list_s_words_are_no_markup(tmp_path: Path) -> None:
    row = make.row(reason="<script> | [x](https://evil.example) {{ 7 * 7 }}")
    lists = make.content(make.result(make.health(listed=1), listings=[row]))
    text = markdown_of(report(tmp_path, lists=lists))
    assert "\\<script\\> \\| \\[x\\](https\\://evil.example) {{ 7 \\* 7 }}" in text


def test_the_summary_names_what_is_not_clean(tmp_path: Path) -> None:
    summary = summary_of(report(tmp_path, lists=ALL_KINDS))
    assert misfits(summary, "summary.json") == []
    assert [(row["zone"], row["state"]) for row in summary["listings_not_clean"]] == [
        ("zen.spamhaus.org", "listed"),
        ("half.example", "unknown"),
        ("b.barracudacentral.org", "unknown"),
        ("bl.example", "unknown"),
        ("all.s5h.net", "unknown"),
    ]
    assert summary["policy"]["passed"] is True


def test_every_cause_has_its_words() -> None:
    known = set(read(SHIPPED / "texts" / "report.yml")["texts"]["cause_of_unknown"])
    health = json.loads((SHIPPED / "schema" / "listings.json").read_text(encoding="utf-8"))["properties"]["lists"]
    causes = set(health["items"]["properties"]["health"]["enum"]) - {"healthy", "not_asked", "no_key", "dead"}
    assert causes <= known
    assert Texts("en").cause("never heard of") == "other"
