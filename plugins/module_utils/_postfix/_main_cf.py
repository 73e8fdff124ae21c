# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""main.cf as bytes: each parameter read and changed in its place, everything else left as it stands.

What is a logical line is Postfix's own rule: text at the beginning of a line starts one, a line that begins with a
blank continues it, and comments and empty lines do neither. Of a parameter that stands twice the last one counts.
"""

from __future__ import annotations

import re
import typing as t

_BLANK = b" \t\r\v\f"
_NAME = re.compile(rb"[ \t\r\v\f]*([^\s=]+)[ \t\r\v\f\n]*=")
_FOLD = re.compile(rb"\n[ \t\r\v\f]*")


class Entry(t.NamedTuple):
    """A parameter with all its lines (C(name) set), or lines that say nothing to Postfix."""

    name: str | None
    raw: bytes


class MainCf:
    """The entries of a main.cf; each change gives a new one."""

    def __init__(self, entries: t.Sequence[Entry]) -> None:
        self.entries = tuple(entries)

    @classmethod
    def parse(cls, data: bytes) -> MainCf:
        return cls(list(_entries(data)))

    def dump(self) -> bytes:
        return b"".join(entry.raw for entry in self.entries)

    def position(self, name: str) -> int | None:
        """Return where the parameter stands that counts."""
        found = [number for number, entry in enumerate(self.entries) if entry.name == name]
        return found[-1] if found else None

    def raw(self, name: str) -> bytes | None:
        position = self.position(name)
        return None if position is None else self.entries[position].raw

    def value(self, name: str) -> str | None:
        """Return the value as Postfix folds it, or None where the file says nothing."""
        raw = self.raw(name)
        return None if raw is None else folded(raw)

    def set(self, name: str, value: str) -> MainCf:
        return self.with_raw(name, _line(name, value))

    def prepend(self, name: str, value: str, default: str = "") -> MainCf:
        """Put C(value) before what the parameter has, which is C(default) where the file says nothing."""
        raw = self.raw(name)
        if raw is None:
            return self.with_raw(name, _line(name, f"{value}, {default}" if default else value))
        head, rest = _split(raw)
        comma = b"," if folded(raw) else b""
        space = b" " if comma and rest[:1] not in (b" ", b"\t", b"\n") else b""
        return self.with_raw(name, head + b" " + value.encode() + comma + space + rest)

    def with_raw(self, name: str, raw: bytes | None) -> MainCf:
        """Put these lines where the parameter stands, or at the end; None takes the parameter out."""
        position = self.position(name)
        if position is not None:
            return self.with_raw_at(position, raw)
        if raw is None:
            return self
        entries = list(self.entries)
        if entries and not entries[-1].raw.endswith(b"\n"):
            entries[-1] = entries[-1]._replace(raw=entries[-1].raw + b"\n")
        return MainCf([*entries, Entry(name, raw)])

    def with_raw_at(self, position: int, raw: bytes | None) -> MainCf:
        """The same for one of several entries."""
        entries = list(self.entries)
        entries[position : position + 1] = [] if raw is None else [entries[position]._replace(raw=raw)]
        return MainCf(entries)


def folded(raw: bytes) -> str:
    """Return the value of an entry on one line, without the comments inside it."""
    lines = [line for line in raw.split(b"\n") if line.strip(_BLANK) and not line.lstrip(_BLANK).startswith(b"#")]
    value = _split(b"\n".join(lines))[1]
    return _FOLD.sub(b" ", value).strip(_BLANK + b"\n").decode("utf-8", "surrogateescape")


def without(raw: bytes, value: str) -> bytes | None:
    """Return an entry without one element of its list, or None where it does not have it."""
    head, rest = _split(raw)
    element = re.compile(rb"(?<![^\s,])" + re.escape(value.encode()) + rb"(?![^\s,])(?:[ \t]*,)?[ \t]*")
    fewer, number = element.subn(b"", rest)
    if not number:
        return None
    fewer = re.sub(rb",[ \t]*(?=\n*\Z)", b"", fewer)
    return head + (b" " if fewer[:1] not in (b" ", b"\t", b"\n", b"") else b"") + fewer


def _line(name: str, value: str) -> bytes:
    return f"{name} = {value}\n".encode()


def _split(raw: bytes) -> tuple[bytes, bytes]:
    match = _NAME.match(raw)
    if match is None:
        return raw, b""
    return raw[: match.end()], raw[match.end() :]


def _entries(data: bytes) -> t.Iterator[Entry]:
    lines = data.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    start = 0
    while start < len(lines):
        end = start + 1
        if lines[start][:1] in (b"", b"\n", b"#", *(bytes([blank]) for blank in _BLANK)):
            yield Entry(None, lines[start])
            start = end
            continue
        for number in range(end, len(lines)):
            line = lines[number].strip(_BLANK + b"\n")
            if line and not line.startswith(b"#"):
                if lines[number][:1] not in (b" ", b"\t", b"\r", b"\v", b"\f"):
                    break
                end = number + 1
        raw = b"".join(lines[start:end])
        match = _NAME.match(raw)
        yield Entry(match.group(1).decode("utf-8", "surrogateescape") if match else None, raw)
        start = end
