# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where answers lie: mail files, Maildir, mbox. Everything is only read, never marked or moved."""

from __future__ import annotations

import mailbox
import typing as t
from pathlib import Path

# One more than the parser looks at, so that it can tell.
READ_AT_MOST = 1_000_001


class SourceError(Exception):
    """A mailbox cannot be read."""


class Mail(t.NamedTuple):
    """A mail as it lies there, and where that is; C(data) may be cut, which the parser says."""

    source: str
    data: bytes


def in_path(path: Path, *, newest: int) -> list[Mail]:
    """Return the C(newest) mails of a file, an mbox or a Maildir.

    :raises SourceError: it cannot be read
    """
    try:
        if path.is_dir():
            return _in_maildir(path, newest)
        with path.open("rb") as file:
            start = file.read(5)
            if start != b"From ":
                return [Mail(str(path), start + file.read(READ_AT_MOST - len(start)))]
        return _in_mbox(path, newest)
    except OSError as exc:
        raise SourceError(f"The answers in {path} cannot be read: {exc.strerror or exc}") from None


def _in_maildir(path: Path, newest: int) -> list[Mail]:
    if not (path / "cur").is_dir() or not (path / "new").is_dir():
        raise SourceError(f"{path} is no Maildir (a folder with cur and new), no mbox and no mail: name one of these")
    files = [file for folder in ("new", "cur") for file in (path / folder).iterdir() if file.is_file()]
    # A mail that another program moves meanwhile is read the next time.
    latest = sorted(files, key=lambda file: (_written_at(file), file.name))[-newest:]
    return [Mail(str(file), data) for file in latest if (data := _start_of(file)) is not None]


def _in_mbox(path: Path, newest: int) -> list[Mail]:
    box = mailbox.mbox(path, create=False)
    try:
        keys = box.keys()[-newest:]
        return [Mail(f"{path}#{int(key) + 1}", box.get_bytes(key)[:READ_AT_MOST]) for key in keys]
    finally:
        box.close()


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _start_of(file: Path) -> bytes | None:
    try:
        with file.open("rb") as opened:
            return opened.read(READ_AT_MOST)
    except FileNotFoundError:
        return None
