# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two controllers at once, each over half of the real mail hosts and into one PostgreSQL, find what one finds."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import postgresql
from ansible_collections.postmaster.delist.tests.integration.test_slices import Fleet, concerns, database
from ansible_collections.postmaster.delist.tests.lab import running
from ansible_collections.postmaster.delist.tests.lab.handle import Lab

__all__ = ["database"]

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(postgresql.PROGRAMS is None, reason=postgresql.WHY_NOT),
]
SLICES = {"night-1": "mx1,mx2", "night-2": "mx3,mx4"}


def refused(lab: Lab) -> None:
    """Some are refused for good, some are listed, some are neither; nothing is left in a queue that would be tried."""
    mx1, mx2, mx3, _mx4 = lab.hosts.values()
    lab.world.block("microsoft_365", mx1, mx3, rule="fblw15")
    lab.world.block("outlook_com", mx1, mx2, rule="s3140")
    lab.world.list("zen.spamhaus.org", mx3)
    for host in lab.hosts.values():
        lab.mail.send(host, "a@contoso.com", "a@outlook.com", "a@gmail.com")
    lab.mail.settle(*lab.hosts.values())


def test_two_runners_at_once_find_what_one_finds(lab: Lab, tmp_path: Path, database: t.Callable[[str], str]) -> None:
    since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    refused(lab)
    one, many = (
        Fleet(
            tmp_path / name,
            {"since": since},
            database(name),
            inventory=lab.place.inventory,
            within=running.enter(lab.place),
        )
        for name in ("one", "many")
    )
    for fleet in (one, many):
        fleet.run("before", limit="mx1", baseline=True)
    at_once = {run: many.start(run, limit=hosts) for run, hosts in SLICES.items()}
    slices = {run: many.ended(process, run) for run, process in at_once.items()}
    assert [summary["hosts"]["ok"] for summary in slices.values()] == [["mx1", "mx2"], ["mx3", "mx4"]]

    single = one.run("night")
    merged = many.run("night", evidence_merge=list(SLICES))

    for name in ("findings.json", "listings.json"):
        assert json.loads((many.output / "night" / name).read_bytes()) == json.loads(
            (one.output / "night" / name).read_bytes()
        )
    assert len(merged["findings"]) == len(single["findings"]) > 0
    assert merged["listings_not_clean"] == single["listings_not_clean"]
    assert merged["listings_not_clean"]
    assert concerns(merged) == concerns(single)
    assert {"new", "still"} <= set(concerns(merged).values())
    assert merged["hosts"] == single["hosts"] == {"ok": ["mx1", "mx2", "mx3", "mx4"], "failed": [], "unreachable": []}
    assert merged["policy"] == single["policy"]
