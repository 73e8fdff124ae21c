# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All mail through Amazon SES, in both forms, and back: shorter than the story, on the oldest and the newest host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

BLOCKED = "a@contoso.com"
OPEN = "c@gmail.com"
LOCAL = "root@localhost"


@pytest.mark.parametrize(("scope", "service"), [("all", "postfix/ses/smtp"), ("relayhost", "postfix/smtp")])
def test_all_mail_goes_through_amazon_ses_and_back(lab: Lab, tmp_path: Path, scope, service):
    story = Story(lab, tmp_path, lab.hosts["mx1"], lab.hosts["mx4"])
    lab.world.block("microsoft_365", *story.hosts, rule="fblw15")
    story.do("Relay", "postfix_relay", scope=scope, region="us-east-1", user=SES_USER, password=SES_PASSWORD, rate=14)
    sent = story.send(BLOCKED, OPEN, LOCAL)
    for recipient in (BLOCKED, OPEN):
        story.became(sent, recipient, service, "status=sent", "email-smtp.us-east-1.amazonaws.com")
    story.became(sent, LOCAL, "relay=local", "status=sent")
    without_sender = story.send(BLOCKED, sender="")
    story.became(without_sender, BLOCKED, "status=deferred", "501 Invalid MAIL FROM address provided")

    lab.world.delist("microsoft_365")
    story.do("Relay no more", "postfix_relay", state="absent")
    assert story.state() == story.before
    story.run([{"name": "Release", "postmaster.delist.postfix_queue": {"release": True, "everything": True}}])
    lab.mail.settle(*story.hosts)
    story.became(without_sender, BLOCKED, "status=sent", "contoso-com.mail.protection.outlook.com")
    assert {recipient for _message, recipient in lab.mail.missing()} == {LOCAL}
