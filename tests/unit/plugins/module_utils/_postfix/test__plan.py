# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan shows of a change before it is made, and what it says of changes by somebody else."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import (
    File,
    Layer,
    Parameter,
    Plan,
    Service,
    apply,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix.fake_postfix import (
    MASTER,
    FakePostfix,
)

HOLD = Layer(
    "hold",
    parameters=(Parameter("smtp_delivery_status_filter", "regexp:/own/hold", "prepend"),),
    files=(File("hold.regexp", b"/a/ b\n", mode=0o640),),
    settings={"receivers": ["outlook_com"]},
)
RELAY = Layer(
    "relay",
    parameters=(Parameter("relayhost", "[ses]:587"),),
    services=(Service("ses", "unix", "ses unix - - n - 5 smtp"),),
    files=(File("ses_passwd", b"user:hunter2\n", secret=True),),
)


class Silent:
    def begin(self) -> None:
        pass

    def faults(self) -> list[str]:
        return []


@pytest.fixture
def fake(tmp_path: pathlib.Path) -> FakePostfix:
    return FakePostfix(tmp_path / "etc")


def do(fake: FakePostfix, **change: t.Any) -> None:
    apply(fake.postfix, Plan.of(fake.postfix, **change), watch=Silent(), watch_seconds=0)  # type: ignore[arg-type]


def own(fake: FakePostfix, name: str) -> pathlib.Path:
    return pathlib.Path(fake.postfix.own(name))


def test_lines_show_what_goes_and_comes_with_one_line_around_it(fake: FakePostfix) -> None:
    lines = Plan.of(fake.postfix, add=RELAY).lines
    main = lines[lines.index(f"--- {fake.postfix.main_cf}") :]
    assert main[1:] == [
        f"+++ {fake.postfix.main_cf}",
        "@@ -8,2 +8,2 @@",
        " transport_maps=hash:/etc/postfix/transport",
        "-relayhost =",
        "+relayhost = [ses]:587",
    ]


def test_of_a_secret_it_shows_that_it_changes_and_no_more(fake: FakePostfix) -> None:
    (shown,) = (each for each in Plan.of(fake.postfix, add=RELAY).diff if each["after_header"].endswith("ses_passwd"))
    assert shown["before"] == ""
    assert "hunter2" not in shown["after"]
    do(fake, add=RELAY)
    other = dataclasses.replace(RELAY, files=(File("ses_passwd", b"user:hunter3\n", secret=True),))
    (changed,) = Plan.of(fake.postfix, add=other).diff
    assert changed["before"] != changed["after"]
    assert "(old)" in changed["before"]
    assert "(old)" not in changed["after"]
    assert "hunter" not in changed["before"] + changed["after"]


def test_a_file_has_the_mode_that_its_layer_wants(fake: FakePostfix) -> None:
    do(fake, add=HOLD)
    assert own(fake, "hold.regexp").stat().st_mode & 0o777 == 0o640


def test_other_settings_alone_are_a_change_of_the_record(fake: FakePostfix) -> None:
    do(fake, add=HOLD)
    assert not Plan.of(fake.postfix, add=HOLD).changed
    other = Plan.of(fake.postfix, add=dataclasses.replace(HOLD, settings={"receivers": []}))
    assert other.changes == []
    assert other.changed


def test_who_did_it_and_when_stays_until_it_is_something_else(
    fake: FakePostfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "kenzo")
    do(fake, add=HOLD)
    (first,) = Plan.of(fake.postfix, add=HOLD).layers
    assert "kenzo" in first["by"]
    monkeypatch.setenv("SUDO_USER", "aya")
    assert Plan.of(fake.postfix, add=HOLD).layers == [first]
    (other,) = Plan.of(fake.postfix, add=dataclasses.replace(HOLD, settings={})).layers
    assert "aya" in other["by"]


@pytest.mark.parametrize("name", ["main.cf", "master.cf"])
def test_without_a_configuration_there_is_no_plan(fake: FakePostfix, name: str) -> None:
    (fake.folder / name).unlink()
    with pytest.raises(
        PostfixError, match=rf"{name} does not exist: the configuration( directory)? of a Postfix was expected"
    ):
        Plan.of(fake.postfix, add=HOLD)


def test_a_master_cf_that_somebody_edited_keeps_what_is_theirs(fake: FakePostfix) -> None:
    do(fake, add=RELAY)
    theirs = b"policy unix - n n - 0 spawn\n"
    (fake.folder / "master.cf").write_bytes(theirs + (fake.folder / "master.cf").read_bytes())
    plan = Plan.of(fake.postfix, remove="relay")
    (said,) = plan.drift
    assert said.startswith("master.cf was edited by somebody else since 20")
    do(fake, remove="relay")
    assert (fake.folder / "master.cf").read_bytes() == theirs + MASTER.encode()


def test_files_of_ours_that_somebody_edited_or_removed_are_told_of(fake: FakePostfix) -> None:
    do(fake, add=HOLD)
    table = own(fake, "hold.regexp")
    table.write_bytes(b"/theirs/ x\n")
    assert Plan.of(fake.postfix, add=RELAY).drift == (f"{table} was edited by somebody else",)
    table.unlink()
    assert Plan.of(fake.postfix, add=RELAY).drift == (
        f"{table} was removed by somebody else, and is still needed: apply that again",
    )
    assert Plan.of(fake.postfix, remove="hold").drift == ()


def test_a_file_that_another_line_names_stays(fake: FakePostfix) -> None:
    do(fake, add=HOLD)
    table = own(fake, "hold.regexp")
    with (fake.folder / "main.cf").open("a") as main:
        main.write(f"smtp_header_checks = regexp:{table}\n")
    plan = Plan.of(fake.postfix, remove="hold")
    assert f"{table} stays: main.cf still names it, in a line that is not ours" in plan.left
    do(fake, remove="hold")
    assert table.read_bytes() == b"/a/ b\n"


def test_bytes_that_are_no_text_are_kept(fake: FakePostfix) -> None:
    odd = b"# caf\xe9\nna\xefve = \xff\n"
    (fake.folder / "main.cf").write_bytes(odd + (fake.folder / "main.cf").read_bytes())
    before = (fake.folder / "main.cf").read_bytes()
    do(fake, add=RELAY)
    assert (fake.folder / "main.cf").read_bytes().startswith(odd)
    do(fake, remove="relay")
    assert (fake.folder / "main.cf").read_bytes() == before
