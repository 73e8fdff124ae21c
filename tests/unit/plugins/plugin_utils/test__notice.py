# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message says, and when there is one: only when something has changed, and nothing unseen is called gone."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils import _notice as notice
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    blocked,
    finding,
    report,
    said_by,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

EN = Texts("en")
UNREAD = Host(name="mx1", state="unreachable", reason="refused")


def ids(items: t.Iterable[t.Any]) -> list[str]:
    return [getattr(item, "finding", item)["id"] for item in items]


def seen(folder: Path, *numbers: int, **held: t.Any) -> Report:
    return report(folder, findings=[finding(number) for number in numbers], **held)


def changed(tmp_path: Path, before: Report | None, now: Report) -> notice.Change:
    return notice.change(now, said_by(before) if before else None)


def test_new_still_and_cleared(tmp_path: Path) -> None:
    found = changed(tmp_path, seen(tmp_path / "a", 7, 8), seen(tmp_path / "b", 8, 9))
    assert ids(found.new) == [finding(9)["id"]]
    assert ids(found.still) == [finding(8)["id"]]
    assert ids(found.cleared) == [finding(7)["id"]]
    assert found.is_one


def test_the_same_again_is_no_change(tmp_path: Path) -> None:
    assert not changed(tmp_path, seen(tmp_path / "a", 7), seen(tmp_path / "b", 7)).is_one
    assert not changed(tmp_path, seen(tmp_path / "a"), seen(tmp_path / "b")).is_one


def test_noise_is_no_change(tmp_path: Path) -> None:
    noise = [finding(8, cause="recipient_invalid")]
    assert not changed(tmp_path, seen(tmp_path / "a"), report(tmp_path / "b", findings=noise)).is_one


def test_without_a_run_before_a_block_or_a_gap_is_one(tmp_path: Path) -> None:
    assert changed(tmp_path, None, seen(tmp_path / "a", 7)).is_one
    assert changed(tmp_path, None, seen(tmp_path / "b", hosts=[UNREAD])).is_one
    assert not changed(tmp_path, None, seen(tmp_path / "c")).is_one


def test_what_was_not_looked_at_is_not_gone(tmp_path: Path) -> None:
    found = changed(tmp_path, seen(tmp_path / "a", 7), seen(tmp_path / "b", hosts=[UNREAD]))
    assert ids(found.cleared) == []
    assert found.is_one
    failed = seen(tmp_path / "c", failed_steps={"diagnosis": "no"})
    assert ids(changed(tmp_path, seen(tmp_path / "d", 7), failed).cleared) == []


def test_hosts_that_can_be_read_again_are_a_change(tmp_path: Path) -> None:
    half = seen(tmp_path / "a", 7, hosts=[UNREAD, Host(name="mx2", state="ok")])
    whole = seen(tmp_path / "b", 7, hosts=[Host(name="mx1", state="ok"), Host(name="mx2", state="ok")])
    assert changed(tmp_path, half, whole).is_one


class TestTheRunBefore:
    def test_is_the_newest_of_the_same_hosts(self, tmp_path: Path) -> None:
        for number, hosts in enumerate((["mx1"], ["mx1"], ["mx1", "mx2"]), start=1):
            folder = tmp_path / f"run{number}"
            folder.mkdir()
            write_json(folder / "run.json", {"hosts": hosts, "started_at": f"2026-11-2{number}T00:00:00+09:00"})
            said = (
                b"".join(summary(seen(tmp_path / f"of{number}", 7), EN)).decode().replace('"INC-7"', f'"run{number}"')
            )
            (folder / "summary.json").write_text(said, encoding="utf-8")
        (tmp_path / "latest").symlink_to("run3")
        (tmp_path / "else").mkdir()
        (tmp_path / "else" / "summary.json").write_text("[]")
        (tmp_path / "now").mkdir()
        found = notice.run_before(tmp_path / "now", ["mx1"])
        assert found
        assert found["run_id"] == "run2"
        assert notice.run_before(tmp_path / "now", ["mx3"]) is None

    def test_is_the_folders_own_last_report_where_a_run_is_gone_on_with(self, tmp_path: Path) -> None:
        made = seen(tmp_path, 7)
        said_by(made)
        found = notice.run_before(made.run_dir, ["mx1"])
        assert found
        assert found["run_id"] == "INC-7"

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "{}", '{"schema": 1}', "null", '{"schema": 1,\n"findings": [\n]}\n']
    )
    def test_is_none_where_it_cannot_be_read(self, content: str, tmp_path: Path) -> None:
        made = seen(tmp_path, 7)
        (made.run_dir / "summary.json").write_text(content)
        assert notice.run_before(made.run_dir, ["mx1"]) is None

    def test_is_none_where_its_summary_ends_too_early(self, tmp_path: Path) -> None:
        made = seen(tmp_path, 7, 8)
        said_by(made)
        path = made.run_dir / "summary.json"
        whole = path.read_text(encoding="utf-8")
        for end in range(0, len(whole) - 2, 97):
            path.write_text(whole[:end], encoding="utf-8")
            assert notice.run_before(made.run_dir, ["mx1"]) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [blocked, hostile_report])
def test_a_message_is_short_plain_and_fits_its_schema(
    make: t.Callable[[Path], Report], language: str, tmp_path: Path
) -> None:
    made = make(tmp_path)
    found = notice.change(made, None)
    title, text = notice.message(made, found, Texts(language), run_dir="out/INC-7")
    assert title.isprintable()
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text) < 3000
    assert "out/INC-7" in text
    body = notice.webhook_body(made, found, Texts(language), run_dir="out/INC-7")
    assert misfits(body, "notice.json") == []
    assert body["text"] == f"{title}\n{text}"


def test_blocks_that_were_told_before_hide_no_gap(tmp_path: Path) -> None:
    many = range(8, 30)
    now = seen(tmp_path / "b", *many, hosts=[UNREAD, Host(name="mx2", state="ok")])
    found = changed(tmp_path, seen(tmp_path / "a", *many), now)
    _title, text = notice.message(now, found, EN, run_dir="out/INC-7")
    assert text.splitlines()[1] == "mx1 was unreachable: refused"
    assert text.splitlines()[2].startswith("STILL ")
    assert text.splitlines()[-2] == "and 13 more in the report"


def test_a_message_says_what_is_new_first(tmp_path: Path) -> None:
    now = seen(tmp_path / "b", *range(8, 30))
    found = changed(tmp_path, seen(tmp_path / "a", 7, 8), now)
    _title, text = notice.message(now, found, EN, run_dir="out/INC-7")
    assert text.splitlines()[1] == "NEW 203.0.113.10 REFUSED by Outlook.com [s3140]"
    assert text.splitlines()[-2:] == ["and 13 more in the report", "REPORT  out/INC-7"]
