# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A log in the format of RFC 5424 as a stream of lines in that of all other files."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _streams
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._blocks import MAX_LINE
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter

_READ = 1 << 18
_GUESSED = "programs' names are cut (rsyslog: parser.permitSlashInProgramName): transports cannot be told apart"


class Rewritten(_streams.Closing):
    """The lines of C(source), which its opener closes."""

    def __init__(self, source: t.Any) -> None:
        self._source = source
        self._rewriter = Rewriter(str.encode)
        self._raw = bytearray(_READ)
        self._pending = b""  # the beginning of a line
        self._ready = memoryview(b"")
        self._ended = False
        self.notes: list[str] = source.notes

    @property
    def bytes_read(self) -> int:
        return int(self._source.bytes_read)

    def readinto1(self, buffer: memoryview) -> int:
        while not self._ready and not self._ended:
            self._read()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _read(self) -> None:
        size = self._source.readinto1(memoryview(self._raw))
        self._ended = not size
        lines = self._pending + self._raw[:size]
        end = lines.rfind(b"\n") + 1
        if self._ended or len(lines) - end > MAX_LINE:  # a line too long for anybody is not waited for
            end = len(lines)
        self._pending = lines[end:]
        self._ready = memoryview(self._rewriter.rewrite(lines[:end]))
        if self._ended and self._rewriter.guessed:
            self.notes.append(_GUESSED)
