# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many writers on one ledger, killed at random: ledger_writers.py URL WRITERS EVENTS FOLDER SEED.

Each writer notes in a file of its own what it begins and what the ledger has taken. A writer that was killed is
followed by another, which goes on where it stopped: it asks the ledger whether the last event that was begun is there.
"""

from __future__ import annotations

import dataclasses
import datetime
import multiprocessing
import os
import random
import signal
import sys
import time
import uuid
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings

CASES = 7


def event_id(writer: int, number: int) -> str:
    return str(uuid.UUID(int=writer * 1_000_000 + number))


def case_id(writer: int, number: int) -> str:
    return f"PD-{(writer + number) % CASES}"


def write(url: str, writer: int, events: int, folder: Path) -> None:
    journal = folder / f"{writer}.journal"
    taken = journal.read_text().split() if journal.exists() else []
    with open_ledger(url, timings(), now=_now()) as ledger, journal.open("a", buffering=1) as done:
        for number in range(len(taken), events):
            _record(ledger, writer, number)
            done.write(f"{number}\n")


def _record(ledger: Ledger, writer: int, number: int) -> None:
    own = event_id(writer, number)

    def decide(seen: Snapshot) -> Event | None:
        if any(event.id == own for event in seen.events):
            return None
        kind = "note" if seen.case else "detected"
        made = new(case_id(writer, number), kind, {"finding": "f", "number": number}, actor=f"w{writer}", at=_now())
        return dataclasses.replace(made, id=own)

    ledger.record(case_id(writer, number), decide)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def main() -> None:
    url, writers, events, folder, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]
    chance = random.Random(int(seed))
    context = multiprocessing.get_context("fork")

    def start(writer: int) -> multiprocessing.process.BaseProcess:
        process = context.Process(target=write, args=(url, writer, events, folder))
        process.start()
        return process

    running = {writer: start(writer) for writer in range(writers)}
    kills = 0
    deadline = time.monotonic() + 600
    while running and time.monotonic() < deadline:
        time.sleep(chance.random() * 0.05)
        if kills < writers and chance.random() < 0.7:
            victim = chance.choice(sorted(running))
            os.kill(running[victim].pid or 0, signal.SIGKILL)
            kills += 1
        for writer, process in list(running.items()):
            if process.exitcode is None:
                continue
            process.join()
            if process.exitcode == 0:
                del running[writer]
            elif process.exitcode == -signal.SIGKILL:
                running[writer] = start(writer)
            else:
                raise SystemExit(f"writer {writer} failed")
    if running:
        raise SystemExit("not done in time")
    print(kills)


if __name__ == "__main__":
    main()
