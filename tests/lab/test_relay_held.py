# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Amazon SES refuses because of our account waits on the host, and goes when the account is well again."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import directly
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story

TO = "a@contoso.com"
TROUBLES = {
    "paused": "554 Message rejected: Sending paused for this account.",
    "denied": "554 Access denied",
    "unsubscribed": "535 Account not subscribed to SES",
}


def test_no_trouble_of_the_account_destroys_mail(lab: Lab, tmp_path: Path):
    story = Story(lab, tmp_path, lab.hosts["mx2"])
    (host,) = story.hosts
    assert directly.relay(lab, host).rc == 0
    waiting = []
    for trouble, said in TROUBLES.items():
        lab.world.set("ses", **{trouble: True})
        waiting += story.send(TO)
        line = lab.mail.outcome(waiting[-1], TO)
        assert "status=deferred" in line
        assert said in line
        lab.world.set("ses", **{trouble: False})
    assert {(message.message_id, TO) for message in waiting} == lab.mail.waiting(host)
    story.run([{"name": "Release", "postmaster.delist.postfix_queue": {"release": True, "everything": True}}])
    lab.wait(lambda: not lab.mail.queue(host), "mail still waits")
    assert lab.mail.missing() == []
    assert {entry["message_id"] for entry in lab.mail.received("ses")} == {one.message_id for one in waiting}
