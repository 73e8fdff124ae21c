# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a fleet's diagnosis and its report take: `make bench-report`.

The evidence of 200 hosts with 200 groups of replies each lies in files. Diagnosis and report are two processes, as in a
run of Ansible, and each reads what the one before wrote. Times are processor times.

Of the two fleets one has a bad day: each host is refused by its own address, in the same dozen ways. The other is what
cannot be: each of its hosts met 200 replies at random of all that knowledge has, which makes 25,000 findings; it shows
what grows with the number of findings, and its memory is held to the same limit.
"""

from __future__ import annotations

import datetime
import json
import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".collections"), str(Path(__file__).parent)]

import explain as fleets  # noqa: E402

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import dumped  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._formats import (  # noqa: E402
    FORMATS,
    Setting,
    write,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._gather import gather  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._screen import screen  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._summary import summary  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import (  # noqa: E402
    open_run,
    write_pieces,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts  # noqa: E402
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make  # noqa: E402

NOW = datetime.datetime(2026, 11, 24, 9, 15, tzinfo=datetime.UTC)
SECONDS, MIB = 5, 256
WAYS = 12
USUAL = ("markdown", "html", "junit")
AGAIN = Command((("ansible-playbook", "postmaster.delist.incident"),))


def bad_day(folder: Path) -> None:
    """Write evidence in which every host is refused by its own address, in the same 200 wordings of a dozen ways."""
    ways = fleets.replies(WAYS)
    for number in range(fleets.HOSTS):
        ip = f"45.60.{number // 256}.{number % 256}"
        groups = []
        for index in range(fleets.GROUPS):
            text, relay = ways[index % WAYS]
            text = re.sub(r"\b203\.0\.113\.\d+", ip, f"{text} q{index:03}")
            groups.append(make.group(text, relay or f"mx.example{index % WAYS}.net", stage=None))
        make.write(folder, make.host(*groups, name=f"mx{number:03}", configured=(ip,)))


def prepare(parent: Path, fleet: t.Callable[[Path], None]) -> Path:
    """Write the run's folder with the evidence of a fleet, each group with the hours of a day."""
    run = open_run(parent, hosts=[f"mx{number:03}" for number in range(fleets.HOSTS)], started_at=NOW)
    fleet(run / "evidence")
    dice = random.Random(2)
    for path in (run / "evidence").iterdir():
        evidence = json.loads(path.read_text(encoding="utf-8"))
        for reply in evidence["replies"]:
            counts = [dice.randrange(20) for _hour in range(24)]
            reply["by_hour"] = {"begins_at": "2026-11-23T10:00:00+00:00", "counts": counts}
        path.write_text(json.dumps(evidence), encoding="utf-8")
    return run


def diagnosis(run: Path) -> int:
    found = diagnose(run / "evidence")
    write_pieces(run / "findings.json", dumped(found))
    return len(found["findings"])


def report(run: Path, formats: t.Collection[str]) -> int:
    hosts = [Host(name=f"mx{number:03}", state="ok") for number in range(fleets.HOSTS)]
    made = gather(run, hosts=hosts, finished_at=NOW, failed_steps={})
    setting = Setting(Texts("en"), AGAIN, run)
    write_pieces(run / "summary.json", summary(made, setting.texts))
    screen(made, **setting._asdict(), written=write(made, formats, setting))
    return len(made.blocks)


def _measured(result: t.Any, work: t.Callable[..., int], *given: t.Any) -> None:
    began = time.process_time()
    count = work(*given)
    result.put((time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, count))


def measured(work: t.Callable[..., int], *given: t.Any) -> tuple[float, float, int]:
    """Seconds, MiB and what it counted, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    process = context.Process(target=_measured, args=(result, work, *given))
    process.start()
    told: tuple[float, float, int] = result.get(timeout=300)
    process.join()
    return told


def figures(name: str, fleet: t.Callable[[Path], None]) -> tuple[float, float]:
    """Print what a fleet takes; return the seconds of diagnosis and report, and the MiB of the larger of both."""
    with tempfile.TemporaryDirectory() as folder:
        run = prepare(Path(folder), fleet)
        first, held, findings = measured(diagnosis, run)
        usual, held_by_usual, blocks = measured(report, run, USUAL)
        every, held_by_every, _blocks = measured(report, run, tuple(FORMATS))
        sizes = {form.file: (run / form.file).stat().st_size for form in FORMATS.values()}
    print(f"{name}: {findings:,} findings, {blocks:,} of them blocks; diagnosis {first:.2f} s, {held:.0f} MiB")
    for formats, seconds, memory in (
        ("the usual formats", usual, held_by_usual),
        ("every format", every, held_by_every),
    ):
        print(f"  report in {formats}: {seconds:.2f} s, {memory:.0f} MiB")
    print("  " + ", ".join(f"{file} {size / 2**20:.1f} MiB" for file, size in sizes.items()), flush=True)
    return first + usual, max(held, held_by_usual, held_by_every)


def main() -> int:
    seconds, memory = figures("a bad day", bad_day)
    _worst_seconds, worst_memory = figures("every reply that there is", fleets.fleet)
    missed = 0
    for name, value, promised in (
        ("diagnosis and report of a bad day, seconds", seconds, SECONDS),
        ("the larger of both, MiB", memory, MIB),
        ("with every reply that there is, MiB", worst_memory, MIB),
    ):
        missed += value > promised
        print(f"{'ok  ' if value <= promised else 'MISS'} {name}: {value:,.2f} (promised <= {promised})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
