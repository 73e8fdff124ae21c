# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promised figures of the block list engine, measured against rbldnsd on loopback (make bench-dnsbl).

All ratios come from one run: rounds of every contestant in turn, and the median of each.
"""

from __future__ import annotations

import ipaddress
import json
import math
import multiprocessing
import resource
import statistics
import subprocess
import sys
import time
import typing as t
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".collections")]

from ansible_collections.postmaster.delist.plugins.module_utils._dns import (  # noqa: E402
    exchange,
    library,
    names,
    redact,
    result,
    survey,
)
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Feed, Question  # noqa: E402
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Zone  # noqa: E402
from ansible_collections.postmaster.delist.tests.bench import dnsbl_peers as peers  # noqa: E402
from ansible_collections.postmaster.delist.tests.integration import rbldnsd  # noqa: E402

NAMES, LISTED_EVERY, ROUNDS = 20_000, 100, 5
MANY_TARGETS, MANY_ZONES = 4096, 60
LIST = {
    "name": {"en": "A list", "ja": "リスト"},
    "severity": "high",
    "scope": "ip",
    "channel": "at_list",
    "url": "https://list.example/removal",
    "policy": {"en": "Fix the cause first.", "ja": "先に原因を解消すること。"},
    "expires_after": "P7D",
}


def addresses(count: int) -> list[str]:
    first = int(ipaddress.ip_address("45.60.0.0"))
    return [str(ipaddress.ip_address(first + number)) for number in range(count)]


def data_set(ips: t.Sequence[str]) -> tuple[str, list[str]]:
    return "ip4set", [":127.0.0.2:seen in a trap, see https://list.example/?ip=$", "127.0.0.2", *ips[::LISTED_EVERY]]


def zone(name: str) -> Zone:
    return Zone({"zone": name, "targets": ["ip4"], "kind": "block", "codes": {"127.0.0.2": "list"}}, {"list": LIST})


def whole_survey(targets: list[names.Target], port: int) -> int:
    """The whole survey: resolver, probe, questions, and the reasons of the hits."""
    (tally,) = survey.survey([zone("bl.test")], targets, survey.Way(["127.0.0.1"], port)).tallies
    assert tally.count(3) == 0
    return len(tally.hits)


def only_questions(targets: list[names.Target], port: int) -> int:
    """The questions alone, as dnsperf asks them."""
    labels, found = names.wire_labels("bl.test"), 0

    def deliver(_question: Question, answer: t.Any) -> None:
        nonlocal found
        found += answer.status == "answer"

    questions = (Question(names.question(target.labels + labels, names.A)) for target in targets)
    with exchange.Exchange(["127.0.0.1"], port=port, window=peers.DNSPERF_WINDOW) as asking:
        asking.run(Feed(questions), deliver)
    return found


class Timing(t.NamedTuple):
    per_second: float
    per_cpu_second: float


def timed(ask: t.Callable[[], int], expected: int) -> Timing:
    wall, cpu = time.perf_counter(), time.process_time()
    found = ask()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert found == expected, f"{found} found, {expected} expected"
    return Timing(NAMES / wall, NAMES / cpu)


def speed() -> list[tuple[str, float, float, bool]]:
    ips = addresses(NAMES)
    targets = names.targets(ips, [])
    asked = [".".join(reversed(ip.split("."))) + ".bl.test" for ip in ips]
    hits = len(ips[::LISTED_EVERY])
    with rbldnsd.serving({"bl.test": data_set(ips)}) as port:
        contestants: dict[str, t.Callable[[], int]] = {
            "engine, whole survey": lambda: whole_survey(targets, port),
            "dns.asyncresolver": lambda: peers.asyncresolver(asked, port),
        }
        if peers.aiodns is not None:
            contestants["aiodns"] = lambda: peers.through_aiodns(asked, port)
        contestants["engine, questions alone"] = lambda: only_questions(targets, port)
        timings: dict[str, list[Timing]] = {name: [] for name in contestants}
        dnsperf: list[float] = []
        for _round in range(ROUNDS):
            for name, ask in contestants.items():
                timings[name].append(timed(ask, hits))
            if peers.DNSPERF:
                dnsperf.append(peers.dnsperf(asked, port))
    print(f"{NAMES} names, {hits} listed, window {peers.WINDOW}, medians of {ROUNDS}; dnspython {library.version()}")
    print(f"{'':28}{'q/s':>10}{'q/CPU s':>10}{'us CPU/q':>10}")
    middle = {}
    for name, found in timings.items():
        middle[name] = Timing(*(statistics.median(column) for column in zip(*found, strict=True)))
        print(f"{name:28}{middle[name][0]:10.0f}{middle[name][1]:10.0f}{1e6 / middle[name][1]:10.1f}")
    engine, resolver = middle["engine, whole survey"], middle["dns.asyncresolver"]
    checks = [at_least("times dns.asyncresolver, by CPU", engine.per_cpu_second / resolver.per_cpu_second, 12)]
    if "aiodns" in middle:
        checks.append(at_least("times aiodns, by CPU", engine.per_cpu_second / middle["aiodns"].per_cpu_second, 1.3))
    else:
        checks.append(not_measured("at least 1.3 times aiodns, by CPU", "aiodns is missing (make setup-dev)"))
    if dnsperf:
        print(f"{'dnsperf':28}{statistics.median(dnsperf):10.0f}")
        alone = [timing.per_second for timing in timings["engine, questions alone"]]
        shares = [ours / theirs for ours, theirs in zip(alone, dnsperf, strict=True)]
        checks.append(at_least("of dnsperf's q/s, round by round", statistics.median(shares), 0.5))
    else:
        checks.append(not_measured("at least 0.5 of dnsperf's q/s", "dnsperf is missing (apt-get install dnsperf)"))
    return checks


def memory() -> list[tuple[str, float, float, bool]]:
    ips = addresses(MANY_TARGETS)
    kind, lines = data_set(ips)
    with rbldnsd.serving({f"bl{number}.test": (kind, lines) for number in range(MANY_ZONES)}) as port:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("spawn").Process(target=_many, args=(port, ips, sender))
        process.start()
        before, peak, size, seconds, listed = receiver.recv()
        process.join()
    print(f"{MANY_TARGETS} targets x {MANY_ZONES} zones: {seconds:.1f} s, {listed} listed, {before:.0f} MiB before")
    return [at_most("MiB peak memory, interpreter included", peak, 96), at_most("MB of result", size, 2)]


def _many(port: int, ips: list[str], answer: t.Any) -> None:
    before = _peak()
    started = time.perf_counter()
    zones = [zone(f"bl{number}.test") for number in range(MANY_ZONES)]
    found = survey.survey(zones, names.targets(ips, []), survey.Way(["127.0.0.1"], port))
    rows = result.listings(found, include_clean=False, redact=redact.Redactor([]))
    whole = {
        "listings": rows,
        "lists": result.health(found, redact=redact.Redactor([])),
        "totals": result.totals(found),
    }
    seconds = time.perf_counter() - started
    assert whole["totals"]["unknown"] == 0
    size = len(json.dumps(whole, ensure_ascii=False).encode()) / 1e6
    answer.send((before, _peak(), size, seconds, whole["totals"]["listed"]))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def network(port: int, lost: float, late: float) -> t.Iterator[int]:
    command = [sys.executable, str(ROOT / "tests" / "bench" / "dnsbl_network.py"), str(port), str(lost), str(late)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.communicate()


def losses() -> list[tuple[str, float, float, bool]]:
    ips = addresses(NAMES)
    targets = names.targets(ips, [])
    hits = len(ips[::LISTED_EVERY])
    clean, bad = [], []
    with rbldnsd.serving({"bl.test": data_set(ips)}) as port:
        for _round in range(3):
            for lost, late, seconds in ((0.0, 0.0, clean), (0.05, 0.05, bad)):
                with network(port, lost, late) as through:
                    started = time.perf_counter()
                    assert whole_survey(targets, through) == hits
                    seconds.append(time.perf_counter() - started)
    print(f"5 % lost, 5 % late and double: {statistics.median(bad):.2f} s, else {statistics.median(clean):.2f} s")
    return [at_most("times the clean time", statistics.median(bad) / statistics.median(clean), 3)]


def at_least(what: str, value: float, bound: float) -> tuple[str, float, float, bool]:
    return f"at least {bound:g} {what}", value, bound, value >= bound


def at_most(what: str, value: float, bound: float) -> tuple[str, float, float, bool]:
    return f"at most {bound:g} {what}", value, bound, value <= bound


def not_measured(what: str, why: str) -> tuple[str, float, float, bool]:
    return f"{what}: not measured, {why}", math.nan, math.nan, True


def main() -> int:
    if rbldnsd.PROGRAM is None:
        print("NOT MEASURED: rbldnsd is not installed (apt-get install rbldnsd)")
        return 0
    checks = [*speed(), *memory(), *losses()]
    for what, value, _bound, good in checks:
        print(f"---- {what}" if math.isnan(value) else f"{'ok  ' if good else 'MISS'} {what}: {value:.2f}")
    return 0 if all(good for *_rest, good in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
