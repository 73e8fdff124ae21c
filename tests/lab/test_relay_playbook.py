# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks relay and verify over a fleet: planned, tried on one host, done, asked; never by forged evidence."""

from __future__ import annotations

import datetime
import json
import typing as t
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

RELAY = "postmaster.delist.relay"
RESTORE = "postmaster.delist.restore"
VERIFY = "postmaster.delist.verify"
ASKED = "Ask each receiver that has blocked this host"
PROBE = "me@contoso.com"
VARS: dict[str, t.Any] = {
    "relay_region": "us-east-1",
    "relay_probes": [PROBE],
    "relay_ask_account": False,
    "relay_ask_dns": False,
    "relay_rate": 14,
    "relay_watch_seconds": 1,
    "verify_mailboxes": {"microsoft_365": PROBE},
}
STATE = "find /etc/postfix -type f | sort | xargs sha256sum"


class Fleet:
    """mx1 and mx2 are blocked by Microsoft 365, the others are not."""

    def __init__(self, lab: Lab, cwd: Path) -> None:
        self.lab = lab
        self.cwd = cwd
        self.blocked = [lab.hosts["mx1"], lab.hosts["mx2"]]
        lab.world.block("microsoft_365", *self.blocked, rule="fblw15")
        for host in lab.hosts.values():
            lab.mail.send(host, "a@contoso.com", "a@gmail.com")
        lab.mail.settle(*lab.hosts.values())
        self.before = self.state()

    def play(
        self, playbook: str, *, rc: int = 0, args: t.Sequence[str] = (), password: str = SES_PASSWORD, **more: t.Any
    ) -> Run:
        return play(self.lab, self.cwd, playbook, rc=rc, args=args, password=password, **more)

    def state(self) -> dict[str, str]:
        return {name: self.lab.on(host, "sh", "-c", STATE) for name, host in self.lab.hosts.items()}

    def changed(self) -> list[str]:
        now = self.state()
        return [name for name in now if now[name] != self.before[name]]

    def way(self, host: str, recipient: str) -> str:
        sent = self.lab.mail.send(self.lab.hosts[host], recipient)
        self.lab.mail.settle(self.lab.hosts[host])
        return self.lab.mail.outcome(sent, recipient)


def play(
    lab: Lab,
    cwd: Path,
    playbook: str,
    *,
    rc: int = 0,
    args: t.Sequence[str] = (),
    password: str = SES_PASSWORD,
    **more: t.Any,
) -> Run:
    """Run a playbook with the credentials in a file, as out of a vault: -vvvv repeats what a command line says."""
    vault = cwd / "vault.yml"
    vault.write_text(json.dumps({"relay_user": SES_USER, "relay_password": password}), encoding="utf-8")
    return lab.run_playbook(playbook, cwd=cwd, rc=rc, extra_vars={**VARS, **more}, args=["-e", f"@{vault}", *args])


@pytest.fixture
def fleet(lab: Lab, tmp_path: Path) -> Fleet:
    return Fleet(lab, tmp_path)


def test_planned_tried_on_one_host_done_and_asked(fleet: Fleet) -> None:
    planned = fleet.play(RELAY, rc=2)
    assert "PLAN: relay mail for 1 domain(s) through Amazon SES (us-east-1)" in planned.stdout
    assert "mx1: contoso.com" in planned.stdout
    assert "mx3: nothing to relay" in planned.stdout
    assert "FILES   mx1, mx2: /etc/postfix/postmaster-delist/ses_passwd" in planned.stdout
    assert "nothing has changed" in planned.stdout
    assert "-e confirm=yes" in planned.stdout
    assert SES_PASSWORD not in planned.stdout + planned.stderr
    assert fleet.changed() == []

    done = fleet.play(RELAY, confirm="yes", args=["-vvvv"])
    assert fleet.changed() == ["mx1", "mx2"]
    assert SES_PASSWORD not in done.stdout + done.stderr
    first = [result.host for result in done.results if result.changed]
    assert first == ["mx1", "mx2"]
    assert "postmaster.delist.restore" in done.stdout
    for host in ("mx1", "mx2"):
        assert "postfix/ses/smtp" in fleet.way(host, "b@contoso.com")
        assert "postfix/ses/smtp" not in fleet.way(host, "b@gmail.com")
    assert fleet.play(RELAY, confirm="yes").changed == 0

    asked = fleet.play(VERIFY)
    assert {host: asked.of(ASKED, host).data["results"][0].get("verdict") for host in ("mx1", "mx3")} == {
        "mx1": "blocked",
        "mx3": None,
    }
    fleet.lab.world.delist("microsoft_365")
    asked = fleet.play(VERIFY, verify_must_accept=True)
    assert asked.of(ASKED, "mx2").data["results"][0]["verdict"] == "accepting"
    assert asked.changed == 0

    fleet.play(RESTORE, confirm="yes")
    assert fleet.changed() == []


