# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Log files as streams of bytes, plain or compressed; a stream that breaks off ends, and has a note."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import shutil
import subprocess
import tempfile
import typing as t
import zlib

_READERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}
T = t.TypeVar("T", bound="Closing")
_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def compression(head: bytes) -> str | None:
    """Tell by its first bytes how a file is compressed, whatever its name."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


class Closing:
    """A stream to be read within a with statement."""

    def close(self) -> None:
        """End what the stream has started; the file is its opener's."""

    def __enter__(self: T) -> T:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


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
    """A compressed file, read by the standard library."""

    def __init__(self, file: io.FileIO, kind: str) -> None:
        self._file = file
        self._plain = t.cast(io.BufferedIOBase, _READERS[kind](file))
        self.notes: list[str] = []

    @property
    def bytes_read(self) -> int:
        return self._file.tell()

    def readinto1(self, buffer: memoryview) -> int:
        try:
            data = self._plain.read1(len(buffer))
        except EOFError:
            self.notes.append("truncated: the compressed file ends too early")
            return 0
        except (OSError, zlib.error, lzma.LZMAError) as error:
            self.notes.append(f"damaged: {error}")
            return 0
        buffer[: len(data)] = data
        return len(data)


class Piped(Closing):
    """What a program of the host writes to its standard output."""

    def __init__(self, command: t.Sequence[str], stdin: io.FileIO | None = None) -> None:
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
    program = shutil.which("zstd")
    if program is None:
        raise OSError("compressed by zstd, and there is no zstd program on this host: not read")
    return Piped([program, "-dcq"], stdin=file)
