# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promised figures of explain and diagnose (make bench-explain).

Ratios come from one run, rounds of the contestants in turn, the best of each. Times are processor times.
"""

from __future__ import annotations

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
sys.path[:0] = [str(ROOT / ".collections")]

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils import _explain  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _knowledge  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Rule  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._index import Index  # noqa: E402
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._literals import normal  # noqa: E402
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make  # noqa: E402
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import repeated_texts  # noqa: E402

REPLIES, LOOPED, ROUNDS = 4_000, 200, 5
HOSTS, GROUPS = 200, 200
LOAD_MS, AT_LEAST_A_SECOND, TIMES_THE_LOOP, LEFT_WITH_TWICE, DIAGNOSE_S, DIAGNOSE_MIB = 150, 5_000, 8, 2 / 3, 5, 256
REPEATED_MS = 50


def replies(count: int) -> list[tuple[str, str | None]]:
    """Return distinct replies: the samples of all receivers, each with other addresses and ids."""
    known = [
        (sample["reply"], sample.get("relay"))
        for path in sorted((_knowledge.SHIPPED / "receivers").glob("*/samples/*.yml"))
        for sample in read(path)["match"]
    ]
    dice = random.Random(1)
    found = []
    for number in range(count):
        text, relay = dice.choice(known)
        text = re.sub(r"\b203\.0\.113\.\d+", lambda _match: f"203.0.113.{dice.randrange(256)}", text)
        found.append((f"{text} q{number:06x}{dice.randrange(1 << 24):06x}", relay))
    return found


class PlainLoop:
    """What one would write first: every rule compiled, and all of them tried on every reply."""

    def __init__(self, rules: t.Iterable[Rule]) -> None:
        self._rules = [
            (
                rule,
                [self._compiled([literal]) for literal in rule.tokens],
                self._compiled(rule.any_of) if rule.any_of else None,
                self._compiled(rule.none_of) if rule.none_of else None,
                re.compile(rule.pattern, re.IGNORECASE) if rule.pattern else None,
            )
            for rule in rules
        ]

    @staticmethod
    def _compiled(literals: t.Iterable[str]) -> t.Pattern[str]:
        words = "|".join(re.escape(normal(literal)) for literal in literals)
        return re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)

    def matches(self, text: str) -> list[Rule]:
        reply = parse(text)
        found = []
        for rule, tokens, any_of, none_of, pattern in self._rules:
            if (
                all(token.search(reply.text) for token in tokens)
                and (any_of is None or any_of.search(reply.text))
                and (none_of is None or not none_of.search(reply.text))
                and (pattern is None or pattern.search(reply.text))
                and (not rule.codes or reply.code in rule.codes)
                and (not rule.enhanced or reply.enhanced in rule.enhanced)
            ):
                found.append(rule)
        return found


def seconds(work: t.Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def best(*contestants: t.Callable[[], object]) -> list[float]:
    rounds = [[seconds(contestant) for contestant in contestants] for _round in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def load() -> None:
    _knowledge._load.cache_clear()
    _knowledge.load()


def explain_all(texts: t.Sequence[tuple[str, str | None]]) -> None:
    for text, relay in texts:
        _explain.explain(text, relay=relay)


def explain_figures() -> t.Iterator[tuple[str, float, float, bool]]:
    texts = replies(REPLIES)
    using = _explain.recogniser()
    once = using._index
    twice = Index([*using.known.rules, *using.known.rules])
    loop = PlainLoop(using.known.rules)

    def with_index(index: Index) -> None:
        using._index = index
        explain_all(texts)

    (loading,) = best(load)
    yield "loading all knowledge, ms", loading * 1e3, LOAD_MS, True
    explained, doubled, looped = best(
        lambda: with_index(once),
        lambda: with_index(twice),
        lambda: [loop.matches(text) for text, _relay in texts[:LOOPED]],
    )
    yield "explain, replies a second", REPLIES / explained, AT_LEAST_A_SECOND, False
    yield "times the plain loop over all rules", (looped / LOOPED) / (explained / REPLIES), TIMES_THE_LOOP, False
    yield "share of it left with every rule twice", explained / doubled, LEFT_WITH_TWICE, False


def repetition_figures() -> t.Iterator[tuple[str, float, float, bool]]:
    """The slowest of all texts of 100 kB that repeat one thing; of one that seems slow the best round counts."""
    slowest = 0.0
    for text in repeated_texts.all_repeated():
        taken = seconds(lambda text=text: _explain.explain(text))  # type: ignore[misc]
        if taken > slowest:
            slowest = max(slowest, min(taken, *best(lambda text=text: _explain.explain(text))))  # type: ignore[misc]
    yield "100 kB of one token or mark repeated, the slowest, ms", slowest * 1e3, REPEATED_MS, True


def fleet(folder: Path) -> None:
    """Write the evidence of a fleet on a bad day: each host has its own address and its own noise."""
    texts = replies(HOSTS * GROUPS)
    for number in range(HOSTS):
        ip = f"45.60.{number // 256}.{number % 256}"
        groups = [
            make.group(re.sub(r"\b203\.0\.113\.\d+", ip, text), relay or f"mx.example{index}.net", stage=None)
            for index, (text, relay) in enumerate(texts[number * GROUPS : (number + 1) * GROUPS])
        ]
        make.write(folder, make.host(*groups, name=f"mx{number:03}", configured=(ip,)))


def _diagnose(folder: str, result: t.Any) -> None:
    began = time.process_time()
    findings = diagnose(Path(folder))
    result.put(
        (
            time.process_time() - began,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            len(findings["findings"]),
        )
    )


def diagnose_figures() -> t.Iterator[tuple[str, float, float, bool]]:
    with tempfile.TemporaryDirectory() as folder:
        fleet(Path(folder))
        context = multiprocessing.get_context("spawn")
        result = context.Queue()
        process = context.Process(target=_diagnose, args=(folder, result))
        process.start()
        taken, memory, count = result.get(timeout=120)
        process.join()
    print(f"{HOSTS} hosts with {GROUPS} groups of replies each made {count} findings")
    yield "diagnose, seconds", taken, DIAGNOSE_S, True
    yield "diagnose, MiB", memory, DIAGNOSE_MIB, True


def main() -> int:
    failed = 0
    for figures in (explain_figures, repetition_figures, diagnose_figures):
        for name, value, promised, at_most in figures():
            kept = value <= promised if at_most else value >= promised
            failed += not kept
            sign = "<=" if at_most else ">="
            print(f"{'ok  ' if kept else 'MISS'} {name}: {value:,.2f} (promised {sign} {promised:,.2f})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
