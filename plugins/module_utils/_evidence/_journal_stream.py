# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A journal as a stream of log lines: what C(journalctl -o json) or C(-o export) writes, or has written to a file."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _streams
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Entry, Lines, Trust

_LONGEST = 1 << 22  # no entry of a mail log is so long; a file of another kind may be
_WANTED = frozenset(b"MESSAGE SYSLOG_IDENTIFIER SYSLOG_PID _COMM _EXE _HOSTNAME _PID _UID __REALTIME_TIMESTAMP".split())

Parser = t.Callable[[bytes, bool], t.Tuple[t.List[Entry], int, int]]


class Journal(_streams.Refilled):
    """The lines of the entries that Postfix wrote."""

    def __init__(self, source: t.Any, parse: Parser, trust: Trust) -> None:
        super().__init__(source)
        self._parse = parse
        self._trust = trust
        self._lines = Lines()
        self._unparsed = 0
        self.entries = 0

    def _refill(self) -> None:
        self._read_on()
        entries, used, unparsed = self._parse(self._pending, self._ended)
        self._pending = self._pending[used:]
        if len(self._pending) > _LONGEST:
            self._pending = b""
            unparsed += 1
        self._unparsed += unparsed
        lines = []
        for entry in entries:
            line = self._lines.of(entry)
            if line is not None and self._trust.holds(entry):
                lines.append(line)
        self.entries += len(entries)
        self._ready = b"".join(line + b"\n" for line in lines)
        if self._ended and self._unparsed:
            self.notes.append(f"{self._unparsed} entries of the journal could not be read")

    def close(self) -> None:
        self._source.close()


def parse_json(data: bytes, at_end: bool) -> tuple[list[Entry], int, int]:
    """Return the entries of whole lines, how many bytes they take, and how many lines were none."""
    used = len(data) if at_end else data.rfind(b"\n") + 1
    entries: list[Entry] = []
    unparsed = 0
    for line in data[:used].split(b"\n"):
        if line.strip():
            try:
                entry = json.loads(line.decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                entry = None
            if isinstance(entry, dict):
                entries.append(entry)
            else:
                unparsed += 1
    return entries, used, unparsed


def parse_export(data: bytes, at_end: bool) -> tuple[list[Entry], int, int]:
    """The same for the export format: C(NAME=text), or the name, a length of 8 bytes and any bytes; then a blank line.

    https://systemd.io/JOURNAL_EXPORT_FORMATS/
    """
    entries: list[Entry] = []
    entry: dict[str, t.Any] = {}
    begin = used = unparsed = 0
    while True:
        end = data.find(b"\n", begin)
        if end < 0 and not (at_end and begin < len(data)):
            break
        name, equals, value = data[begin : end if end >= 0 else len(data)].partition(b"=")
        begin = end + 1 if end >= 0 else len(data)
        if name and not equals:
            size = int.from_bytes(data[begin : begin + 8], "little")
            value, begin = data[begin + 8 : begin + 8 + size], begin + 8 + size + 1
            if begin > len(data):
                unparsed += at_end
                break
        if not name:
            _finish(entries, entry)
            entry, used = {}, begin
        elif name in _WANTED:
            text = value if name == b"MESSAGE" else value.decode("utf-8", "replace")
            entry.setdefault(name.decode("ascii"), text)
    if at_end:
        _finish(entries, entry)
        used = len(data)
    return entries, used, unparsed


def _finish(entries: list[Entry], entry: Entry) -> None:
    if entry:
        entries.append(entry)


def parser_of(head: bytes) -> Parser | None:
    """Tell by its beginning whether a file holds entries as journalctl writes them."""
    if head.startswith(b"{") and b'"__REALTIME_TIMESTAMP"' in head:
        return parse_json
    if head.startswith((b"__CURSOR=", b"__REALTIME_TIMESTAMP=")) and b"\n__REALTIME_TIMESTAMP=" in b"\n" + head:
        return parse_export
    return None
