# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Files that hold a journal: journald's own, or the text that C(journalctl -o export) and C(-o json) write."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _streams, _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import Clock
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._files import LogFile
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_stream import (
    Journal,
    Parser,
    parser_of,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted

BINARY = "binary"
TEXT = "text"
_MAGIC = b"LPKSHHRH"
_HEAD = 1 << 16


def kind_of(file: LogFile) -> str | None:
    """Return C(BINARY), C(TEXT), or None for a file that is no journal."""
    head = _head(file)
    if head.startswith(_MAGIC):
        return BINARY
    return TEXT if parser_of(head) else None


def _head(file: LogFile) -> bytes:
    with open(file.path, "rb", buffering=0) as opened:
        head = opened.read(_HEAD) or b""
        packed = _streams.compression(head)
        if not packed:
            return head
        opened.seek(0)
        buffer = bytearray(_HEAD)
        with _streams.open_archive(opened, packed) as stream:
            return bytes(buffer[: stream.readinto1(memoryview(buffer))])


def reader(file: LogFile, wanted: Wanted) -> t.Callable[[float | None], _stretches.Result]:
    """Return what reads a journal that somebody has written to a text file; of which host, nobody knows."""

    def read(deadline: float | None) -> _stretches.Result:
        parse = t.cast(Parser, parser_of(_head(file)))
        trust = Trust()
        with open(file.path, "rb", buffering=0) as opened:
            packed = _streams.compression(opened.read(8) or b"")
            opened.seek(0)
            source = _streams.open_archive(opened, packed) if packed else _streams.PlainFile(opened, 0, file.size)
            with Journal(source, parse, trust) as stream:
                result = _stretches.read_stream(stream, Clock(file.mtime), wanted, ordered=False, deadline=deadline)
        return result._replace(notes=[*result.notes, *trust.notes()])

    return read
