# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The change of a host killed at each of its steps: mail goes on, and restore gives the host what it had."""

from __future__ import annotations

import json
import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _relay_options
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import STEPS
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import for_hosts
from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.running import ROOT
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

OURS = "ansible_collections/postmaster/delist/plugins/module_utils"
RELAY = {"domains": ["contoso.com"], "region": "us-east-1", "user": SES_USER, "password": SES_PASSWORD, "rate": 14}
# Steps that neither change needs.
NOT_HERE = {
    "apply": {"master_cf_removed", "files_removed", "reloaded_again"},
    "restore": {"files", "master_cf_added", "service_started"},
}
SHORT = {"apply": ("prepared", "main_cf", "watched"), "restore": ("main_cf", "files_removed", "swept")}
KILLS = [
    pytest.param(change, step, marks=[] if step in SHORT[change] else [pytest.mark.nightly])
    for change in ("apply", "restore")
    for step in STEPS
    if step not in NOT_HERE[change]
]


def do(lab: Lab, host: plan.Host, step: str, **options: t.Any) -> str:
    """Do on a host what postfix_relay does until this step, and say how that ended."""
    folder = lab.root(host) / "root" / "killed"
    if not folder.exists():
        shutil.copytree(ROOT / "plugins" / "module_utils" / "_postfix", folder / OURS / "_postfix")
        for needed in ("_evidence", "_smtp_reply.py", "_postfix_log.py", "_addresses.py"):
            source = ROOT / "plugins" / "module_utils" / needed
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / OURS / needed)
        shutil.copy(Path(__file__).parent / "host" / "killed.py", folder)
    defaults = {name: spec.get("default") for name, spec in _relay_options.ACTION.items()}
    asked = json.dumps({**defaults, "rules": for_hosts(), "watch_seconds": 0.5, "verify": False, **options})
    script = f"cd /root/killed; PYTHONPATH=. python3 killed.py {step} >/root/killed/steps 2>&1; echo $?"
    return lab.on(host, "sh", "-c", script, said=asked).strip()


@pytest.mark.parametrize(("change", "step"), KILLS)
def test_killed_at_a_step(lab: Lab, tmp_path: Path, change, step):
    host = lab.hosts["mx2"]
    story = Story(lab, tmp_path, host)
    if change == "restore":
        assert do(lab, host, "none", **RELAY) == "0"
    options = RELAY if change == "apply" else {"state": "absent"}
    assert do(lab, host, step, **options) == "137"

    sent = story.send("a@contoso.com", "b@gmail.com")
    for recipient in sent[0].recipients:
        story.became(sent, recipient, "status=sent")
    assert lab.mail.missing() == []
    story.run([{"name": "Relay no more", "postmaster.delist.postfix_relay": {"state": "absent", "watch_seconds": 0.5}}])
    assert story.state() == story.before
    again = story.send("a@contoso.com")
    story.became(again, "a@contoso.com", "postfix/smtp", "status=sent", "contoso-com.mail.protection.outlook.com")


@pytest.mark.parametrize("change", ["apply", "restore"])
def test_these_are_the_steps(lab: Lab, change):
    host = lab.hosts["mx2"]
    assert do(lab, host, "none", **RELAY) == "0"
    if change == "restore":
        assert do(lab, host, "none", state="absent") == "0"
    steps = lab.on(host, "cat", "/root/killed/steps").split()
    assert steps == [step for step in STEPS if step not in NOT_HERE[change]]
