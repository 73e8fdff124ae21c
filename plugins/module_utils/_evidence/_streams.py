# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Log files as streams of bytes, plain or compressed; a stream that breaks off ends, and has a note."""

from __future__ import annotations

import importlib
import io
import subprocess
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs

_PACKED = 1 << 16
_REFILL = 1 << 18
T = t.TypeVar("T", bound="Closing")
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
_MODULES = {"gzip": "zlib", "bzip2": "bz2", "xz": "lzma"}


def compression(head: bytes) -> str | None:
    """Tell by its first bytes how a file is compressed, whatever its name."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def _decompressor(kind: str) -> tuple[t.Callable[[], t.Any], type[Exception]]:
    """Return what makes decompressors, and what they raise. Few hosts have logs of every kind: imported at need."""
    module: t.Any = importlib.import_module(_MODULES[kind])
    if kind == "gzip":
        return (lambda: module.decompressobj(wbits=31)), module.error
    if kind == "bzip2":
        return module.BZ2Decompressor, OSError
    return module.LZMADecompressor, module.LZMAError


class Closing:
    """A stream to be read within a with statement."""

    def close(self) -> None:
        """End what the stream has started; the file is its opener's."""

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Refilled(Closing):
    """What is made of another stream, a piece at a time: C(_refill) reads on, and leaves what it made in C(_ready)."""

    def __init__(self, source: t.Any) -> None:
        self._source = source
        self._raw = bytearray(_REFILL)
        self._pending = b""  # read, and nothing made of it yet
        self._ready: bytes | memoryview = b""
        self._ended = False
        self.notes: list[str] = source.notes

    @property
    def bytes_read(self) -> int:
        return int(self._source.bytes_read)

    def readinto1(self, buffer: memoryview) -> int:
        while not self._ready and not self._ended:
            self._refill()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _refill(self) -> None:
        raise NotImplementedError

    def _read_on(self) -> None:
        size = self._source.readinto1(memoryview(self._raw))
        self._ended = not size
        self._pending += self._raw[:size]


class PlainFile(Closing):
    """The bytes from C(begin) to C(end) of an open file."""

    def __init__(self, file: io.FileIO, begin: int, end: int) -> None:
        self._file = file
        self._left = end - begin
        self.bytes_read = 0
        self.notes: list[str] = []
        file.seek(begin)

    def readinto1(self, buffer: memoryview) -> int:
        size = self._file.readinto(buffer[: self._left]) or 0
        if not size and self._left:
            self.notes.append("truncated while being read")
            self._left = 0
        self._left -= size
        self.bytes_read += size
        return size


class Archive(Closing):
    """A compressed file, read by the standard library; several archives in one file are one stream."""

    def __init__(self, file: io.FileIO, kind: str) -> None:
        self._file = file
        self._kind = kind
        self._another, self._error = _decompressor(kind)
        self._decompressor = self._another()
        self._pending = b""  # read, and not decompressed yet
        self._ended = False
        self.bytes_read = 0
        self.notes: list[str] = []

    def readinto1(self, buffer: memoryview) -> int:
        while not self._ended:
            try:
                data = self._next(len(buffer))
            except (OSError, EOFError, self._error) as error:
                self._end(f"damaged: {error}")
                break
            if data:
                buffer[: len(data)] = data
                return len(data)
        return 0

    def _next(self, size: int) -> bytes:
        """Return at most C(size) bytes, maybe none."""
        if self._decompressor.eof:
            self._begin_another(self._decompressor.unused_data)
            return b""
        if not self._pending and getattr(self._decompressor, "needs_input", True):
            self._pending = self._read()
            if not self._pending:
                self._end("truncated: the compressed file ends too early")
                return b""
        data = self._decompressor.decompress(self._pending, size)
        self._pending = getattr(self._decompressor, "unconsumed_tail", b"")
        return data

    def _begin_another(self, rest: bytes) -> None:
        rest = (rest + self._pending).lstrip(b"\0")
        while not rest.strip(b"\0"):
            rest = self._read()
            if not rest:
                self._end()
                return
        if compression(rest.lstrip(b"\0")) == self._kind:
            self._decompressor = self._another()
            self._pending = rest.lstrip(b"\0")
        else:
            self._end("followed by what is no archive: not read")

    def _read(self) -> bytes:
        data = self._file.read(_PACKED) or b""
        self.bytes_read += len(data)
        return data

    def _end(self, note: str | None = None) -> None:
        self._ended = True
        self.notes += [note] if note else []


class Piped(Closing):
    """What a program of the host writes to its standard output."""

    def __init__(self, command: t.Sequence[str], stdin: io.FileIO | None = None) -> None:
        import tempfile  # as seldom wanted

        self._stdin = stdin
        self._program = command[0]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._process = subprocess.Popen(  # noqa: S603 - programs found on the host's own path
            command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors
        )
        self.bytes_read = 0
        self.notes: list[str] = []

    def readinto1(self, buffer: memoryview) -> int:
        size = t.cast(io.BufferedReader, self._process.stdout).readinto1(buffer)
        self.bytes_read = self._stdin.tell() if self._stdin else self.bytes_read + size
        if not size and self._process.wait():
            self._errors.seek(0)
            said = self._errors.read(300).decode("utf-8", "replace").strip()
            self.notes.append(f"{self._program} failed: {said or 'without a word'}")
        return size

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        t.cast(io.BufferedReader, self._process.stdout).close()
        self._errors.close()


def open_archive(file: io.FileIO, kind: str) -> Archive | Piped:
    """Read a compressed file; zstd is not in the standard library of today's hosts."""
    if kind != "zstd":
        return Archive(file, kind)
    try:
        program = Programs().find("zstd")
    except Missing:
        raise OSError("compressed by zstd, and there is no zstd program on this host: not read") from None
    return Piped([program, "-dcq"], stdin=file)
