# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action relay_plan, and what delivery_probe takes from a run, as Ansible runs them; no host is needed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.evidence_factory import (
    IP,
    group,
    host,
    write,
)

INVENTORY: dict[str, t.Any] = {"all": {"hosts": {"mx1": {}, "mx2": {}}}}
# What a hostile record says must arrive as it is, whatever it looks like.
HOSTILE = "{{ lookup('pipe', 'touch owned') }}"


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "out" / "INC-7"
    blocked = group(outcomes={"bounced": 12}, recipients=12, recipient_domains={"example.com": 11, HOSTILE: 1})
    write(folder / "evidence", host(blocked, name="mx1", configured=(IP,)), host(name="mx2"))
    (folder / "findings.json").write_text(json.dumps(diagnose(folder / "evidence")), encoding="utf-8")
    return folder


def test_a_plan_is_shown_kept_and_no_change(run_tasks: t.Callable[..., t.Any], run_dir: Path, tmp_path: Path) -> None:
    account = {"sandbox": True, "sending": True, "status": "HEALTHY", "quota": {}, "senders": []}
    local = {"run_once": True, "delegate_to": "localhost"}
    probe = {"recipient": "me@example.com", "receiver": "microsoft_365", "run_dir": str(run_dir)}
    tasks = [
        {"name": "Plan", "postmaster.delist.relay_plan": {"run_dir": str(run_dir), "region": "us-east-1", "show": True,
                                                          "account": "told", "language": "ja"}, **local},
        {"name": "Nowhere", "postmaster.delist.relay_plan": {"run_dir": str(run_dir), "region": ""},
         "ignore_errors": True, **local},
        {"name": "Probe", "postmaster.delist.delivery_probe": probe, "when": "inventory_hostname == 'mx2'"},
    ]  # fmt: skip
    run = run_tasks(tasks, inventory=INVENTORY, extra_vars={"told": account})
    planned = run.of("Plan").data
    assert planned["changed"] is False
    assert (planned["relaying"], planned["domains"]) == (["mx1"], ["example.com"])
    assert len(planned["dropped"]) == 1
    assert [one["code"] for one in planned["refusals"]] == ["ses_sandbox"]
    assert (planned["sharing"], planned["elsewhere"]) == (1, [])
    assert planned["refused"] == [planned["refusals"][0]["ja"]]
    assert json.loads((run_dir / "relay.json").read_text(encoding="utf-8"))["relaying"] == ["mx1"]
    assert "計画：1ドメインをAmazon SES（us-east-1）経由で中継" in run.stdout
    assert not (tmp_path / "owned").exists()
    assert "relay_region" in run.of("Nowhere").msg
    assert run.of("Probe", "mx2").status == "skipped"
    assert "has not blocked mx2" in run.of("Probe", "mx2").msg
