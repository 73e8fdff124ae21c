# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of other controllers' runs: taken over or refused with its file's name, and read by all or noted by one."""

from __future__ import annotations

import json
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from hypothesis import example, given

from ansible_collections.postmaster.delist.plugins.action import bounce_info
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _evidence as audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases import _deliveries as deliveries
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import dumped
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay import _traffic as traffic
from ansible_collections.postmaster.delist.plugins.plugin_utils._report import _evidence as report
from ansible_collections.postmaster.delist.tests.fuzz.mutation import broken_off, mutated, only_says
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.evidence_factory import full_host

GOOD = full_host()


def with_outcomes(bounced: t.Any) -> bytes:
    """Evidence with a count that JSON can write, and nobody can count to."""
    (first, *others) = GOOD["replies"]
    outcomes = {**first["outcomes"], "bounced": bounced}
    return json.dumps({**GOOD, "replies": [{**first, "outcomes": outcomes}, *others]}).encode()


@pytest.fixture(scope="module")
def out() -> t.Iterator[Path]:
    """The folder of a slice's run, and that of the run that takes it over."""
    with tempfile.TemporaryDirectory() as made:
        for run in ("slice", "night"):
            (Path(made) / run / "evidence").mkdir(parents=True)
        yield Path(made)


def test_good_evidence_is_taken_over(out: Path) -> None:
    (out / "slice" / "evidence" / "mx1.json").write_text(json.dumps(GOOD), encoding="utf-8")
    folder = out / "night" / "evidence"
    taken = bounce_info._merged("mx1", str(folder), ["slice"])
    assert taken["notes"] == ["/var/log/mail.log: truncated"]
    assert json.loads((folder / "mx1.json").read_bytes()) == GOOD
    assert [finding["hosts"] for finding in diagnose(folder)["findings"]] == [["mx1"]] * 2
    assert audit.read(folder, load())[0].left
    assert report.added_up(folder).seen == 11
    assert traffic.read(folder)["mx1"].messages == 11
    assert len(deliveries.read(folder)) == 1


@given(data=broken_off(mutated(GOOD)))
@example(data=b"[" * 100_000)
@example(data=with_outcomes(float("inf")))
@example(data=with_outcomes(10**400))
@example(data=json.dumps({**GOOD, "totals": None}).encode())
@example(data=json.dumps({**GOOD, "sources": [{"notes": "x"}]}).encode())
@example(data=json.dumps({**GOOD, "window": {"since": "0001-01-01T00:00:00+23:59", "until": None}}).encode())
def test_evidence_of_another_run(out: Path, data: bytes) -> None:
    theirs, folder = out / "slice" / "evidence" / "mx1.json", out / "night" / "evidence"
    theirs.write_bytes(data)
    with only_says(AnsibleActionFail, theirs):
        taken = bounce_info._merged("mx1", str(folder), ["slice"])
        assert taken["path"] == str(folder / "mx1.json")
        assert all(isinstance(note, str) for note in taken["notes"])
    # Of a host whose evidence is refused there may be a file all the same: of a slice that was copied by hand.
    (folder / "mx1.json").write_bytes(data)
    everybody_reads(folder)


def everybody_reads(folder: Path) -> None:
    found = diagnose(folder)
    assert json.loads(b"".join(dumped(found)))["schema"] == 1
    audit.read(folder, load())
    assert report.added_up(folder).seen >= 0
    for host in traffic.read(folder).values():
        assert host.all_a_day >= 0
    deliveries.read(folder)
