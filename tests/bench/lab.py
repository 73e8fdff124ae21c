# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The promised figures of the fleet lab (make bench-lab, as root on Debian): ten hosts are up within 15 seconds.

From nothing but the base images until sshd and Postfix of each host and all receivers answer, and until all is gone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".collections")]

from ansible_collections.postmaster.delist.tests.lab import ability, running  # noqa: E402
from ansible_collections.postmaster.delist.tests.lab.place import Place  # noqa: E402

HOSTS = 10
UP_S = 15


def processor_seconds(place: Place) -> float:
    """What all processes of the lab, and those that have ended, have used so far."""
    command = [*running.enter(place), "sh", "-c", "cat /proc/[0-9]*/stat || :"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    ticks = sum(sum(map(int, line.rpartition(")")[2].split()[11:15])) for line in done.stdout.splitlines())
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    try:
        running.possible()
    except ability.NotPossibleError as reason:
        print(f"not measured, no lab on this machine: {reason}")
        return 0
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        place = Place(Path(folder, "run"))
        began = time.monotonic()
        running.start(place.run, HOSTS, tied=True)
        up = time.monotonic() - began
        used = processor_seconds(place)
        began = time.monotonic()
        running.stop(place)
        gone = time.monotonic() - began
        print(f"{HOSTS} hosts used {used:.1f} s of processor time to come up, and were gone in {gone:.1f} s")
    kept = up <= UP_S
    print(f"{'ok  ' if kept else 'MISS'} {HOSTS} hosts up, seconds: {up:.1f} (promised <= {UP_S})")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
