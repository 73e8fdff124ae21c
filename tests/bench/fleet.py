# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promised figure of a fleet's audit (make bench-fleet): at most 1.4 times a play of one task that does nothing.

The same fifty hosts, the same forks, in turns in the same run, the median of each; list checks of a DNS that answers
are part of the audit. The hosts are those of the fleet lab, over ssh, where there can be one (as root on Debian);
elsewhere, or with FLEET=local, fifty connections to this machine, where a task that does nothing costs the least and
so the ratio is at its worst.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".collections"), str(ROOT / "tools")]

import example_dns  # noqa: E402
import prepare_sample  # noqa: E402

from ansible_collections.postmaster.delist.tests.lab import ability, running  # noqa: E402
from ansible_collections.postmaster.delist.tests.lab.place import Place  # noqa: E402

HOSTS = int(os.environ.get("HOSTS", "50"))
RATIO = 1.4
TURNS = 3
FORKS = os.environ.get("FORKS", "5")
SAMPLE = ROOT / "inventory.example"
LISTS = ["zen.spamhaus.org", "bl.spamcop.net"]


class Fleet(t.NamedTuple):
    """How to run a play over the hosts, and what the audit has to know of them."""

    what: str
    inventory: Path
    within: list[str]
    extra_vars: dict[str, t.Any]


@contextlib.contextmanager
def in_the_lab(folder: Path) -> t.Iterator[Fleet]:
    place = Place(folder / "run")
    running.start(place.run, HOSTS, tied=True)
    try:
        yield Fleet("hosts of the lab, over ssh", place.run / "inventory.yml", running.enter(place), {})
    finally:
        running.stop(place)


@contextlib.contextmanager
def on_this_machine(folder: Path) -> t.Iterator[Fleet]:
    """Fifty names for this machine, each with the sample's mx1 as its log, and the sample's DNS."""
    prepare_sample.prepare(folder / "logs", now=datetime.datetime.now().astimezone())
    hosts = {f"mx{number}": {} for number in range(1, HOSTS + 1)}
    settings = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "/usr/bin/python3",
        "evidence_paths": [str(folder / "logs" / "mx1" / "mail.log")],
        "evidence_queue": False,
        "evidence_egress": ["none"],
    }
    inventory = folder / "hosts.yml"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": settings}}), encoding="utf-8")
    with example_dns.serving(example_dns.read(SAMPLE / "dns.yml.txt")) as port:
        dns = {
            "diagnosis_dns_server": ["127.0.0.1"],
            "diagnosis_dns_port": port,
            "diagnosis_lists": LISTS,
            "diagnosis_allow_documentation": True,
        }
        yield Fleet("local connections", inventory, [], dns)


def noop(fleet: Fleet, folder: Path) -> list[str]:
    play = folder / "noop.yml"
    tasks = [{"name": "Do nothing", "ansible.builtin.ping": None}]
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return [str(play), "-i", str(fleet.inventory)]


def audit(fleet: Fleet, folder: Path) -> list[str]:
    more = {**fleet.extra_vars, "audit_ledger": f"sqlite:///{folder}/ledger.sqlite3", "baseline": True}
    return ["postmaster.delist.audit", "-i", str(fleet.inventory), "-e", json.dumps(more)]


def seconds(fleet: Fleet, folder: Path, arguments: list[str]) -> float:
    command = [*fleet.within, str(ROOT / ".venv" / "bin" / "ansible-playbook"), *arguments, "-f", FORKS]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")} | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(folder / "home"),
    }
    began = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    took = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"it ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return took


def measured(fleet: Fleet, folder: Path) -> tuple[float, float]:
    """The median of the ratios of each turn, and that of the seconds of the audits."""
    plays = noop(fleet, folder), audit(fleet, folder)
    for play in plays:
        seconds(fleet, folder, play)  # connections, caches, the compiled Python of the collection
    turns = [tuple(seconds(fleet, folder, play) for play in plays) for _turn in range(TURNS)]
    for nothing, whole in turns:
        print(f"     nothing {nothing:6.2f} s, audit {whole:6.2f} s: {whole / nothing:.2f}")
    return statistics.median(whole / nothing for nothing, whole in turns), statistics.median(turn[1] for turn in turns)


def main() -> int:
    make = in_the_lab
    try:
        running.possible()
    except ability.NotPossibleError as reason:
        print(f"no lab on this machine ({reason}): measured over local connections")
        make = on_this_machine
    if os.environ.get("FLEET") == "local":
        make = on_this_machine
    with tempfile.TemporaryDirectory(prefix="fleet-") as name, make(Path(name)) as fleet:
        ratio, whole = measured(fleet, Path(name))
        summary = json.loads((Path(name) / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["hosts"]["ok"]) == HOSTS, summary["hosts"]
    assert summary["audit"]["unknown"]["asked"], "no list was asked"
    kept = ratio <= RATIO
    print(
        f"{'ok  ' if kept else 'MISS'} audit of {HOSTS} {fleet.what}, {FORKS} forks: {whole:.1f} s, "
        f"{ratio:.2f} times a play that does nothing (promised <= {RATIO})"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
