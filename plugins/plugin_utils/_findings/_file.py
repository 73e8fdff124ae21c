# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""findings.json a finding at a time: that of a fleet takes a gigabyte when it is read at once.

A finding a line: first what is its own, then the words of knowledge, which a fleet's thousands share with each other.
These are half of the file and more, so they are written, held and read once.
"""

from __future__ import annotations

import functools
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import json_text

Data = t.Mapping[str, t.Any]

_WORDS = ("remedy", "counterpart", "explanation", "next_steps", "avoid", "how_long", "sources")
_ABSENT = object()
# Nothing of a finding's own has it: names and numbers that come from outside are no objects.
_WORDS_BEGIN = f', "{_WORDS[0]}": {{'.encode()
# Everything else is in the first line, then the findings follow, then the end.
_BEGIN, _END = b'"findings": [', b"]}"


class Line(t.NamedTuple):
    """The JSON of a finding in two parts, which are one when they are put together."""

    own: bytes
    words: bytes

    @property
    def json(self) -> bytes:
        return self.own + self.words

    def read(self) -> Data:
        """Return the finding; its words are held together with others', so nobody may change them."""
        own: dict[str, t.Any] = json.loads(f"{self.own.decode()}}}")
        own.update(words_of(self.words))
        return own


@functools.lru_cache(maxsize=4096)
def words_of(words: bytes) -> Data:
    """Return what the second part of a line says."""
    said: Data = json.loads(b"{" + words.lstrip(b", "))
    return said


class FindingsFile(t.NamedTuple):
    """What else the file says, and its findings."""

    head: dict[str, t.Any]
    findings: t.Iterator[Line]


def read(path: Path) -> FindingsFile:
    """Open the file; however it is laid out, it gives the same.

    :raises OSError: it cannot be read
    :raises ValueError: it is no JSON
    """
    with path.open("rb") as file:
        first = file.readline()
        if not first.rstrip().endswith(_BEGIN):
            whole = json.loads(first + file.read())
            return FindingsFile(whole, lines(whole.pop("findings")))
    return FindingsFile(json.loads(first.rstrip() + _END), _lines(path))


def _lines(path: Path) -> t.Iterator[Line]:
    known: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        file.readline()
        for line in file:
            text = line.strip().removesuffix(b",")
            if text == _END:
                return
            own, begin, rest = text.partition(_WORDS_BEGIN)
            words = begin + rest
            yield Line(own, known.setdefault(words, words)) if begin else Line(text[:-1], b"}")
    raise ValueError(f"{path} ends too early")


def lines(findings: t.Iterable[Data]) -> t.Iterator[Line]:
    """Yield the JSON of findings; words that are the same objects are written out once."""
    known: dict[tuple[int, ...], tuple[t.Any, bytes]] = {}
    for finding in findings:
        own = dict(finding)
        words = [own.pop(name, _ABSENT) for name in _WORDS]
        which = tuple(map(id, words))
        if which not in known:  # it holds them too, so that no other words get their ids
            there = {name: word for name, word in zip(_WORDS, words, strict=True) if word is not _ABSENT}
            known[which] = words, _words(there)
        yield Line(json_text(own)[:-1].encode(), known[which][1])


def _words(words: Data) -> bytes:
    return f", {json_text(words)[1:]}".encode() if words else b"}"


def changed(words: bytes, **changes: t.Any) -> bytes:
    """Return the second part of a line with some of its words changed."""
    return _words({**words_of(words), **changes})


def dumped(result: Data) -> t.Iterator[bytes]:
    """Yield findings.json in pieces: a fleet's is large, and lines can be compared."""
    yield f'{{"schema": {result["schema"]}'.encode()
    for name in filter(result.__contains__, ("notes", "addresses", "domains", "helo", "rates")):
        yield f', "{name}": {json_text(result[name])}'.encode()
    yield b', "findings": ['
    for number, line in enumerate(lines(result["findings"])):
        yield b",\n" if number else b"\n"
        yield from line
    yield b"\n]}\n"
