# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence of one host, taken over from other runs."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import (
    EvidenceFileError,
    NotReachedError,
    taken_from,
    write,
)


def evidence(host: str, **more: t.Any) -> dict[str, t.Any]:
    return {"schema": 1, "host": host, "sources": [], "totals": {}, **more}


def merged(out: Path, host: str, *runs: str) -> dict[str, t.Any]:
    return taken_from(out / "night" / "evidence", host, runs)


def test_the_run_that_has_the_host_is_taken(tmp_path: Path) -> None:
    for run, host in (("a", "mx1"), ("b", "mx/2")):
        write(tmp_path / run / "evidence", evidence(host, run=run))
    assert merged(tmp_path, "mx1", "a", "b") == evidence("mx1", run="a")
    assert merged(tmp_path, "mx/2", "a", "b") == evidence("mx/2", run="b")


def test_of_several_the_last_one_counts(tmp_path: Path) -> None:
    for run in ("a", "b"):
        write(tmp_path / run / "evidence", evidence("mx1", run=run))
    assert merged(tmp_path, "mx1", "b", "a")["run"] == "a"


@pytest.mark.parametrize("name", ["../a", "/etc", "", "a/b", "{{ x }}", "a\n"])
def test_only_a_run_can_be_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvidenceFileError, match="is not the name of a run"):
        merged(tmp_path, "mx1", name)


def test_a_host_that_its_slice_did_not_reach_is_told_apart(tmp_path: Path) -> None:
    ended = {"schema": 1, "run_id": "a", "verdict": "unread", "policy": {"passed": False}, "findings": []}
    for run, hosts in (("a", ["mx1"]), ("b", [])):
        summary = {**ended, "run_id": run, "hosts": {"unreachable": hosts}, "findings": []}
        head = {name: value for name, value in summary.items() if name != "findings"}
        (tmp_path / run).mkdir()
        (tmp_path / run / "summary.json").write_text(f'{json.dumps(head)[:-1]},\n"findings": [\n]}}\n')
    with pytest.raises(NotReachedError, match="a did not reach mx1"):
        merged(tmp_path, "mx1", "a", "b")
    with pytest.raises(EvidenceFileError, match="No evidence of mx2 in a, b"):
        merged(tmp_path, "mx2", "a", "b")


def test_a_host_of_no_run_is_said(tmp_path: Path) -> None:
    write(tmp_path / "a" / "evidence", evidence("mx1"))
    with pytest.raises(EvidenceFileError, match="No evidence of mx2 in a, b: its slice could not read it"):
        merged(tmp_path, "mx2", "a", "b")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 1, "host": "mx2"}', '{"schema": 2, "host": "mx1"}', "\ud800"]
)
def test_what_is_no_evidence_of_the_host_is_said(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a" / "evidence", evidence("mx1"))
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(EvidenceFileError, match=r"mx1\.json (cannot be read as evidence|is not the evidence of mx1)"):
        merged(tmp_path, "mx1", "a")
