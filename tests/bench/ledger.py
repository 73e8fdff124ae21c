# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the list of what is due takes with ten thousand cases on SQLite: `make bench-ledger`."""

from __future__ import annotations

import datetime
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".collections"))

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._open import open_ledger  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._timings import timings  # noqa: E402

CASES = 10_000
AT_MOST_SECONDS = 1.0
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
# The life of a case; each ends somewhere else, so that all states are there.
LIFE = (
    "detected",
    "note",
    "ready",
    "sending",
    "sent",
    "acknowledged",
    "decided",
    "probed",
    "note",
    "seen",
    "delivered",
)


def events_of(number: int) -> list[Event]:
    case = f"PD-{number:05}"
    data = {"finding": f"outlook_com/ip/203.0.113.{number % 250}/x{number}", "verdict": "removed", "message_id": case}
    kinds = LIFE[: 9 + number % 3]
    return [new(case, kind, data, actor="bench", at=START + datetime.timedelta(hours=hours))
            for hours, kind in enumerate(kinds)]  # fmt: skip


def main() -> int:
    seconds = []
    with (
        tempfile.TemporaryDirectory() as folder,
        open_ledger(f"sqlite:///{folder}/ledger.sqlite3", timings(), now=START) as ledger,
    ):
        written = sum(ledger.merge(f"PD-{number:05}", events_of(number)) for number in range(CASES))
        for _round in range(5):
            began = time.perf_counter()
            due = ledger.due(START + datetime.timedelta(days=365))
            seconds.append(time.perf_counter() - began)
    took = statistics.median(seconds)
    passed = took <= AT_MOST_SECONDS
    print(f"due list: {len(due)} of {CASES} cases, {written} events: {took:.3f} s (at most {AT_MOST_SECONDS} s)")
    print(json.dumps({"cases": CASES, "events": written, "due": len(due), "seconds": round(took, 3), "passed": passed}))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
