# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine counts what the slow, obvious reader counts, in any format, however the log is cut into files."""

from __future__ import annotations

import random
import typing as t
from collections import Counter

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._rewritten import Rewritten
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._streams import Closing
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.log_maker import FORMATS, LogMaker
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.reference_reader import Reference

BEGIN = 1795500000  # 2026-11-24T06:00:00Z
ALL = Wanted(delivered=True, senders=True, lost_mail=True)


class Bytes(Closing):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, rng: random.Random) -> None:
        self.data = data
        self.rng = rng
        self.bytes_read = 0
        self.notes: list[str] = []

    def readinto1(self, buffer: memoryview) -> int:
        size = min(len(buffer), len(self.data) - self.bytes_read, self.rng.choice([1, 100, 5000, 10**6]))
        buffer[:size] = self.data[self.bytes_read : self.bytes_read + size]
        self.bytes_read += size
        return size


def read(parts: list[list[bytes]], rng: random.Random, wanted: Wanted = ALL) -> Sums:
    total = Sums(wanted.max_groups, lost_mail=wanted.lost_mail)
    for lines in parts:
        stream = Rewritten(Bytes(b"".join(line + b"\n" for line in lines), rng))
        total.update(_stretches.read_stream(stream, Clock(BEGIN + 10**6), wanted).sums)
    return total


def cut(lines: list[bytes], rng: random.Random) -> list[list[bytes]]:
    """Cut a log into one to four files."""
    places = sorted(rng.randrange(len(lines) + 1) for _place in range(rng.randrange(4)))
    return [lines[begin:end] for begin, end in zip([0, *places], [*places, len(lines)])]


def replies_of(sums: Sums) -> dict[tuple[t.Any, ...], t.Any]:
    names = sums.domains.names()
    return {
        tuple(key): (
            {outcome: number for outcome, number in group.outcomes.items() if number},
            group.recipients.count(),
            group.recipients.by_domain(names),
            group.first_at,
            group.last_at,
            group.hours.counts,
            set(group.relay_ips),
        )
        for key, group in sums.replies.groups.items()
    }


def expected_replies(reference: Reference) -> dict[tuple[t.Any, ...], t.Any]:
    found = {}
    for key, seen in reference.replies.items():
        domains: dict[str, int] = {}
        for recipient in seen.recipients:
            domain = recipient.rpartition("@")[2]
            domains[domain] = domains.get(domain, 0) + 1
        outcomes = {outcome: number for outcome, number in seen.outcomes.items() if number}
        times, hours = seen.times, dict(Counter(at // 3600 for at in seen.refused_at))
        found[key] = (outcomes, len(seen.recipients), domains, min(times), max(times), hours, seen.relay_ips)
    return found


def delivered_of(sums: Sums) -> dict[tuple[str, str], tuple[int, int]]:
    return {relay: (count.number, count.last_at) for relay, count in sums.relays.counts.items()}


def lost_of(sums: Sums) -> list[tuple[t.Any, ...]]:
    assert sums.lost is not None
    return sorted(
        (row.at, row.queue_id.decode(), row.recipient.decode(), row.outcome, row.reply.signature)
        for row in sums.lost.rows
    )


def senders_of(sums: Sums) -> dict[tuple[str, str], dict[str, t.Any]]:
    return {
        (kind, who.decode()): {
            "messages": sender.messages,
            "refusals": sender.refusals,
            "recipients": sender.recipients.count(),
            "names": {name.decode() for name in sender.names},
            "clients": {client.decode() for client in sender.clients},
            "first_at": sender.first_at,
            "last_at": sender.last_at,
        }
        for (kind, who), sender in sums.mails.senders().known.items()
    }


@pytest.mark.parametrize("seed", range(12))
def test_a_random_mixture_of_all_formats_counts_as_in_the_reference(seed: int) -> None:
    compare(seed, messages=40, formats=tuple(FORMATS))


@pytest.mark.parametrize("log_format", FORMATS)
def test_each_format_counts_as_in_the_reference(log_format: str) -> None:
    for seed in range(1000, 1002):
        compare(seed, messages=30, formats=(log_format,))


@pytest.mark.nightly
def test_many_random_mixtures_count_as_in_the_reference() -> None:
    for seed in range(2000, 6000):
        compare(seed, messages=40, formats=tuple(FORMATS))


def compare(seed: int, *, messages: int, formats: tuple[str, ...]) -> None:
    rng = random.Random(seed)
    lines = LogMaker(seed, at=BEGIN, formats=formats).make(messages)
    reference = Reference(reference=BEGIN + 10**6).read(lines)
    for parts in ([lines], cut(lines, rng)):
        sums = read(parts, rng)
        assert replies_of(sums) == expected_replies(reference)
        assert delivered_of(sums) == {relay: (len(times), max(times)) for relay, times in reference.delivered.items()}
        assert lost_of(sums) == sorted(reference.lost)
        assert sums.matched == reference.matched
        senders, expected = senders_of(sums), reference.senders()
        if len(parts) == 1:
            assert senders == expected
        # The lines of a message's arrival may be in a file before that of its refusal.
        for name in ("messages", "refusals"):
            assert sum(one[name] for one in senders.values()) == sum(one[name] for one in expected.values())
        assert replies_of(read(parts, rng, Wanted(delivered=False, senders=False))) == expected_replies(reference)
