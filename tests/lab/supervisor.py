# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Process 1 of a lab: python -m ...tests.lab.supervisor RUN [tied].

Everything lives in its namespaces and dies with it: the network, the world outside, each host in further namespaces
below. When `tied`, it ends with whoever holds the other end of its standard input.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.tests.lab import images, plan, secrets
from ansible_collections.postmaster.delist.tests.lab.ability import NEW_NAMESPACES, cgroup2
from ansible_collections.postmaster.delist.tests.lab.place import Place

HERE = Path(__file__).parent
PATIENCE = 60  # seconds until all hosts must answer
PACKAGE = "ansible_collections.postmaster.delist.tests.lab"


class Lab:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.hosts = [plan.Host(**host) for host in json.loads(place.plan.read_text(encoding="utf-8"))]
        self.vital: dict[int, str] = {}  # without any of these processes the lab is none

    def start(self) -> None:
        started = time.monotonic()
        _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(self.place.private))
        _run("mount", "-t", "proc", "proc", "/proc")
        self._network()
        secrets.make(self.place.secrets)
        self._lists()
        self._vital("world", [sys.executable, "-m", f"{PACKAGE}.world", str(self.place.run)])
        self.place.pids.write_text(json.dumps({host.name: self._host(host) for host in self.hosts}), encoding="utf-8")
        doors = [(plan.DNS, 53), *((receiver.ip, 25) for receiver in plan.RECEIVERS), (plan.SES.ip, 587)]
        doors += [(host.ip, port) for host in self.hosts for port in (22, 25)]
        for door in doors:  # one after the other: each knock costs a host a process
            _wait(functools.partial(_opens, door), f"{door} does not answer")
        self.place.ready.write_text(f"{time.monotonic() - started:.1f}\n", encoding="utf-8")

    def stay(self) -> t.NoReturn:
        while True:
            pid, status = os.wait()
            if pid in self.vital:
                sys.exit(f"{self.vital[pid]} ended: {status}")

    def _network(self) -> None:
        Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1", encoding="ascii")
        outside = [plan.DNS, plan.SES.ip, *(receiver.ip for receiver in plan.RECEIVERS)]
        lines = ["link set lo up", "link add br0 type bridge", "link set br0 up"]
        lines += [f"address add {ip}/24 dev br0" for ip in (plan.CONTROLLER, *outside)]
        _run("ip", "-batch", "-", said="\n".join(lines))
        _run("hostname", "controller")
        names = Path("/etc/resolv.conf")
        if names.exists():  # seen so by this lab alone
            own = self.place.run / "resolv.conf"
            own.write_text(f"nameserver {plan.DNS}\n", encoding="ascii")
            _run("mount", "--bind", str(own), str(names))

    def _lists(self) -> None:
        """The block lists, by the rbldnsd of a base image; it reads changed files within a second."""
        root = self.place.private / "lists"
        self._overlay(images.RECIPES["bookworm"].folder, root)
        _run("mount", "--bind", str(self.place.lists), str(root / "root" / "mnt"))
        specifications = [f"{zone}:ip4set:{zone}" for zone in plan.LISTS]
        for zone in plan.LISTS:
            (self.place.lists / zone).write_text(f":127.0.0.2:https://{zone}/$\n127.0.0.2\n", encoding="ascii")
        program = ["/usr/sbin/rbldnsd", "-n", "-b", "127.0.0.1/5353", "-c", "1", "-w", "/mnt"]
        self._vital("rbldnsd", ["chroot", str(root / "root"), *program, *specifications])

    def _host(self, host: plan.Host) -> int:
        """Start a mail host; its process 1 as this namespace counts."""
        base = self.place.private / host.name
        self._overlay(images.RECIPES[host.image].folder, base)
        for name in ("ca.pem", "ssh.key.pub"):
            (base / "root" / "mnt" / name).write_bytes((self.place.secrets / name).read_bytes())
        (base / "root" / "mnt" / "setup").write_bytes((HERE / "host" / "setup.sh").read_bytes())
        cgroup = cgroup2()
        env = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOST_NAME": host.name,
            "HOST_DOMAIN": plan.DOMAIN,
            "HOST_IP": host.ip,
            "HOST_DNS": plan.DNS,
            "HOST_LOGGING": host.logging,
            "HOST_ROOT": str(base / "root"),
            "HOST_CGROUP": str(cgroup / f"{self.place.mark}-{host.name}") if cgroup else "",
        }
        with (self.place.logs / host.name).open("wb") as log:
            command = ["unshare", *NEW_NAMESPACES, "sh", str(HERE / "host" / "init.sh")]
            outer = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.vital[outer.pid] = host.name
        ours = os.readlink("/proc/self/ns/net")
        _wait(lambda: os.readlink(f"/proc/{outer.pid}/ns/net") != ours, f"{host.name} gets no network namespace")
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        _wait(lambda: children.read_text(encoding="ascii").strip(), f"{host.name} has no process 1")
        _run("ip", "link", "add", host.name, "type", "veth", "peer", "name", "eth0", "netns", str(outer.pid))
        _run("ip", "link", "set", host.name, "master", "br0", "up")
        return int(children.read_text(encoding="ascii").split()[0])

    def _overlay(self, image: Path, base: Path) -> None:
        for name in ("root", "upper", "work"):
            (base / name).mkdir(parents=True)
        options = f"lowerdir={image},upperdir={base / 'upper'},workdir={base / 'work'}"
        _run("mount", "-t", "overlay", "-o", options, "overlay", str(base / "root"))

    def _vital(self, name: str, command: list[str]) -> None:
        with (self.place.logs / name).open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.vital[process.pid] = name


def _opens(door: tuple[str, int]) -> bool:
    try:
        socket.create_connection(door, timeout=5).close()
    except OSError:
        return False
    return True


def _wait(condition: t.Callable[[], t.Any], complaint: str) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            sys.exit(complaint)
        time.sleep(0.02)


def _run(*command: str, said: str = "") -> None:
    done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    # Process 1 gets no signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if sys.argv[2:] == ["tied"]:
        threading.Thread(target=_end_with_input, daemon=True).start()
    lab = Lab(Place(Path(sys.argv[1])))
    lab.start()
    lab.stay()


if __name__ == "__main__":
    main()
