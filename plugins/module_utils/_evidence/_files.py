# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Log files by name or glob, with their rotated siblings, each once."""

from __future__ import annotations

import glob
import os
import re
import stat
import typing as t

# mail.log.1, mail.log.2.gz, maillog.0.bz2, mail-20261124.xz, postfix.log.20261124-010203.gz
_ROTATED = re.compile(r"[.-]\d{1,8}(?:-\d{1,8})?(?P<packed>\.(?:gz|bz2|xz|zst))?\Z")
NOT_FOUND = "not found"


class LogFile(t.NamedTuple):
    """A file that can be read."""

    path: str
    size: int
    mtime: float
    identity: tuple[int, int] = (0, 0)  # device and inode: a file keeps them when it is renamed


class Problem(t.NamedTuple):
    """A file that cannot, and why."""

    path: str
    note: str


def find(paths: t.Sequence[str], *, rotated: bool) -> tuple[list[LogFile], list[Problem]]:
    """Return the files that globs name, with their rotated siblings, each once; and what was named in vain."""
    problems = []
    names: dict[str, None] = {}
    for path in paths:
        matches = sorted(glob.glob(path)) or ([path] if os.path.lexists(path) else [])
        if not matches and rotated:
            matches = _siblings(path)  # just rotated, and nothing has been written since
        if not matches:
            problems.append(Problem(path, _why_missing(path)))
        for match in matches:
            names.update(dict.fromkeys([match, *(_siblings(match) if rotated else [])]))
    files: dict[tuple[int, int], LogFile] = {}
    for name in names:
        if _is_packed_twin(name, names):
            continue
        try:
            status = os.stat(name)
        except OSError as error:
            problems.append(Problem(name, why(error)))
            continue
        if not stat.S_ISREG(status.st_mode):
            problems.append(Problem(name, "not a regular file: not read"))
            continue
        identity = (status.st_dev, status.st_ino)
        files.setdefault(identity, LogFile(name, status.st_size, status.st_mtime, identity))
    return list(files.values()), problems


def where_now(file: LogFile) -> str:
    """Return where a file is that may have been rotated since it was found."""
    for name in [file.path, *_siblings(file.path)]:
        try:
            status = os.stat(name)
        except OSError:
            continue
        if (status.st_dev, status.st_ino) == file.identity:
            return name
    return file.path


def why(error: OSError) -> str:
    """Say why a file cannot be read, and what helps."""
    if isinstance(error, PermissionError):
        return "permission denied: run with become (ansible-playbook -b)"
    if isinstance(error, FileNotFoundError):
        return "not found: it vanished while being looked for"
    return error.strerror or str(error)


def _why_missing(path: str) -> str:
    folder = os.path.dirname(path) or "."
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
        return f"no permission to look into {folder}: run with become (ansible-playbook -b)"
    return NOT_FOUND


def _siblings(path: str) -> list[str]:
    return [name for name in sorted(glob.glob(glob.escape(path) + "[.-]*")) if _ROTATED.match(name[len(path) :])]


def _is_packed_twin(name: str, names: t.Container[str]) -> bool:
    """While logrotate compresses a file, both are there."""
    packed = re.search(r"\.(?:gz|bz2|xz|zst)\Z", name)
    return bool(packed) and name[: packed.start()] in names  # type: ignore[union-attr]
