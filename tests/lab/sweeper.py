# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for a lab's end and removes its empty cgroups: python -m ...tests.lab.sweeper PID CGROUPS MARK."""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path


def wait_for(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.poll()


def sweep(cgroups: Path, mark: str, patience: float = 10) -> bool:
    """Remove the cgroups whose name begins with `mark`; dying processes keep theirs for a moment."""
    until = time.monotonic() + patience
    while folders := list(cgroups.glob(f"{mark}-*")):
        if time.monotonic() > until:
            return False
        for folder in folders:
            for inner, _folders, _files in os.walk(folder, topdown=False):
                try:
                    os.rmdir(inner)
                except OSError:
                    break
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    wait_for(int(sys.argv[1]))
    sweep(Path(sys.argv[2]), sys.argv[3])
