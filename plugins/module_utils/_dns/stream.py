# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One DNS question over TCP, without blocking."""

from __future__ import annotations

import errno
import os
import socket

_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY})


class Stream:
    """A connection that is opened, sends one question and reads one reply, a step whenever its socket is ready."""

    def __init__(self, address: tuple[str, int], wire: bytes, deadline: float) -> None:
        """:raises OSError: no connection can be opened"""
        self.deadline = deadline
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        self._unsent = len(wire).to_bytes(2, "big") + wire
        self._read = bytearray()
        problem = self.socket.connect_ex(address)
        if problem and problem not in _UNDER_WAY:
            self.socket.close()
            raise OSError(problem, os.strerror(problem))

    @property
    def sent(self) -> bool:
        return not self._unsent

    def advance(self) -> bytes | None:
        """Send or read what is possible now; return the reply when it is whole.

        :raises OSError: the connection failed or ended early
        """
        try:
            if self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
                return None
            part = self.socket.recv(65535)
        except BlockingIOError:
            return None
        if not part:
            raise ConnectionError("closed before the reply was whole")
        self._read += part
        length = int.from_bytes(self._read[:2], "big")
        if len(self._read) < 2 or len(self._read) < 2 + length:
            return None
        return bytes(self._read[2 : 2 + length])

    def close(self) -> None:
        self.socket.close()
