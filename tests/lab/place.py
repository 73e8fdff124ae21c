# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the lab keeps what it makes: base images in the cache, everything of one lab in one folder."""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """The folder that all checkouts share; XDG_CACHE_HOME moves it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path(os.environ.get("HOME") or "/root", ".cache")
    return Path(base, "postmaster-delist-lab")


def default_run() -> Path:
    """The folder of the one lab that `make lab` starts."""
    return cache() / "run"


class Place:
    """The files of one running lab."""

    def __init__(self, run: Path) -> None:
        self.run = run.resolve()
        self.private = self.run / "private"  # inside the lab a tmpfs: roots of hosts, sockets of ssh
        self.secrets = self.run / "secrets"
        self.control = self.run / "control"
        self.ledger = self.run / "ledger"
        self.lists = self.run / "lists"
        self.logs = self.run / "logs"
        self.plan = self.run / "plan.json"
        self.inventory = self.run / "inventory.yml"
        self.supervisor = self.run / "supervisor.pid"
        self.pids = self.run / "pids.json"
        self.ready = self.run / "ready"

    def make(self) -> None:
        for folder in (self.private, self.control, self.ledger, self.lists, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)

    @property
    def mark(self) -> str:
        """Tells this lab from others where names are the whole machine's: cgroups."""
        return f"postmaster-lab-{self.run.stat().st_ino:x}"
