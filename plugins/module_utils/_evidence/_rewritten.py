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

_GUESSED = "programs' names are cut (rsyslog: parser.permitSlashInProgramName): transports cannot be told apart"


class Rewritten(_streams.Refilled):
    """The lines of C(source), which its opener closes."""

    def __init__(self, source: t.Any) -> None:
        super().__init__(source)
        self._rewriter = Rewriter(str.encode)

    def _refill(self) -> None:
        self._read_on()
        lines = self._pending
        end = lines.rfind(b"\n") + 1
        if self._ended or len(lines) - end > MAX_LINE:  # a line too long for anybody is not waited for
            end = len(lines)
        self._pending = lines[end:]
        self._ready = memoryview(self._rewriter.rewrite(lines[:end]))
        if self._ended and self._rewriter.guessed:
            self.notes.append(_GUESSED)
