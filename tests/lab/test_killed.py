# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The change of a host killed at each of its steps: mail goes on, and restore gives the host what it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._transaction import STEPS
from ansible_collections.postmaster.delist.tests.lab import directly, plan
from ansible_collections.postmaster.delist.tests.lab.chaos import NOT_IN
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story

NOT_HERE = {"apply": NOT_IN["relay"], "restore": NOT_IN["restore"]}
SHORT = {"apply": ("prepared", "main_cf", "watched"), "restore": ("main_cf", "files_removed", "swept")}
KILLS = [
    pytest.param(change, step, marks=[] if step in SHORT[change] else [pytest.mark.nightly])
    for change in ("apply", "restore")
    for step in STEPS
    if step not in NOT_HERE[change]
]


def change_until(lab: Lab, host: plan.Host, change: str, step: str) -> directly.Ended:
    if change == "apply":
        return directly.relay(lab, host, step, directly.KILL)
    return directly.absent(lab, host, "relay", step, directly.KILL)


@pytest.mark.parametrize(("change", "step"), KILLS)
def test_killed_at_a_step(lab: Lab, tmp_path: Path, change, step):
    host = lab.hosts["mx2"]
    story = Story(lab, tmp_path, host)
    if change == "restore":
        assert directly.relay(lab, host).rc == 0
    assert change_until(lab, host, change, step).rc == 137

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
    done = directly.relay(lab, host)
    if change == "restore":
        done = directly.absent(lab, host, "relay")
    assert done.rc == 0
    assert done.steps == [step for step in STEPS if step not in NOT_HERE[change]]
