# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One scenario of the chaos run on the hosts of a lab, and the account that it must leave.

The rule of the account, for each recipient of each message that a host's sendmail has taken, at any moment when nothing
moves: it is delivered, or waits in the queue, or its sender has been told; at the end nothing waits. It is delivered
once, and once more at most for each thing that went wrong between a receiver's word and its noting (SMTP itself:
RFC 5321, section 4.5.4.1).
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import directly, plan
from ansible_collections.postmaster.delist.tests.lab.chaos import FAULTS, Scenario
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import STATE
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD

BLOCKED = "a@contoso.com"
OPEN = "b@gmail.com"
SEARCHED = ("/etc/postfix", "/var/log", "/tmp", "/var/tmp", "/root/.ansible", "/run/log")
RELEASE = "sh", "-c", "postqueue -f; postsuper -r ALL deferred 2>/dev/null; postqueue -f"
PAUSE = 0.3  # seconds between messages


class Ordeal:
    def __init__(self, lab: Lab, scenario: Scenario, ledger: Path) -> None:
        self.lab = lab
        self.scenario = scenario
        self.ledger = ledger
        self.hosts = [lab.hosts[name] for name in scenario.hosts]
        lab.reset(*self.hosts)
        self.told = lab.world.block("microsoft_365", *self.hosts, rule="fblw15")
        self.before = self.state()
        for host in self.hosts:
            lab.mail.send(host, BLOCKED, OPEN)
            for layer in scenario.layers:
                done = self.change(host, layer)
                assert done.rc == 0, done.said
        lab.mail.settle(*self.hosts)

    def state(self) -> dict[str, str]:
        return {host.name: self.lab.on(host, "sh", "-c", STATE) for host in self.hosts}

    def change(self, host: plan.Host, layer: str, step: str = "none", command: str = ":") -> directly.Ended:
        if layer == "hold":
            return directly.hold(self.lab, host, self.told[host.name], step, command)
        return directly.relay(self.lab, host, step, command)

    @contextlib.contextmanager
    def mail_meanwhile(self) -> t.Iterator[None]:
        """Hand in mail all the time; what a host cannot take at the moment, somebody else keeps."""
        over = threading.Event()
        before = len(self.lab.mail.injected)

        def send() -> None:
            for host, to in itertools.cycle(itertools.product(self.hosts, (BLOCKED, OPEN))):
                with contextlib.suppress(RuntimeError):
                    self.lab.mail.send(host, to)
                if over.wait(PAUSE):
                    return

        with ThreadPoolExecutor(1) as pool:
            sender = pool.submit(send)
            try:
                yield
            finally:
                over.set()
        sender.result()
        assert len(self.lab.mail.injected) > before, "no mail was handed in meanwhile"

    def strike(self, name: str, hosts: t.Iterable[plan.Host]) -> None:
        for blow in self.scenario.blows:
            if blow.fault == name:
                for host in hosts:
                    self.lab.attempt(host, "sh", "-c", blow.strike)

    def heal(self) -> None:
        for host in self.hosts:
            for blow in sorted(self.scenario.blows, key=lambda blow: blow.parts):  # what needs room comes later
                self.lab.on(host, "sh", "-c", blow.heal)

    def balance(self) -> dict[str, int]:
        """The account at this moment.

        :raises AssertionError: something is lost
        """
        lab = self.lab
        for host in self.hosts:
            # What a killed Postfix had in its hands, or one that reloads twice, it takes up again minutes later, unless
            # told to.
            lab.on(host, "postqueue", "-f")
        try:
            lab.mail.settle(*self.hosts)
        except AssertionError as error:
            ends = {host.name: "\n".join(lab.mail.log(host)[-40:]) for host in self.hosts}
            raise AssertionError(f"{self.scenario}: {error}\n{ends}\n{lab.mail.queue(self.hosts[0])}") from error
        owed = {(message.message_id, to) for message in lab.mail.injected for to in message.recipients}
        delivered = owed - set(lab.mail.missing())
        held = {each for host in self.hosts for each in lab.mail.waiting(host)} & owed
        lab.wait(lambda: owed <= delivered | held | lab.mail.returned(), f"lost: {owed - delivered - held}", 10)
        returned = (lab.mail.returned() & owed) - delivered - held
        return {
            "injected": len(owed),
            "delivered": len(delivered),
            "held": len(held - delivered),
            "returned": len(returned),
            "twice": len(lab.mail.twice()),
        }

    def release(self) -> None:
        self.lab.world.delist("microsoft_365")
        for host in self.hosts:
            self.lab.on(host, *RELEASE)
            self.lab.wait(lambda host=host: not self.lab.mail.queue(host), f"mail still waits on {host.name}", 40)

    def nothing_is_twice(self) -> None:
        parted = sum(FAULTS[blow.fault].parts for blow in self.scenario.blows)
        taken = [(entry["message_id"], to) for entry in self.lab.mail.received() for to in entry["recipients"]]
        often = {each: times for each, times in collections.Counter(taken).items() if times > 1 + parted}
        assert often == {}, f"delivered more than {1 + parted} times: {often}"

    def no_secret_is_left(self) -> None:
        for host in self.hosts:
            found = self.lab.on(
                host,
                "sh",
                "-c",
                'word=$1; shift; grep -rlF -e "$word" "$@" 2>/dev/null || :',
                "sh",
                SES_PASSWORD,
                *SEARCHED,
            )
            assert found == "", f"the password is still in {found}"

    def note(self, **account: t.Any) -> None:
        line = {"scenario": str(self.scenario), "seed": self.scenario.seed, **account}
        self.ledger.parent.mkdir(exist_ok=True)
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
