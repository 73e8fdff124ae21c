# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promised figure of a fleet's audit (make bench-fleet): at most 1.4 times a play of one task that does nothing.

The same fifty hosts, the same forks, in turns in the same run, the median of the ratios; list checks of a DNS that
answers are part of the audit. The hosts are those of the fleet lab, over ssh, where one can be (as root on Debian);
elsewhere, or with FLEET=local, fifty connections to this machine.

Each play of the lab opens its connections anew, as one by night has to; one more turn over those that are open already
is told beside it, and so is the processor time of all that took part, which other work on the machine changes less than
the wall time. The last line is JSON.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import resource
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

from ansible_collections.postmaster.delist.tests.bench.lab import processor_seconds  # noqa: E402
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
    disconnect: t.Callable[[], None]
    used_elsewhere: t.Callable[[], float]


class Took(t.NamedTuple):
    """Seconds of a play: by the clock, and of all processors."""

    wall: float
    processor: float


class Turn(t.NamedTuple):
    noop: Took
    audit: Took

    @property
    def ratio(self) -> float:
        return self.audit.wall / self.noop.wall

    @property
    def processor_ratio(self) -> float:
        return self.audit.processor / self.noop.processor


@contextlib.contextmanager
def in_the_lab(folder: Path) -> t.Iterator[Fleet]:
    place = Place(folder / "run")
    running.start(place.run, HOSTS, tied=True)
    try:
        yield Fleet(
            "hosts of the lab, over ssh",
            place.run / "inventory.yml",
            running.enter(place),
            {},
            lambda: _disconnect(place),
            lambda: processor_seconds(place),
        )
    finally:
        running.stop(place)


def _disconnect(place: Place) -> None:
    """End the connections that ssh keeps open for a minute."""
    sockets = place.private / "ssh"
    end = f'for socket in {sockets}/*; do [ -S "$socket" ] && ssh -O exit -o ControlPath="$socket" any; done; true'
    subprocess.run([*running.enter(place), "sh", "-c", end], capture_output=True, check=True)


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
        yield Fleet("local connections", inventory, [], dns, lambda: None, lambda: 0.0)


def noop(fleet: Fleet, folder: Path) -> list[str]:
    play = folder / "noop.yml"
    tasks = [{"name": "Do nothing", "ansible.builtin.ping": None}]
    play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8")
    return [str(play), "-i", str(fleet.inventory)]


def audit(fleet: Fleet, folder: Path) -> list[str]:
    more = {**fleet.extra_vars, "audit_ledger": f"sqlite:///{folder}/ledger.sqlite3", "baseline": True}
    return ["postmaster.delist.audit", "-i", str(fleet.inventory), "-e", json.dumps(more)]


def run(fleet: Fleet, folder: Path, arguments: list[str]) -> Took:
    command = [*fleet.within, str(ROOT / ".venv" / "bin" / "ansible-playbook"), *arguments, "-f", FORKS]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")} | {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(folder / "home"),
    }
    began, used = time.monotonic(), _used(fleet)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    took = Took(time.monotonic() - began, _used(fleet) - used)
    if done.returncode:
        raise SystemExit(f"it ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return took


def _used(fleet: Fleet) -> float:
    elsewhere = fleet.used_elsewhere()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elsewhere + children.ru_utime + children.ru_stime


def turn(fleet: Fleet, folder: Path, *, anew: bool) -> Turn:
    took = []
    for play in (noop(fleet, folder), audit(fleet, folder)):
        if anew:
            fleet.disconnect()
        took.append(run(fleet, folder, play))
    done = Turn(*took)
    print(
        f"     nothing {done.noop.wall:6.2f} s, audit {done.audit.wall:6.2f} s: {done.ratio:.2f}; "
        f"processors {done.noop.processor:6.2f} s and {done.audit.processor:6.2f} s: {done.processor_ratio:.2f}"
        f"{'' if anew else ' (connections open already)'}",
        flush=True,
    )
    return done


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
        here = Path(name)
        run(fleet, here, audit(fleet, here))  # the compiled Python of the collection, the pages of the disk
        turns = [turn(fleet, here, anew=True) for _turn in range(TURNS)]
        warm = turn(fleet, here, anew=False)
        summary = json.loads((Path(name) / "out" / "latest" / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["hosts"]["ok"]) == HOSTS, summary["hosts"]
    assert summary["audit"]["unknown"]["asked"], "no list was asked"
    ratio = statistics.median(each.ratio for each in turns)
    kept = ratio <= RATIO
    print(
        f"{'ok  ' if kept else 'MISS'} audit of {HOSTS} {fleet.what}, {FORKS} forks: "
        f"{ratio:.2f} times a play that does nothing (promised <= {RATIO})"
    )
    figures = {
        "hosts": HOSTS,
        "forks": int(FORKS),
        "what": fleet.what,
        "noop_seconds": statistics.median(each.noop.wall for each in turns),
        "audit_seconds": statistics.median(each.audit.wall for each in turns),
        "ratio": ratio,
        "processor_ratio": statistics.median(each.processor_ratio for each in turns),
        "ratio_connected": warm.ratio,
        "promised": RATIO,
    }
    print(json.dumps({name: round(it, 2) if isinstance(it, float) else it for name, it in figures.items()}))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
