# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host whose connection is lost while it is being changed: mail goes on, and restore gives it what it had."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

RELAY = {"domains": ["contoso.com"], "region": "us-east-1", "user": SES_USER, "password": SES_PASSWORD, "rate": 14}


@pytest.mark.parametrize("name", ["mx2", "mx4"])
def test_a_connection_lost_after_main_cf_was_written(lab: Lab, tmp_path: Path, name):
    host = lab.hosts[name]
    story = Story(lab, tmp_path, host)
    before = lab.on(host, "cat", "/etc/postfix/main.cf")
    ended: list[Run] = []
    tasks = [{"name": "Relay", "postmaster.delist.postfix_relay": {**RELAY, "watch_seconds": 8}}]
    operator = threading.Thread(target=lambda: ended.append(story.run(tasks, rc=None)))
    operator.start()
    lab.wait(lambda: lab.on(host, "cat", "/etc/postfix/main.cf") != before, "main.cf is never changed", 60)
    lab.on(host, "pkill", "-KILL", "-f", "^sshd.*: root@notty")
    operator.join(timeout=120)
    assert ended[0].stats[name]["unreachable"] == 1, ended[0].summary()

    sent = story.send("a@contoso.com", "b@gmail.com")
    for recipient in sent[0].recipients:
        story.became(sent, recipient, "status=sent")
    # Whoever is first waits for the change that is still under way, or is told of it.
    absent = [{"name": "Relay no more", "postmaster.delist.postfix_relay": {"state": "absent"}}]
    lab.wait(lambda: story.run(absent, rc=None).rc == 0, "the change is still under way", 60)
    assert story.state() == story.before
    assert lab.mail.missing() == []
