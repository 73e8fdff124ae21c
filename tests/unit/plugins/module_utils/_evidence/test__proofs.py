# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _proofs, _render
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import NOW, sums_of

EOP = "example-com.mail.protection.outlook.com"
ALWAYS = Window()


def line(
    minute: int, *, host: str = EOP, ip: str = "198.51.100.36", status: str = "sent", service: str = "postfix/smtp"
) -> bytes:
    return (
        f"2026-11-24T11:{minute:02d}:00+00:00 mx1 {service}[4827]: 4FxQ2T1Abcz{minute:02d}: to=<hana@example.com>,"
        f" relay={host}[{ip}]:25, delay=6, delays=1/0/1/4, dsn=2.6.0, status={status} (250 2.6.0 Queued)\n"
    ).encode()


def delivered(data: bytes, *proofs: str, window: Window = ALWAYS) -> list[dict[str, t.Any]]:
    return _render.delivered(sums_of(data, Wanted(proofs=proofs, window=window), now=NOW), Privacy("domains"))


@pytest.mark.parametrize("wanted", [EOP, ".mail.protection.outlook.com", ".Outlook.com"])
def test_the_newest_line_is_the_sample(wanted: str) -> None:
    (entry,) = delivered(line(1) + line(9) + line(10, status="deferred") + line(3), wanted)
    (sample,) = entry["samples"]
    assert (entry["count"], sample["queue_id"], sample["at"][14:16]) == (3, "4FxQ2T1Abcz09", "09")
    assert sample["line"] == line(9).decode().strip().replace("hana@", "*@")


def test_other_relays_and_no_question_have_no_sample() -> None:
    assert [entry["samples"] for entry in delivered(line(1), "mx.example.net")] == [[]]
    assert [entry["samples"] for entry in delivered(line(1))] == [[]]
    # A name that only ends alike, and one that another part of the line has.
    other = line(2, host=f"not{EOP}").replace(b"250 2.6.0", f"250 {EOP}[198.51.100.36]".encode())
    assert [entry["samples"] for entry in delivered(other, EOP)] == [[]]


def test_transports_and_families_have_one_each() -> None:
    data = line(1) + line(2, ip="2001:db8::25") + line(3, service="postfix-b/smtp")
    entries = {entry["service"]: entry["samples"] for entry in delivered(data, ".outlook.com")}
    assert [sample["queue_id"][-2:] for sample in entries["postfix/smtp"]] == ["02", "01"]
    assert [sample["queue_id"][-2:] for sample in entries["postfix-b/smtp"]] == ["03"]


def test_what_lies_outside_of_the_window_is_none() -> None:
    at = 1795518000  # 2026-11-24T11:00:00Z
    (entry,) = delivered(line(1) + line(5) + line(9), EOP, window=Window(at, at + 300))
    assert entry["samples"][0]["queue_id"].endswith("05")


def test_one_delivery_is_found_among_many_refusals() -> None:
    crowd = b"".join(line(minute % 50, status="deferred") for minute in range(500))
    assert delivered(crowd + line(59) + crowd, EOP)[0]["samples"][0]["queue_id"].endswith("59")


@pytest.mark.parametrize("wrong", ["", ".", "a b", "a[1]", "-" * 64, "x\n"])
def test_only_names_are_looked_for(wrong: str) -> None:
    with pytest.raises(ValueError, match="proofs"):
        _proofs.check([wrong])


def test_only_so_many_are_looked_for() -> None:
    with pytest.raises(ValueError, match="201 relays"):
        _proofs.check(["mx.example.net"] * 201)
