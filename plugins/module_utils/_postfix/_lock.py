# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One at a time: a lock on an instance's configuration that says who holds it and since when.

The kernel holds the lock, so it ends with its owner, however that ends; the note beside it is only for people.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import fcntl
import json
import os
import pwd
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import Locked, PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix

NOTE = "lock.json"


@contextlib.contextmanager
def hold(postfix: Postfix, who: str | None = None) -> t.Iterator[None]:
    """Keep everybody else from changing this instance.

    :raises Locked: somebody is at it
    """
    directory = os.open(postfix.config_directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN):
                raise
            raise Locked(
                f"{postfix.config_directory} is being changed {_holder(postfix)}: "
                "wait for the end of that run, then try again"
            ) from None
        _leave_note(postfix, who or operator())
        try:
            yield
        finally:
            _take_note_away(postfix)
    finally:
        os.close(directory)


def operator() -> str:
    """Return who this is, as well as a host can tell."""
    name = os.environ.get("SUDO_USER") or _login_name() or _name(os.getuid())
    came_from = (os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_CLIENT") or "").split(" ")[0]
    return f"{name} from {came_from}" if came_from else name


def now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _login_name() -> str | None:
    try:
        with open("/proc/self/loginuid", encoding="ascii") as file:
            uid = int(file.read())
    except (OSError, ValueError):
        return None
    return _name(uid) if uid != 0xFFFFFFFF else None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _leave_note(postfix: Postfix, who: str) -> None:
    try:
        os.makedirs(postfix.own_directory, mode=0o700, exist_ok=True)
        with open(postfix.own(NOTE), "w", encoding="utf-8") as file:
            json.dump({"who": who, "at": now(), "pid": os.getpid()}, file)
    except OSError as error:
        _take_note_away(postfix)
        raise PostfixError(
            f"{postfix.config_directory} cannot be written ({error.strerror}): "
            "the change needs root, and a file system with room that is not read-only"
        ) from None


def _take_note_away(postfix: Postfix) -> None:
    for remove, path in ((os.unlink, postfix.own(NOTE)), (os.rmdir, postfix.own_directory)):
        try:
            remove(path)
        except OSError:
            pass  # the folder goes when nothing of ours is left in it


def _holder(postfix: Postfix) -> str:
    try:
        with open(postfix.own(NOTE), encoding="utf-8") as file:
            note = json.load(file)
        return f"by {note['who']} since {note['at']} (process {note['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "by somebody else"
