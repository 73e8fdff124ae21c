# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One incident on some hosts of a lab, step by step: what stories share."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.mail import Injected

# Every file, its owner and mode, where a link leads, and what is in it.
STATE = (
    "cd /etc/postfix; find . -printf '%p %y %u %g %m %l\\n' | sort; find . -type f | sort | xargs -d '\\n' sha256sum"
)


class Story:
    def __init__(self, lab: Lab, folder: Path, *hosts: plan.Host) -> None:
        self.lab = lab
        self.folder = folder
        self.hosts = hosts or tuple(lab.hosts.values())
        self.limit = ",".join(host.name for host in self.hosts)
        self.before = self.state()

    def state(self) -> dict[str, str]:
        """The whole configuration of each host."""
        return {host.name: self.lab.on(host, "sh", "-c", STATE) for host in self.hosts}

    def send(self, *recipients: str, **options: str) -> list[Injected]:
        sent = [self.lab.mail.send(host, *recipients, **options) for host in self.hosts]
        self.lab.mail.settle(*self.hosts)
        return sent

    def became(self, sent: list[Injected], recipient: str, *words: str) -> None:
        """Each of these messages came to this, by its host's own log."""
        for message in sent:
            line = self.lab.mail.outcome(message, recipient)
            assert all(word in line for word in words), line

    def run(self, tasks: list[dict[str, t.Any]], **options: t.Any) -> Run:
        return self.lab.run_tasks(tasks, cwd=self.folder, limit=self.limit, **options)

    def play(self, playbook: str, **variables: t.Any) -> Run:
        """A playbook on all hosts. Unconfirmed it shows its plan and touches nothing; a second time nothing is left."""
        before = self.state()
        planned = self._play(playbook, rc=2, **variables)
        assert planned.changed == 0
        assert "-e confirm=yes" in planned.stdout
        assert self.state() == before
        done = self._play(playbook, confirm="yes", **variables)
        after = self.state()
        assert [name for name in after if after[name] == before[name]] == []
        assert self._play(playbook, confirm="yes", **variables).changed == 0
        assert self.state() == after
        return done

    def _play(self, playbook: str, *, rc: int = 0, **variables: t.Any) -> Run:
        # As out of a vault: a command line is no place for a password.
        vault = self.folder / "vault.yml"
        vault.write_text(json.dumps(variables), encoding="utf-8")
        name = f"postmaster.delist.{playbook}"
        return self.lab.run_playbook(name, cwd=self.folder, limit=self.limit, rc=rc, args=["-e", f"@{vault}"])

    def do(self, name: str, module: str, **options: t.Any) -> Run:
        """A module on all hosts, over ssh. Check mode shows the change and makes none; a second run has none left."""
        tasks = [{"name": name, f"postmaster.delist.{module}": options}]
        before = self.state()
        foretold = self.run(tasks, check=True, args=["--diff"])
        assert self.state() == before
        done = self.run(tasks, args=["--diff"])
        for host in self.hosts:
            assert done.of(name, host.name).changed
            assert foretold.of(name, host.name).data["diff"] == done.of(name, host.name).data["diff"]
        assert self.run(tasks).changed == 0
        return done
