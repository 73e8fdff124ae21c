# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine on bytes in memory."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._streams import Closing
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted

NOW = 1795521600 + 6 * 86400  # 2026-11-30T12:00:00Z
ALL = Wanted(delivered=True, senders=True, lost_mail=True)


class Bytes(Closing):
    """A stream that gives as many bytes at a time as C(sizes) says, the last size again and again."""

    def __init__(self, data: bytes, sizes: t.Sequence[int] = (1 << 20,)) -> None:
        self.data = data
        self.sizes = list(sizes)
        self.bytes_read = 0
        self.notes: list[str] = []

    def readinto1(self, buffer: memoryview) -> int:
        wanted = self.sizes.pop(0) if len(self.sizes) > 1 else self.sizes[0]
        size = min(len(buffer), len(self.data) - self.bytes_read, wanted)
        buffer[:size] = self.data[self.bytes_read : self.bytes_read + size]
        self.bytes_read += size
        return size


def sums_of(data: bytes, wanted: Wanted = ALL, *, now: float = NOW) -> Sums:
    return _stretches.read_stream(Bytes(data), Clock(now), wanted).sums
