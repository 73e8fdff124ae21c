# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A question, where questions come from, and the socket through which one is asked."""

from __future__ import annotations

import os
import socket
import typing as t

_RECEIVE_BUFFER = 1 << 20
_IDS_AT_ONCE = 2048

# Header behind the id: recursion desired, one question, and in the second one additional record: EDNS with 1232 octets.
_HEADER, _HEADER_EDNS = b"\1\0\0\1\0\0\0\0\0\0", b"\1\0\0\1\0\0\0\0\0\1"
_EDNS = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


class Question:
    """One question. C(section) is its wire form; C(tag) belongs to whoever asks."""

    __slots__ = ("_edns", "attempt", "id", "port", "section", "started", "tag")

    def __init__(self, section: bytes, tag: t.Any = None, edns: bool = False) -> None:
        self.section = section
        self.tag = tag
        self.attempt = 0
        self.started = 0.0
        self.port: Port | None = None
        self.id = b""
        self._edns = edns

    def wire(self) -> bytes:
        if self._edns:
            return self.id + _HEADER_EDNS + self.section + _EDNS
        return self.id + _HEADER + self.section


class Feed:
    """Where questions come from: here from an iterable, as fast as they are wanted."""

    def __init__(self, questions: t.Iterable[Question]) -> None:
        self._questions = iter(questions)

    def take(self, now: float) -> Question | None:
        """Return the next question that may be asked now, or None."""
        return next(self._questions, None)

    def wait(self, now: float) -> float | None:
        """After a None: return the seconds until there may be one again, or None when there is no more."""
        return None


class Port:
    """One connected socket, and what is being asked through it."""

    __slots__ = ("asking", "server", "socket")

    def __init__(self, server: int, address: tuple[str, int]) -> None:
        self.server = server
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        self.socket.connect(address)
        self.asking: dict[bytes, Question] = {}

    def send(self, wire: bytes) -> None:
        try:
            self.socket.send(wire)
        except OSError:
            # A full buffer or a refusing host: as good as lost, and so asked again.
            pass


def random_ids() -> t.Iterator[bytes]:
    """Yield ids that nobody can guess."""
    while True:
        numbers = os.urandom(2 * _IDS_AT_ONCE)
        yield from (numbers[place : place + 2] for place in range(0, len(numbers), 2))
