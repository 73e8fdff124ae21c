# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole incident on four real hosts, by the playbooks alone: from the first refusal to the last delivery."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.mail import Injected
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

BLOCKED = "a@contoso.com"
ALSO_BLOCKED = "b@outlook.com"
OPEN = "c@gmail.com"
UNKNOWN = "nouser@gmail.com"
PROBES = {"microsoft_365": "our.probe@contoso.com", "outlook_com": "our.probe@outlook.com"}
SES = {
    "relay_region": "us-east-1",
    "relay_user": SES_USER,
    "relay_password": SES_PASSWORD,
    "relay_rate": 14,
    "relay_probes": list(PROBES.values()),
    "relay_ask_account": False,
}


def test_from_the_first_refusal_to_the_last_delivery(lab: Lab, tmp_path: Path):
    story = Story(lab, tmp_path)
    lost = refuse(story)
    run = evidence(story)
    held = hold(story, run)
    stuck = relay(story, run)
    probe(story, run, "blocked")
    lab.world.delist("microsoft_365")
    lab.world.delist("outlook_com")
    probe(story, run, "accepting")
    restore(story)
    release(story, [*held, *stuck])
    nothing_is_lost(story, lost)


def test_a_relay_is_undone_while_the_block_lasts_and_all_comes_back_by_what_is_printed(lab: Lab, tmp_path: Path):
    story = Story(lab, tmp_path)
    refuse(story)
    run = evidence(story)
    hold(story, run)
    held = story.state()
    done = story.play("relay", run=run, **SES)
    assert done.of("Say how to undo it").data["command"].endswith("-e restore_layers=relay")
    relayed = configuration(story)
    undone = story.play("restore", restore_layers="relay")
    assert story.state() == held
    story.became(story.send(BLOCKED), BLOCKED, "postfix/smtp", "status=deferred", "550 5.7.1", "FBLW15")

    assert repeat(story, undone) == ["relay"]
    assert configuration(story) == relayed
    assert repeat(story, restore(story)) == ["hold", "relay"]
    assert configuration(story) == relayed
    restore(story)


def configuration(story: Story) -> dict[str, list[str]]:
    """All of it but the record, which says when each was done."""
    return {
        host: [line for line in lines.splitlines() if "record.json" not in line]
        for host, lines in story.state().items()
    }


def repeat(story: Story, restored: Run) -> list[str]:
    """Give the commands that a restore printed, with the credentials for which they ask; return their playbooks."""
    credentials = story.folder / "credentials.json"
    credentials.write_text(json.dumps({name: SES[name] for name in ("relay_user", "relay_password")}), encoding="utf-8")
    # The lab's network has no Amazon to ask about the account.
    more = {"hold": [], "relay": ["-e", f"@{credentials}", "-e", "relay_ask_account=false"]}
    undos = restored.of("Say how to undo it").data["undos"]
    # Folded, as a shell takes it back.
    printed = " ".join(restored.stdout.replace("\\\n", "").split())
    for undo in undos:
        assert undo["command"] in printed
        _program, playbook, *words = shlex.split(undo["command"])
        story.lab.run_playbook(playbook, cwd=story.folder, args=[*words, *more[undo["playbook"]]])
    return [undo["playbook"] for undo in undos]


def refuse(story: Story) -> set[tuple[str, str]]:
    """Before anybody notices, what is refused bounces: it is gone, but its sender is told."""
    story.lab.world.block("microsoft_365", *story.hosts, rule="fblw15")
    story.lab.world.block("outlook_com", *story.hosts, rule="s3140")
    sent = story.send(BLOCKED, ALSO_BLOCKED, OPEN)
    story.became(sent, BLOCKED, "status=bounced", "FBLW15")
    story.became(sent, ALSO_BLOCKED, "status=bounced", "S3140")
    story.became(sent, OPEN, "status=sent")
    return {(message.message_id, recipient) for message in sent for recipient in (BLOCKED, ALSO_BLOCKED)}


def evidence(story: Story) -> str:
    """The incident playbook finds both receivers on every host, and changes none."""
    run = story.lab.run_playbook("postmaster.delist.incident", cwd=story.folder)
    assert run.changed == 0
    assert story.state() == story.before
    latest = (story.folder / "out" / "latest").resolve()
    found = json.loads((latest / "findings.json").read_text(encoding="utf-8"))["findings"]
    expected = {
        f"{receiver}/ip/{host.ip}/ip_blocklisted_receiver"
        for receiver in ("microsoft_365", "outlook_com")
        for host in story.hosts
    }
    assert expected <= {finding["id"] for finding in found}
    return latest.name


