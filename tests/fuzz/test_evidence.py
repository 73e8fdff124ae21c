# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No bytes and no mutilated line make the engine fail, and what it counts adds up."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _render, _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import MODES, Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import LINE_OUTCOMES
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._rewritten import Rewritten
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import Bytes
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.log_maker import LogMaker

BEGIN = 1795500000
# 2,000 in make test, 200,000 in make nightly.
many = settings(max_examples=10 * settings.default.max_examples)
BITS = [b"\n", b"\0", b"\xff", b"(", b")", b"<", b">", b"[", b"]", b'"', b"@", b"status=", b"(in reply to ", b" said: "]
windows = st.builds(
    Window, st.none() | st.integers(BEGIN - 10, BEGIN + 9000), st.none() | st.integers(BEGIN, BEGIN + 9000)
)
wants = st.builds(
    Wanted,
    window=st.just(Window()) | windows,
    delivered=st.booleans(),
    senders=st.booleans(),
    lost_mail=st.booleans(),
    max_groups=st.integers(1, 5),
    proofs=st.sampled_from([(), (".com", ".net")]),
)


@many
@given(st.binary(max_size=300), wants, st.integers(1, 200), st.booleans())
def test_any_bytes_are_read(data: bytes, wanted: Wanted, size: int, rewritten: bool) -> None:
    _check(data, wanted, size, rewritten)


@many
@given(st.integers(0, 2**32), wants, st.integers(1, 9000), st.booleans(), st.sampled_from(MODES))
def test_mutilated_lines_are_read(seed: int, wanted: Wanted, size: int, rewritten: bool, mode: str) -> None:
    rng = random.Random(seed)
    data = bytearray(b"\n".join(LogMaker(seed, at=BEGIN).make(3)))
    for _line in range(rng.randrange(12)):
        place = rng.randrange(len(data))
        if rng.random() < 0.5:
            data[place : place + rng.choice([0, 1, 1, 30])] = rng.choice(BITS)
        else:
            other = rng.randrange(len(data))
            data[place:place] = data[other : other + rng.randrange(60)]
    _check(bytes(data), wanted, size, rewritten, mode)


def _check(data: bytes, wanted: Wanted, size: int, rewritten: bool, mode: str = "domains") -> None:
    stream = Rewritten(Bytes(data, [size])) if rewritten else Bytes(data, [size])
    sums = _stretches.read_stream(stream, Clock(BEGIN + 10**6), wanted, ordered=False).sums
    lines = [sum(group.outcomes.get(name, 0) for name in LINE_OUTCOMES) for group in sums.replies.groups.values()]
    assert sums.matched == sum(lines) + sums.replies.dropped_lines + sums.expired_messages
    privacy = Privacy(mode)
    replies = _render.replies(sums, privacy)
    assert len(replies) <= wanted.max_groups
    for reply in replies:
        assert len(reply["samples"]) <= 3
        assert reply["first_at"] <= reply["last_at"]
        assert reply["recipients"] == sum(reply["recipient_domains"].values()) or mode == "none"
    assert all(one["count"] > 0 for one in _render.delivered(sums, privacy))
    assert all(one["messages"] > 0 for one in _render.top_senders(sums, privacy))
    for row in _render.lost(sums, Privacy("none")):
        assert {row["sender"], row["recipient"]} <= {"*", "<>", "", None}
