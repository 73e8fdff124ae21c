# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mail of a running lab: what was handed in, what has arrived, what still waits."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import shlex
import time
import typing as t

from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.world.control import Ledger

if t.TYPE_CHECKING:
    from ansible_collections.postmaster.delist.tests.lab.handle import Lab

MOVING = ("maildrop", "incoming", "active")


@dataclasses.dataclass(frozen=True)
class Injected:
    """A message that a host's Postfix has taken."""

    message_id: str
    host: str
    sender: str
    recipients: tuple[str, ...]


class Mail:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.injected: list[Injected] = []
        self._number = itertools.count(1)

    def send(
        self, host: plan.Host, *recipients: str, sender: str = f"ops@{plan.DOMAIN}", header_from: str = ""
    ) -> Injected:
        """Hand a message to a host's own sendmail. The null sender is ''."""
        message_id = f"<{next(self._number)}.{time.time_ns()}@{host.fqdn}>"
        headers = {
            "From": header_from or sender or f"MAILER-DAEMON@{host.fqdn}",
            "To": ", ".join(recipients),
            "Subject": f"From {host.name}",
            "Message-ID": message_id,
        }
        text = "".join(f"{name}: {value}\n" for name, value in headers.items()) + "\nGood morning.\n"
        self.lab.on(host, "sendmail", "-i", "-f", sender or "<>", "--", *recipients, said=text)
        self.injected.append(Injected(message_id, host.name, sender, recipients))
        return self.injected[-1]

    def seen(self, slug: str) -> list[dict[str, t.Any]]:
        """All that one receiver has decided, in order: see world/control.py."""
        return Ledger(self.lab.place.ledger, slug).read()

    def received(self, *slugs: str) -> list[dict[str, t.Any]]:
        """What these receivers (all where none is named) have taken: a message to two is two entries or one."""
        known = slugs or [*(receiver.slug for receiver in plan.RECEIVERS), plan.SES.slug]
        return [entry for slug in known for entry in self.seen(slug) if entry["accepted"] and entry["message_id"]]

    def missing(self) -> list[tuple[str, str]]:
        """(message id, recipient) of all that was injected and that no receiver has taken."""
        taken = {(entry["message_id"], to) for entry in self.received() for to in entry["recipients"]}
        return [
            (one.message_id, to) for one in self.injected for to in one.recipients if (one.message_id, to) not in taken
        ]

    def twice(self) -> list[tuple[str, str]]:
        """(message id, recipient) of all that was delivered more than once."""
        taken = [(entry["message_id"], to) for entry in self.received() for to in entry["recipients"]]
        return sorted({one for one in taken if taken.count(one) > 1})

    def returned(self) -> set[tuple[str, str]]:
        """(message id, recipient) of all whose sender was told, by a bounce that has reached our own MX."""
        bounces = [entry["returns"] for entry in self.received("home") if entry["returns"]]
        return {(bounce["message_id"], to) for bounce in bounces for to in bounce["recipients"]}

    def waiting(self, host: plan.Host) -> set[tuple[str, str]]:
        """(message id, recipient) of all that is in a host's queue."""
        found = set()
        for entry in self.queue(host):
            text = self.lab.on(host, "sh", "-c", 'postcat -hq "$1" || :', "sh", entry["queue_id"])  # or gone by now
            for line in text.splitlines():
                if line.lower().startswith("message-id:"):
                    message_id = line.partition(":")[2].strip()
                    found |= {(message_id, recipient["address"]) for recipient in entry["recipients"]}
        return found

    def queue(self, host: plan.Host) -> list[dict[str, t.Any]]:
        """What waits on a host, as `postqueue -j` says it."""
        return [json.loads(line) for line in self.lab.on(host, "postqueue", "-j").splitlines()]

    def settle(self, *hosts: plan.Host, patience: float = 30) -> None:
        """Wait until each of these hosts (all where none is named) has tried all its mail."""
        for host in hosts or self.lab.hosts.values():
            self.lab.wait(functools.partial(self._is_still, host), f"{host.name} still delivers", patience)

    def _is_still(self, host: plan.Host) -> bool:
        return not any(entry["queue_name"] in MOVING for entry in self.queue(host))

    def log(self, host: plan.Host) -> list[str]:
        """The mail log of a host, wherever it is."""
        if host.logging == "journald":
            script = "journalctl --no-pager -o short-iso SYSLOG_FACILITY=2"
        else:
            script = "cat " + shlex.quote(
                "/var/log/postfix.log" if host.logging == "maillog_file" else "/var/log/mail.log"
            )
        return self.lab.on(host, "sh", "-c", script).splitlines()

    def outcome(self, message: Injected, recipient: str) -> str:
        """The last log line of a message to a recipient that says what became of it."""
        host = self.lab.hosts[message.host]
        lines = self.log(host)
        ids = {line.split(": ")[1] for line in lines if f"message-id={message.message_id}" in line}
        fates = [
            line for line in lines if line.partition(": ")[2].partition(":")[0] in ids and f"to=<{recipient}>" in line
        ]
        assert fates, f"{host.name} says nothing of {message.message_id} to {recipient}"
        return fates[-1]