def hold(story: Story, run: str) -> list[Injected]:
    """What the block refuses waits, with the receiver's own words in the log; an unknown recipient still bounces."""
    story.play("hold", run=run)
    sent = story.send(BLOCKED, ALSO_BLOCKED, OPEN, UNKNOWN)
    story.became(sent, BLOCKED, "status=deferred", "dsn=4.7.1", "550 5.7.1", "FBLW15")
    story.became(sent, ALSO_BLOCKED, "status=deferred", "dsn=4.7.1", "550 5.7.1", "S3140")
    story.became(sent, OPEN, "status=sent")
    story.became(sent, UNKNOWN, "status=bounced", "dsn=5.1.1")
    return sent


def relay(story: Story, run: str) -> list[Injected]:
    """Blocked domains go through Amazon SES, others directly; what SES would destroy waits."""
    done = story.play("relay", run=run, **SES)
    assert SES_PASSWORD not in done.stdout + done.stderr
    assert "postmaster.delist.restore" in done.stdout
    sent = story.send(BLOCKED, ALSO_BLOCKED, OPEN)
    for to in (BLOCKED, ALSO_BLOCKED):
        story.became(sent, to, "postfix/ses/smtp", "status=sent", "dsn=2.0.0", "email-smtp.us-east-1.amazonaws.com")
    story.became(sent, OPEN, "postfix/smtp", "status=sent", "gmail-smtp-in.l.google.com")
    taken = story.lab.mail.received("ses")
    assert {(entry["login"], entry["tls"]) for entry in taken} == {(SES_USER, True)}
    assert all(set(entry["recipients"]) <= {BLOCKED, ALSO_BLOCKED} for entry in taken)
    without_sender = story.send(BLOCKED, sender="")
    story.became(without_sender, BLOCKED, "status=deferred", "501 Invalid MAIL FROM address provided")
    unverified = story.send(BLOCKED, sender="x@foreign.example")
    story.became(unverified, BLOCKED, "status=deferred", "554 Message rejected: Email address is not verified")
    return [*without_sender, *unverified]


def probe(story: Story, run: str, verdict: str) -> None:
    """The direct way is asked about, while all other mail for the receivers stays relayed; no message is sent."""
    before = story.state()
    variables = {"run": run, "verify_mailboxes": PROBES}
    asked = story.lab.run_playbook("postmaster.delist.verify", cwd=story.folder, extra_vars=variables)
    assert asked.changed == 0
    assert story.state() == before
    for host in story.hosts:
        results = asked.of("Ask each receiver that has blocked this host", host.name).data["results"]
        assert [result["verdict"] for result in results] == [verdict] * len(PROBES)
    assert not [entry for entry in story.lab.mail.received() if set(PROBES.values()) & set(entry["recipients"])]


def restore(story: Story) -> Run:
    """Every host has again, byte for byte, what it had."""
    done = story.play("restore")
    assert story.state() == story.before
    return done


def release(story: Story, waiting: list[Injected]) -> None:
    """What waited is delivered, directly."""
    tasks = [{"name": "Release", "postmaster.delist.postfix_queue": {"release": True, "everything": True, "rate": 20}}]
    story.run(tasks)
    story.lab.wait(lambda: not any(story.lab.mail.queue(host) for host in story.hosts), "mail still waits", 60)
    direct = {entry["message_id"] for entry in story.lab.mail.received("microsoft_365", "outlook_com")}
    assert {message.message_id for message in waiting} <= direct


def nothing_is_lost(story: Story, lost: set[tuple[str, str]]) -> None:
    """Of all that was ever handed in, only what bounced is missing, and every bounce has reached its sender."""
    missing = set(story.lab.mail.missing())
    unknown = {(message_id, recipient) for message_id, recipient in missing if recipient == UNKNOWN}
    assert missing - unknown == lost
    assert len(unknown) == len(story.hosts)
    assert story.lab.mail.twice() == []
    told = [entry for entry in story.lab.mail.received("home") if entry["sender"] == ""]
    assert len(told) == len({message_id for message_id, _recipient in missing})
