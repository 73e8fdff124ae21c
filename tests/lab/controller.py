# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller of an ordeal: its playbooks may be killed, its disk may be full, its ledger must live."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab.chaos import FAULTS, Blow
from ansible_collections.postmaster.delist.tests.lab.ordeal import Ordeal
from ansible_collections.postmaster.delist.tests.lab.running import ROOT
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

DISKS = ("out", ".data")
ROOM = "6m"
OUTAGE = 2.0  # seconds until a fault of a host is mended, while the playbook goes on
VARIABLES: dict[str, t.Any] = {
    "confirm": "yes",
    "hold_watch_seconds": 1,
    "relay_region": "us-east-1",
    "relay_domains": ["contoso.com"],
    "relay_user": SES_USER,
    "relay_password": SES_PASSWORD,
    "relay_rate": 14,
    "relay_ask_account": False,
    "relay_ask_dns": False,
    "relay_watch_seconds": 1,
    "restore_watch_seconds": 1,
    "diagnosis_dns": False,
    "cases_mailboxes": {"microsoft_365": "me@contoso.com"},
}
# Reads the whole ledger: every event, and what the cases come to.
CASES = """
import datetime, json, os, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings
if not os.path.exists(sys.argv[2]):
    print("[]")
    sys.exit()
with open_ledger("sqlite:///" + sys.argv[2], timings(), now=datetime.datetime.now(datetime.timezone.utc)) as ledger:
    list(ledger.events())
    print(json.dumps([[case.finding, case.state] for case in ledger.cases()]))
"""


class Controller:
    def __init__(self, ordeal: Ordeal, folder: Path) -> None:
        self.ordeal = ordeal
        self.lab = ordeal.lab
        self.folder = folder

    def __enter__(self) -> Controller:
        for name in DISKS:
            (self.folder / name).mkdir()
            self.lab.inside("mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(self.folder / name))
        return self

    def __exit__(self, *_error: object) -> None:
        for name in DISKS:
            self.lab.inside("umount", "-l", str(self.folder / name))

    def play(self, playbook: str, rc: int | None = 0) -> Run:
        vault = self.folder / "vault.yml"
        vault.write_text(json.dumps(VARIABLES), encoding="utf-8")
        limit = ",".join(self.ordeal.scenario.hosts)
        name = f"postmaster.delist.{playbook}"
        return self.lab.run_playbook(name, cwd=self.folder, limit=limit, rc=rc, args=["-e", f"@{vault}"])

    def play_while_something_goes_wrong(self) -> int:
        """Run the playbook of the scenario, with its blows; return the code with which it ended."""
        blows = sorted(self.ordeal.scenario.blows, key=lambda blow: (blow.results, blow.seconds))
        for blow in blows:
            if FAULTS[blow.fault].at_first:
                self._strike(blow)
        ended: list[Run] = []
        results = self.folder / f"results-{len(list(self.folder.glob('results-*.jsonl')))}.jsonl"
        operator = threading.Thread(target=lambda: ended.append(self.play(self.ordeal.scenario.action, rc=None)))
        operator.start()
        for blow in blows:
            if not FAULTS[blow.fault].at_first:
                while operator.is_alive() and _lines(results) < blow.results:
                    time.sleep(0.02)
                time.sleep(blow.seconds)
                self._strike(blow)
        # A host that stays away would be waited for until ssh gives up.
        operator.join(timeout=OUTAGE)
        self.ordeal.heal()
        operator.join(timeout=120)
        assert ended, "the playbook does not end"
        return ended[0].rc

    def heal(self) -> None:
        for name in DISKS:
            self.lab.inside("rm", "-f", str(self.folder / name / ".filler"))

    def cases(self) -> list[tuple[str, str]]:
        """(finding, state) of each case; no two open ones of one finding."""
        ledger = self.folder / ".data" / "postmaster-delist" / "ledger.sqlite3"
        cases = json.loads(self.lab.python(CASES, str(ROOT / ".collections"), str(ledger)))
        being_open = [finding for finding, state in cases if state != "closed"]
        assert len(being_open) == len(set(being_open)), cases
        return t.cast("list[tuple[str, str]]", cases)

    def no_secret_is_left(self) -> None:
        found = self.lab.inside(
            "sh", "-c", 'grep -rlF -e "$1" "$2" | grep -vx "$2/vault.yml" || :', "sh", SES_PASSWORD, str(self.folder)
        )
        assert found == "", f"the password is in {found}"

    def _strike(self, blow: Blow) -> None:
        if blow.fault == "controller_killed":
            self._kill()
        elif blow.fault == "controller_full":
            for name in DISKS:
                filler = self.folder / name / ".filler"
                self.lab.inside(
                    "sh",
                    "-c",
                    'cat /dev/zero >"$1" 2>/dev/null; truncate -s "-$2" "$1"',
                    "sh",
                    str(filler),
                    str(blow.room),
                )
        else:
            for host in self.ordeal.hosts:
                self.lab.attempt(host, "sh", "-c", blow.strike)

    def _kill(self) -> None:
        """SIGKILL for ansible-playbook and all that it has started: what inherits our own folder for its results."""
        mark = f"DELIST_TEST_RESULTS={self.folder}/".encode()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
            except OSError:
                continue


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
