# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether this machine can have a lab, and the set-up that makes it able to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What the lab runs on the machine itself, and the Debian package that has it.
PROGRAMS = {
    "ip": "iproute2",
    "ssh": "openssh-client",
    "openssl": "openssl",
    "mmdebstrap": "mmdebstrap",
}
NEW_NAMESPACES = (
    "--mount",
    "--net",
    "--pid",
    "--uts",
    "--ipc",
    "--fork",
    "--kill-child=KILL",
    "--propagation",
    "private",
)
PROBE = """\
mount -t proc proc /proc && mount -t tmpfs tmpfs "$1" && mkdir "$1/l" "$1/u" "$1/w" "$1/m" &&
mount -t overlay overlay -o "lowerdir=$1/l,upperdir=$1/u,workdir=$1/w" "$1/m" &&
ip link add br0 type bridge && ip link add v0 type veth peer name v1
"""


class NotPossibleError(Exception):
    """What this machine lacks for a lab."""


def check() -> None:
    """Raise NotPossibleError where no lab can be, whatever was installed."""
    if sys.platform != "linux":
        raise NotPossibleError("the lab needs Linux")
    if os.geteuid():
        raise NotPossibleError("the lab needs root: it gives each mail host namespaces and a root of its own")
    if not shutil.which("apt-get"):
        raise NotPossibleError("the lab needs Debian: its hosts are built from the archive that apt knows")
    _probe("namespaces", ["true"])


def check_parts() -> None:
    """Raise NotPossibleError where the kernel, or a container around us, permits no overlay or bridge."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        _probe("overlay or bridge", ["sh", "-c", PROBE, "sh", folder])


def _probe(what: str, command: list[str]) -> None:
    within = ["unshare", *NEW_NAMESPACES, *command]
    try:
        done = subprocess.run(within, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError as error:
        raise NotPossibleError("the lab needs unshare of util-linux") from error
    if done.returncode:
        told = " ".join(done.stderr.split()) or f"code {done.returncode}"
        raise NotPossibleError(f"{what} not permitted here: {told}")


def cgroup2() -> Path | None:
    """Where the unified cgroups are, if we may make some: a host with systemd needs one."""
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _device, folder, kind, *_rest = line.split()
        if kind == "cgroup2" and os.access(folder, os.W_OK):
            return Path(folder)
    return None


def missing_programs() -> list[str]:
    return [program for program in PROGRAMS if not shutil.which(program)]


def install_programs() -> None:
    """Install the Debian packages that are missing, and say which."""
    packages = sorted({PROGRAMS[program] for program in missing_programs()})
    if not packages:
        return
    print("The lab installs on this machine:", *packages, file=sys.stderr, flush=True)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    told = ""
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            command,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if command is install and not done.returncode:
            return
        told += done.stderr
    raise NotPossibleError(f"apt-get cannot install {' '.join(packages)}: {told.strip()}")
