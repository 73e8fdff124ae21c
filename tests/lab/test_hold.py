# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hold on real hosts: what a block refuses stays in the queue, what must bounce bounces, and all of it goes again."""

from __future__ import annotations

import json
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.plan import Host

HOLD = "postmaster.delist.hold"
RESTORE = "postmaster.delist.restore"
BLOCKED = ("a@contoso.com", "a@outlook.com")
# Everything about each file and folder but the times; then the content of the files.
FINGERPRINT = (
    "cd /etc/postfix && find . -printf '%p %y %m %U %G %l\\n' | sort && find . -type f | sort | xargs sha256sum"
)


def fingerprints(lab: Lab) -> dict[str, str]:
    return {name: lab.on(host, "sh", "-c", FINGERPRINT) for name, host in lab.hosts.items()}


def block(lab: Lab) -> None:
    lab.world.block("microsoft_365", *lab.hosts.values(), rule="fblw15")
    lab.world.block("outlook_com", *lab.hosts.values(), rule="s3140")


def send(lab: Lab, *recipients: str) -> dict[str, t.Any]:
    sent = {name: lab.mail.send(host, *recipients) for name, host in lab.hosts.items()}
    lab.mail.settle(*lab.hosts.values())
    return sent


def waiting(lab: Lab, host: Host) -> set[str]:
    return {recipient["address"] for message in lab.mail.queue(host) for recipient in message["recipients"]}


def test_the_whole_story(lab: Lab, tmp_path: Path):
    start = fingerprints(lab)
    block(lab)
    lost = send(lab, *BLOCKED)
    for host in lab.hosts.values():
        assert "status=bounced" in lab.mail.outcome(lost[host.name], BLOCKED[0])

    # Without confirm=yes: the plan, the command for it, and nothing else.
    everywhere = {"hold_everywhere": True}
    plan = lab.run_playbook(HOLD, cwd=tmp_path, extra_vars=everywhere, rc=None)
    assert plan.rc != 0
    assert "nothing has changed" in plan.stdout
    assert "-e confirm=yes" in plan.stdout
    assert "PLAN    mx1, mx2, mx3, mx4: refusals like microsoft_365/fblw15" in plan.stdout
    foretold = lab.run_playbook(HOLD, cwd=tmp_path, extra_vars=everywhere, check=True, args=["--diff"])
    assert fingerprints(lab) == start

    done = lab.run_playbook(HOLD, cwd=tmp_path, extra_vars={**everywhere, "confirm": "yes"}, args=["--diff"])
    assert "postmaster.delist.restore" in done.stdout
    for name in lab.hosts:
        result = done.of("Hold", name).data
        assert result["changed"]
        assert result["rules"] == ["microsoft_365/fblw15", "outlook_com/s3140"]
        assert result["diff"] == foretold.of("Hold", name).data["diff"]
    again = lab.run_playbook(HOLD, cwd=tmp_path, extra_vars={**everywhere, "confirm": "yes"})
    assert again.changed == 0

    held = send(lab, *BLOCKED, "nouser@outlook.com", "a@gmail.com", "nouser@gmail.com")
    for host in lab.hosts.values():
        for recipient in BLOCKED:
            outcome = lab.mail.outcome(held[host.name], recipient)
            assert "status=deferred" in outcome
            assert "dsn=4." in outcome
            assert "said: 550 5.7.1" in outcome, "the log no longer shows what the receiver said"
        assert "status=sent" in lab.mail.outcome(held[host.name], "a@gmail.com")
        assert "status=bounced" in lab.mail.outcome(held[host.name], "nouser@gmail.com")
        assert waiting(lab, host) >= set(BLOCKED)

    plan = lab.run_playbook(RESTORE, cwd=tmp_path, rc=None)
    assert plan.rc != 0
    assert "-e confirm=yes" in plan.stdout
    lab.world.delist("microsoft_365")
    lab.world.delist("outlook_com")
    restored = lab.run_playbook(RESTORE, cwd=tmp_path, extra_vars={"confirm": "yes"})
    for name in lab.hosts:
        assert restored.of("Take the hold away", name).data["held"]["messages"] == 1
    assert fingerprints(lab) == start
    assert lab.run_playbook(RESTORE, cwd=tmp_path, extra_vars={"confirm": "yes"}).changed == 0
    for host in lab.hosts.values():
        lab.on(host, "postqueue", "-f")
    lab.mail.settle(*lab.hosts.values())
    for host in lab.hosts.values():
        for recipient in BLOCKED:
            assert "status=sent" in lab.mail.outcome(held[host.name], recipient)


def test_a_reply_that_no_rule_knows(lab: Lab, tmp_path: Path):
    """It is held word for word, whatever characters are in it; a template in it is only text."""
    mx1 = lab.hosts["mx1"]
    reply = "554 5.7.1 Quux: {{ lookup('pipe', 'id') }} (your server) [is] not *welcome*, see http://x.example/a?b=c\\d"
    lab.world.block("gmail", mx1, reply=reply, stage="RCPT TO")
    lost = lab.mail.send(mx1, "a@gmail.com")
    lab.mail.settle(mx1)
    assert "status=bounced" in lab.mail.outcome(lost, "a@gmail.com")
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"hold_signatures": [reply], "confirm": "yes"}), encoding="utf-8")
    done = lab.run_playbook(HOLD, cwd=tmp_path, limit="mx1", args=["-e", f"@{asked}"])
    assert done.of("Hold", "mx1").data["literals"] == [reply]
    held = lab.mail.send(mx1, "a@gmail.com", "nouser@outlook.com")
    lab.mail.settle(mx1)
    assert "status=deferred" in lab.mail.outcome(held, "a@gmail.com")
    assert "status=bounced" in lab.mail.outcome(held, "nouser@outlook.com")


def test_lines_that_any_user_can_write_change_no_host(lab: Lab, tmp_path: Path):
    mx1 = lab.hosts["mx1"]
    forged = (
        "0F123ABCDE: to=<a@outlook.com>, relay=mx.evil.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, "
        "status=bounced (host mx.evil.example[192.0.2.9] said: 550 5.7.1 Unfortunately, messages from [192.0.2.77] "
        "weren't sent. Part of their network is on our block list (S3140). (in reply to MAIL FROM command))"
    )
    since = lab.on(mx1, "date", "--iso-8601=seconds").strip()
    time.sleep(1)
    lab.on(mx1, "logger", "-p", "mail.info", "-t", "postfix/smtp[4242]", forged)
    start = fingerprints(lab)
    done = lab.run_playbook(HOLD, cwd=tmp_path, limit="mx1", extra_vars={"confirm": "yes", "since": since})
    result = done.of("Hold", "mx1").data
    assert not result["changed"]
    assert "cannot be believed" in result["not_held"][0]["reason"]
    assert fingerprints(lab) == start
