# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""metrics.prom as prometheus_client reads it: gauges, each series once, and gone with what it tells of."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    blocked,
    finding,
    rendered,
    report,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_hostile import hostile_report

parser = pytest.importorskip("prometheus_client.parser")


def samples_of(made: Report) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    families = list(parser.text_string_to_metric_families(rendered(made, "prometheus")))
    assert {family.type for family in families} <= {"gauge"}
    assert len({family.name for family in families}) == len(families)
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for sample in (sample for family in families for sample in family.samples):
        series = found.setdefault(sample.name.removeprefix("postmaster_delist_"), {})
        key = tuple(sorted(sample.labels.items()))
        assert key not in series, f"{sample.name} twice"
        series[key] = sample.value
    return found


def test_what_there_is(tmp_path: Path) -> None:
    found = samples_of(blocked(tmp_path))
    assert found["hosts"] == {(("state", "ok"),): 2, (("state", "failed"),): 0, (("state", "unreachable"),): 1}
    assert found["verdict"][("verdict", "blocked"),] == 1
    assert sum(found["verdict"].values()) == 1
    assert found["complete"][()] == 0
    assert found["findings"] == {(("block", "true"),): 1, (("block", "false"),): 1}
    block = finding()["id"]
    assert found["finding_mails"][("id", block), ("outcome", "bounced")] == 412
    assert found["finding_first_refusal_timestamp_seconds"][("id", block),] == 1795464720
    (listing,) = found["listing"]
    assert dict(listing) == {
        "target": "203.0.113.7", "zone": "zen.spamhaus.org", "list": "spamhaus_css", "severity": "high",
    }  # fmt: skip
    assert found["list_unknown"][("zone", "b.barracudacentral.org"),] == 1


def test_what_is_cleared_is_gone(tmp_path: Path) -> None:
    found = samples_of(report(tmp_path))
    assert not {"finding", "finding_mails", "listing"} & set(found)
    assert found["findings"] == {(("block", "true"),): 0, (("block", "false"),): 0}
    assert found["complete"][()] == 1


def test_hostile_text_is_a_label_and_no_line(tmp_path: Path) -> None:
    found = samples_of(hostile_report(tmp_path))
    assert "evil" not in found
    assert any('"https://evil.example"' in value for key in found["finding"] for _name, value in key)
