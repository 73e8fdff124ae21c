# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promised figures of the log reader behind bounce_info (make bench-evidence).

Each contestant is a process of its own, measured by the processor time that the kernel counts for it and its
children; ratios come from the medians of rounds that run all contestants in turn. The engine's own includes its
imports and the JSON it writes; only the start of an empty Python is taken off. It has one core, as the others have;
what a second one saves is shown apart. Writes .cache/bench/evidence.json.
"""

from __future__ import annotations

import calendar
import json
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import evidence_log
from evidence_runs import PYTHON, ROOT, engine, evidence, in_turn, peak, run

FOLDER = ROOT / ".cache" / "bench"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
MIB = 1 << 20
SIZE, SMALL, LARGE = 512 * MIB, 64 * MIB, 4096 * MIB
REFUSED = r" status=(bounced|deferred) \("
NOTHING_ELSE = {"delivered": False, "senders": False}
WINDOW = 600
MANY = 10_000  # distinct signatures
# The large log is the same one eight times over, each in another month.
MONTHS = (b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ", b"Nov ")


class Figure(t.NamedTuple):
    """One promise."""

    name: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    def kept(self) -> bool:
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    def promised(self) -> str:
        return f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"


def speed(log: Path) -> t.Iterator[Figure]:
    packed = log.with_suffix(".log.gz")
    with packed.open("wb") as out:
        subprocess.run(["gzip", "-c", str(log)], stdout=out, check=True)
    taken = in_turn(
        ROUNDS,
        start=[PYTHON, "-c", "pass"],
        grep=["grep", "-cE", REFUSED, str(log)],
        refusals=engine(log, **NOTHING_ELSE),
        everything=engine(log),
        gunzip=["sh", "-c", 'gzip -dc "$0" | wc -l', str(packed)],
        packed=engine(packed, **NOTHING_ELSE),
        packed_everything=engine(packed),
        pflogsumm=["pflogsumm", str(log)],
    )
    packed.unlink()
    for name, seconds in taken.items():
        print(f"     {name.replace('_', ', '):<24}{seconds:8.3f} s", flush=True)
    one, two = (
        statistics.median(run(engine(log, cores=cores)).wall for _round in range(ROUNDS)) for cores in ("0", "0,1")
    )
    print(f"     everything on takes {one:.2f} s by the clock on one core, {two:.2f} s on two", flush=True)
    start = taken["start"]
    refusals, everything = taken["refusals"] - start, taken["everything"] - start
    yield Figure("refusals only: times grep -cE", refusals / taken["grep"], at_most=2.0)
    yield Figure("refusals only: pflogsumm is so many times slower", taken["pflogsumm"] / refusals, at_least=40)
    yield Figure("everything on: times grep -cE", everything / taken["grep"], at_most=5)
    yield Figure("everything on: pflogsumm is so many times slower", taken["pflogsumm"] / everything, at_least=16)
    yield Figure(".gz, refusals only: times gzip -dc | wc -l", (taken["packed"] - start) / taken["gunzip"], at_most=1.5)
    yield Figure(
        ".gz, everything on: times gzip -dc | wc -l",
        (taken["packed_everything"] - start) / taken["gunzip"],
        at_most=1.5,
    )


def large_log(log: Path) -> Path:
    """Join the log eight times over, in the order of time."""
    path = FOLDER / "large.log"
    with path.open("wb") as out:
        for month in MONTHS:
            with log.open("rb") as lines:
                while chunk := lines.readlines(4 * MIB):
                    out.write(b"".join(chunk).replace(b"Nov ", month))
    return path


def tail_of(path: Path, size: int, name: str) -> Path:
    with path.open("rb") as whole:
        whole.seek(-size, 2)
        whole.readline()
        tail = FOLDER / name
        with tail.open("wb") as out:
            shutil.copyfileobj(whole, out, MIB)
    return tail


def sizes(log: Path) -> t.Iterator[Figure]:
    large = large_log(log)
    small = tail_of(large, SMALL, "small.log")
    many = evidence_log.write(FOLDER / "many.log", SMALL, signatures=15_000, refused=0.9)
    for name, path in (("64 MiB", small), ("4 GiB", large), ("10,000 signatures", many)):
        yield Figure(f"peak memory, {name}, MiB", peak(engine(path)), at_most=48)
    replies = evidence(run(engine(many, max_groups=100_000, **NOTHING_ELSE)))["replies"]
    distinct = len({reply["signature"] for reply in replies})
    if distinct < MANY:
        raise RuntimeError(f"the log of many signatures has {distinct}: expected {MANY}")
    since, begin = _last_minutes(small)
    window = sum(len(line) for line in small.read_bytes().splitlines(keepends=True) if line[:15] >= begin)
    read = evidence(run(engine(large, since=since)))["totals"]["bytes_read"]
    yield Figure("ten minutes at the end of 4 GiB: MiB read beside the window", (read - window) / MIB, at_most=1)
    taken = in_turn(
        ROUNDS,
        start=[PYTHON, "-c", "pass"],
        small=engine(small, since=since),
        large=engine(large, since=since),
    )
    ratio = (taken["large"] - taken["start"]) / (taken["small"] - taken["start"])
    yield Figure("the same window: times that in 64 MiB", ratio, at_most=1.5)
    for path in (large, small, many):
        path.unlink()


def _last_minutes(path: Path) -> tuple[str, bytes]:
    """Return when the last ten minutes of a log begin: in RFC 3339, and as its stamps say it."""
    year = time.gmtime(evidence_log.STAMP_START).tm_year
    last = path.read_bytes().splitlines()[-1][:15].decode()
    begin = time.gmtime(calendar.timegm(time.strptime(f"{year} {last}", "%Y %b %d %H:%M:%S")) - WINDOW)
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", begin), time.strftime("%b %e %H:%M:%S", begin).encode()


def versions() -> dict[str, str]:
    def first_line(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).splitlines()[0]

    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "machine": f"{model.group(1) if model else platform.machine()}, {platform.platform()}",
        "python": first_line(PYTHON, "-VV"),
        "grep": first_line("grep", "--version"),
        "pflogsumm": first_line("pflogsumm", "--version"),
    }


def main() -> int:
    missing = [program for program in ("pflogsumm", "grep", "gzip") if not shutil.which(program)]
    if missing:
        print(f"The bench measures against {' and '.join(missing)}: install it first.", file=sys.stderr)
        return 2
    for name, version in versions().items():
        print(f"     {name}: {version}")
    began = time.monotonic()
    log = evidence_log.write(FOLDER / "evidence.log", SIZE)
    refused = run(["grep", "-cE", REFUSED, str(log)]).said.decode().strip()
    lines = run(["wc", "-l", str(log)]).said.split()[0].decode()
    print(f"     log: {log.stat().st_size / MIB:.0f} MiB, {int(lines):,} lines, {int(refused):,} refused")
    print(f"     pflogsumm takes {peak(['pflogsumm', str(log)]):.0f} MiB for it", flush=True)
    figures = []
    for part in (speed, sizes):
        for figure in part(log):
            figures.append(figure)
            print(
                f"{'ok  ' if figure.kept() else 'MISS'} {figure.name}: {figure.value:.2f} ({figure.promised()})",
                flush=True,
            )
    log.unlink()
    result = {"versions": versions(), "figures": [{**figure._asdict(), "kept": figure.kept()} for figure in figures]}
    (FOLDER / "evidence.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"     took {time.monotonic() - began:.0f} s; written to {FOLDER / 'evidence.json'}")
    return 0 if all(figure.kept() for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
