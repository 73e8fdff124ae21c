# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting a lab, stopping it, and getting into its namespaces."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import ability, images, plan
from ansible_collections.postmaster.delist.tests.lab.place import Place

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.postmaster.delist.tests.lab"
PATIENCE = 90  # seconds until a lab is up


def possible() -> None:
    """Raise NotPossibleError, with the reason, unless a lab can be started at once."""
    ability.check()
    if absent := ability.missing_programs():
        raise ability.NotPossibleError(f"{' '.join(absent)} not installed: run `make lab-setup`")
    if absent := images.missing():
        raise ability.NotPossibleError(f"no base image of {' and '.join(absent)}: run `make lab-setup`")
    ability.check_parts()


def start(run: Path, number: int, *, tied: bool) -> subprocess.Popen[bytes]:
    """Start a lab of so many mail hosts in the folder `run`, and wait until all of it answers.

    A `tied` one ends when this process does, however that happens.
    """
    place = Place(run)
    place.make()
    hosts = plan.hosts(number, systemd=ability.cgroup2() is not None)
    place.plan.write_text(json.dumps([dataclasses.asdict(host) for host in hosts]), encoding="utf-8")
    place.inventory.write_text(json.dumps(inventory(place, hosts), indent=2), encoding="utf-8")
    command = ["unshare", *ability.NEW_NAMESPACES, sys.executable, "-m", f"{PACKAGE}.supervisor", str(place.run)]
    with (place.logs / "supervisor").open("wb") as log:
        process = subprocess.Popen(
            [*command, *(["tied"] if tied else [])],
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=ROOT,
            env=environment(),
            start_new_session=True,  # holds no terminal, no pipe of the caller's
        )
    place.supervisor.write_text(f"{process.pid} {_started(process.pid)}\n", encoding="ascii")
    _sweep_afterwards(place, process.pid)
    until = time.monotonic() + PATIENCE
    while not place.ready.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise RuntimeError(f"the lab does not come up:\n{told(place)}")
        time.sleep(0.02)
    return process


def supervisor(place: Place) -> int | None:
    """The lab's outermost process, if it runs; a number that someone else has got since is not it."""
    if not place.supervisor.exists():
        return None
    pid, started = place.supervisor.read_text(encoding="ascii").split()
    return int(pid) if _started(int(pid)) == started else None


def stop(place: Place) -> None:
    """Kill the supervisor: all else dies with it. Returns when nothing is left."""
    if pid := supervisor(place):
        inner = int(_first(place))  # the last of its namespace to go
        left = {pid: _started(pid), inner: _started(inner)}
        os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while any(_started(number) == began for number, began in left.items()) and time.monotonic() < until:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            time.sleep(0.02)


def enter(place: Place) -> list[str]:
    """What to put before a command that is to run at the controller's place in the lab."""
    return ["nsenter", "-t", _first(place), "-m", "-n", "-p", "-u", "-i", "--wd=.", "--"]


def enter_host(place: Place, name: str) -> list[str]:
    """The same for a mail host: its own root and an empty environment, without ssh."""
    pid = json.loads(place.pids.read_text(encoding="utf-8"))[name]
    host = ["nsenter", "-t", str(pid), "-m", "-n", "-p", "-u", "-i", "-r", "-w", "--"]
    return [*enter(place), *host, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]


def root(place: Place, name: str) -> Path:
    """A mail host's root as this machine sees it."""
    return Path(f"/proc/{_first(place)}/root{place.private / name / 'root'}")


def inventory(place: Place, hosts: t.Sequence[plan.Host]) -> dict[str, t.Any]:
    ssh = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
    shared = {
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(place.secrets / "ssh.key"),
        "ansible_ssh_common_args": ssh,
        # Labs have the same addresses: never one lab's connection for another. The folder dies with the lab.
        "ansible_control_path_dir": str(place.private / "ssh"),
        "ansible_python_interpreter": "/usr/bin/python3",
        "diagnosis_allow_documentation": True,
        "diagnosis_lists": list(plan.LISTS),
        "request_allow_documentation": True,
    }
    return {"all": {"vars": shared, "hosts": {host.name: {"ansible_host": host.ip} for host in hosts}}}


def told(place: Place) -> str:
    """The end of what each part of the lab has said."""
    ends = [(path.name, path.read_text(encoding="utf-8", errors="replace")[-2000:]) for path in place.logs.iterdir()]
    return "\n".join(f"--- {name}\n{text}" for name, text in ends if text)


def _first(place: Place) -> str:
    """Process 1 of the lab, by the number that it has on this machine."""
    pid = supervisor(place)
    if pid is None:
        raise RuntimeError(f"no lab runs in {place.run}")
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0]


def _sweep_afterwards(place: Place, pid: int) -> None:
    """The cgroups of hosts with systemd are nobody's but the kernel's: someone must wait, and remove them."""
    if cgroups := ability.cgroup2():
        subprocess.Popen(
            [sys.executable, "-m", f"{PACKAGE}.sweeper", str(pid), str(cgroups), place.mark],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment(),
            start_new_session=True,
        )


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / ".collections")}


def _started(pid: int) -> str | None:
    """When the process began, in ticks since the machine did; None where there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]