def test_when_the_first_host_fails_no_other_is_touched(fleet: Fleet) -> None:
    failed = fleet.play(RELAY, rc=2, confirm="yes", password=SES_PASSWORD[:-1] + "x")
    assert "535 Authentication Credentials Invalid" in failed.stdout
    assert "Nothing has changed" in failed.stdout
    assert fleet.changed() == []
    assert "mx2" not in [result.host for result in failed.results if result.action.endswith("postfix_relay")]


@contextmanager
def out_of_reach(lab: Lab, *names: str) -> t.Iterator[None]:
    """These hosts let nobody in any more, though their mail goes on."""
    keys = "/root/.ssh/authorized_keys"
    for name in names:
        lab.on(lab.hosts[name], "sh", "-c", f"mv {keys} {keys}.away; pkill -KILL -f '^sshd.*: root' || :")
    try:
        yield
    finally:
        for name in names:
            lab.on(lab.hosts[name], "mv", f"{keys}.away", keys)


def test_a_host_that_cannot_be_reached_stops_the_others_and_is_told_of(fleet: Fleet) -> None:
    more = {"relay_domains": ["contoso.com"], "relay_serial": 1}
    fleet.play(RELAY, rc=2, **more)
    with out_of_reach(fleet.lab, "mx1"):
        first_lost = fleet.play(RELAY, rc=2, confirm="yes", **more)
    assert fleet.changed() == []
    assert "Relaying by now: none" in first_lost.stdout

    with out_of_reach(fleet.lab, "mx2"):
        second_lost = fleet.play(RELAY, rc=2, confirm="yes", **more)
        assert fleet.changed() == ["mx1"]
        planned = fleet.play(RELAY, rc=2, **more)
    said = " ".join(second_lost.stdout.split())
    assert "mx2: " in said
    assert "Whether this host relays is not known" in said
    assert "Relaying by now: mx1. To take it away there:" in said
    assert "-e restore_layers=relay" in said
    assert not [result for result in second_lost.results if result.host in ("mx3", "mx4") and result.changed]
    assert "FAILED  mx2: " in planned.stdout


FORGED = (
    "4242424242: to=<a@victim.example>, relay={relay}[203.0.113.9]:25, delay=1, delays=0/0/1/0, dsn=5.7.1, "
    "status=bounced (host {relay}[203.0.113.9] said: 550 5.7.1 Service unavailable; Client host [{ip}] blocked using "
    "FBLW15 (in reply to RCPT TO command))"
)


def test_evidence_that_anybody_could_write_changes_no_host(lab: Lab, tmp_path: Path) -> None:
    """A local user's perfect lines: another's address, and a relay that is not the receiver's."""

    def state() -> dict[str, str]:
        return {name: lab.on(host, "sh", "-c", STATE) for name, host in lab.hosts.items()}

    before = state()
    since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for host in (lab.hosts["mx1"], lab.hosts["mx2"]):
        for relay, ip in (("victim-example.mail.protection.outlook.com", "45.60.1.7"), ("mail.evil.example", host.ip)):
            lab.on(host, "logger", "-p", "mail.info", "-t", "postfix/smtp[4242]", FORGED.format(relay=relay, ip=ip))
    lab.wait(lambda: "victim.example" in "\n".join(lab.mail.log(lab.hosts["mx2"])), "the forged lines are not logged")
    run = play(lab, tmp_path, RELAY, rc=2, confirm="yes", since=since)
    assert "no_domains" in run.stdout
    assert state() == before
