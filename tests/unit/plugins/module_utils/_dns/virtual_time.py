# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds that pass only when asker and servers have nothing left to do: no test waits, no busy machine decides one.

Real sockets and real datagrams; only what the asker takes for the time, and for waiting, is played.
"""

from __future__ import annotations

import selectors
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns import exchange, sender, survey
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import ScriptedServer

# The kernel of a busy machine may hand a datagram on a little after it was sent.
_ON_THE_WAY = 0.005
_TURNS_AT_ONE_MOMENT = 10_000


class VirtualTime:
    """Takes the place of C(time) and of C(selectors) in the modules that ask."""

    EVENT_READ, EVENT_WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.turns = 0
        self._turns_now = 0
        self._servers: list[ScriptedServer] = []
        for module in (exchange, survey, sender):
            monkeypatch.setattr(module, "time", self)
        monkeypatch.setattr(exchange, "selectors", self)

    def monotonic(self) -> float:
        return self.now

    def DefaultSelector(self) -> selectors.BaseSelector:
        return _Selector(self)

    def server(self, *, tcp: bool = True) -> ScriptedServer:
        self._servers.append(ScriptedServer(tcp=tcp, clock=self.monotonic))
        return self._servers[-1]

    def serve(self, wait: float = 0.0) -> bool:
        """Let the servers do what they can do now; tell whether they did anything."""
        self.turns += 1
        self._turns_now += 1
        assert self._turns_now < _TURNS_AT_ONE_MOMENT, "the asker is busy and does nothing"
        return any(server.turn(wait) for server in self._servers)

    def pass_until(self, end: float) -> None:
        """Let time pass, until something happens or this moment has come."""
        self.now = min([end, *(server.next_due for server in self._servers)])
        self._turns_now = 0


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._time = time

    def select(self, timeout: float | None = None) -> t.Any:
        end = self._time.now + (timeout or 0.0)
        while True:
            while self._time.serve():
                pass
            events = super().select(0)
            if events or self._time.now >= end:
                return events
            if not self._time.serve(_ON_THE_WAY):
                self._time.pass_until(end)
