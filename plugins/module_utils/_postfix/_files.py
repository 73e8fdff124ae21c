# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Files replaced whole or not at all, and put back as the very same files.

What a file is (owner, mode, label, the link that leads to it) stays. All that needs room on the disk happens in
C(prepare); from then on there is only renaming. The names of the helpers are fixed, so that a later run finds what a
killed one left.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
import typing as t

_NEXT = ".postmaster-delist.next"
_BEFORE = ".postmaster-delist.before"
_COOL_AFTER = 3
_LABEL = "security.selinux"
_HELPER = re.compile(r"\.(.+)\.postmaster-delist\.(?:next|before)[0-9]")


class Replacement:
    """One file to be written; C(mode) is for a new file, an existing one keeps its own unless told.

    C(turn) tells several replacements of one file in one change apart.
    """

    def __init__(self, path: str, data: bytes, *, mode: int | None = None, turn: int = 1) -> None:
        self.path = os.path.realpath(path)
        self._data = data
        self._mode = mode
        self.helpers = self._next, self._before = helpers(self.path, turn)
        self._existed = False
        self._is_installed = False

    def prepare(self) -> None:
        self.finish()
        try:
            with open(os.open(self._next, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(self._data)
                file.flush()
                _dress(file.fileno(), self.path, self._mode)
                cool(file.fileno())
                os.fsync(file.fileno())
        except OSError as error:
            self.finish()
            raise OSError(error.errno, error.strerror, self.path) from error

    def install(self) -> None:
        self._existed = os.path.exists(self.path)
        try:
            if self._existed:
                _link(self.path, self._before)
            os.replace(self._next, self.path)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self.path) from error
        self._is_installed = True
        sync_directory(self.path)

    def undo(self) -> None:
        """Put back what was there; after C(install) this needs no room."""
        if self._is_installed:
            if self._existed:
                os.replace(self._before, self.path)
            else:
                _unlink(self.path)
            self._is_installed = False
            sync_directory(self.path)
        self.finish()

    def finish(self) -> None:
        _unlink(self._next)
        _unlink(self._before)


class Removal:
    """One file to be removed."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._before = helpers(path)[1]
        self._is_installed = False

    def prepare(self) -> None:
        _unlink(self._before)

    def install(self) -> None:
        os.replace(self.path, self._before)
        self._is_installed = True
        sync_directory(self.path)

    def undo(self) -> None:
        if self._is_installed:
            os.replace(self._before, self.path)
            self._is_installed = False
            sync_directory(self.path)

    def finish(self) -> None:
        _unlink(self._before)


def helpers(path: str, turn: int = 1) -> tuple[str, str]:
    """Return the names beside a file that a replacement uses."""
    folder, name = os.path.split(os.path.realpath(path))
    return os.path.join(folder, f".{name}{_NEXT}{turn}"), os.path.join(folder, f".{name}{_BEFORE}{turn}")


def sweep(folder: str, name: str | None = None, *, but: t.Collection[str] = ()) -> None:
    """Remove what a run, killed or not, left beside one file of a folder, or beside all of them."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    for each in names:
        match = _HELPER.fullmatch(each)
        if match and name in (None, match.group(1)) and os.path.join(folder, each) not in but:
            _unlink(os.path.join(folder, each))


def read(path: str) -> bytes | None:
    """Return a file's content, or None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path: str, data: bytes) -> None:
    """Write a new file that only we may read, and that Postfix's programs read without waiting."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    cool(path)


def cool(file: int | str) -> None:
    """Date a file a few seconds back.

    Every program of Postfix waits up to 2 s for a configuration file that was changed just now, lest somebody is
    still writing it. Ours is renamed into its place whole.
    """
    then = time.time() - _COOL_AFTER
    os.utime(file, (then, then))


def sync_directory(path: str) -> None:
    """Make the names in the folder of C(path) outlive a power cut."""
    descriptor = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _link(path: str, name: str) -> None:
    """Give the file a second name, or, where the file system has no such thing, a copy."""
    try:
        os.link(path, name)
        return
    except OSError:
        pass
    with open(path, "rb") as source, open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read())
        file.flush()
        _dress(file.fileno(), path, None)
        os.fsync(file.fileno())


def _dress(descriptor: int, path: str, mode: int | None) -> None:
    """Give an open file the owner, mode and label of the file that it is to replace."""
    try:
        like = os.stat(path)
    except FileNotFoundError:
        if mode is not None:
            os.fchmod(descriptor, mode)
        return
    mine = os.fstat(descriptor)
    if (like.st_uid, like.st_gid) != (mine.st_uid, mine.st_gid):
        os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode) if mode is None else mode)
    _copy_label(path, descriptor)


def _copy_label(path: str, descriptor: int) -> None:
    """Give an open file the SELinux label of another, on hosts that have labels."""
    get: t.Any = getattr(os, "getxattr", None)
    if get is None:
        return
    try:
        label = get(path, _LABEL)
    except OSError:
        return  # no labels here
    if _label_of(descriptor) != label:
        os.setxattr(descriptor, _LABEL, label)


def _label_of(descriptor: int) -> bytes | None:
    try:
        return os.getxattr(descriptor, _LABEL)
    except OSError:
        return None
