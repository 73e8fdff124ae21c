# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running lab as tests hold it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration import harness
from ansible_collections.postmaster.delist.tests.lab import plan, running
from ansible_collections.postmaster.delist.tests.lab.mail import Mail
from ansible_collections.postmaster.delist.tests.lab.place import Place
from ansible_collections.postmaster.delist.tests.lab.steering import World

# A test may have left anything: the configuration as at the start, Postfix running, no mail, no log, nothing of ours.
# Never the folder away under a running Postfix: with maillog_file its master waits for its own postlogd for ever.
RESET = """\
set -eu
service() { if [ -d /run/systemd/system ]; then systemctl "$1" postfix; else /etc/init.d/postfix "$1" >/dev/null; fi; }
rm -rf /var/lib/postmaster.delist
if ! diff -r /root/postfix.pristine /etc/postfix >/dev/null 2>&1; then
    service stop
    find /etc/postfix -mindepth 1 -delete
    cp -a /root/postfix.pristine/. /etc/postfix
fi
postfix status 2>/dev/null || service start
postsuper -d ALL 2>/dev/null
for log in /var/log/mail.log /var/log/syslog /var/log/postfix.log; do
    if [ -e "$log" ]; then : >"$log"; fi
done
if [ -d /run/systemd/system ]; then
    journalctl --quiet --rotate
    rm -f /var/log/journal/*/*@*.journal* /run/log/journal/*/*@*.journal*  # with ~: was never closed
fi
"""


class Lab:
    """The hosts (`hosts["mx1"]`), their mail (`mail`), the world outside (`world`)."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.hosts = {entry["name"]: plan.Host(**entry) for entry in json.loads(place.plan.read_text(encoding="utf-8"))}
        self.world = World(place)
        self.mail = Mail(self)

    def inside(self, *command: str, said: str | None = None) -> str:
        """Run a command at the controller's place, and return what it says."""
        return _said([*running.enter(self.place), *command], said)

    def python(self, script: str, *arguments: str) -> str:
        """Run a Python script at the controller's place, with the packages of the tests and the lab's own DNS."""
        return self.inside(sys.executable, "-c", script, *arguments)

    def on(self, host: plan.Host, *command: str, said: str | None = None) -> str:
        """Run a command as root on a host, without ssh, and return what it says."""
        return _said([*running.enter_host(self.place, host.name), *command], said)

    def attempt(self, host: plan.Host, *command: str, said: str = "") -> int:
        """As `on`, but it may fail, or be killed; return its code as a shell has it: 137 is SIGKILL."""
        done = subprocess.run(
            [*running.enter_host(self.place, host.name), *command],
            input=said,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=60,
            check=False,
        )
        return 128 - done.returncode if done.returncode < 0 else done.returncode

    def root(self, host: plan.Host) -> Path:
        """The root folder of a host as this process sees it, to put files there or look at some."""
        return running.root(self.place, host.name)

    def run_playbook(
        self, playbook: str | Path | list[dict[str, t.Any]], *, cwd: Path, **options: t.Any
    ) -> harness.Run:
        """As harness.run_playbook, over ssh to all hosts of the lab; `limit` names some."""
        return harness.run_playbook(playbook, **self._over_ssh(cwd), **options)

    def run_tasks(self, tasks: list[dict[str, t.Any]], *, cwd: Path, **options: t.Any) -> harness.Run:
        return self.run_playbook(harness.tasks_as_play(tasks), cwd=cwd, **options)

    def fourfold(self, tasks: list[dict[str, t.Any]], *, cwd: Path, **options: t.Any) -> harness.Fourfold:
        """As harness.fourfold: check, real, check, real."""
        return harness.fourfold(harness.tasks_as_play(tasks), **self._over_ssh(cwd), **options)

    def wait(self, condition: t.Callable[[], t.Any], complaint: str, patience: float = 30) -> None:
        until = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < until, complaint
            time.sleep(0.05)

    def reset(self, *hosts: plan.Host) -> None:
        """As at the start: nobody is blocked, nothing was ever sent; on these hosts no log, no mail."""
        self.world.reset()
        for host in hosts or self.hosts.values():
            self.on(host, "sh", "-c", RESET)
        self.mail.injected.clear()
        for path in self.place.ledger.glob("*.jsonl"):
            path.unlink()

    def _over_ssh(self, cwd: Path) -> dict[str, t.Any]:
        return {"cwd": cwd, "inventory": self.place.inventory, "within": running.enter(self.place)}


def _said(command: list[str], said: str | None) -> str:
    done = subprocess.run(
        command, input=said or "", capture_output=True, text=True, errors="replace", timeout=60, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ends with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
