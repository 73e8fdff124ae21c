# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One entry of the systemd journal: who really wrote it, and how it would stand in a log file.

What an entry says of itself (SYSLOG_IDENTIFIER, MESSAGE) anybody can write, for example by logger(1). The fields that
begin with an underscore are journald's own (systemd.journal-fields(7)).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import rfc3339

FIELDS = (
    "MESSAGE",
    "SYSLOG_IDENTIFIER",
    "SYSLOG_PID",
    "_COMM",
    "_EXE",
    "_HOSTNAME",
    "_PID",
    "_UID",
)
PROGRAMS = ("smtp", "lmtp", "error", "qmgr", "oqmgr", "smtpd", "cleanup", "pickup")
IDENTIFIER = re.compile(rf"[^\s\[\]:/][^\s\[\]:]*/(?:{'|'.join(PROGRAMS)})\Z")
# On another host's journal the number of its postfix user is not known here; people's accounts begin at this one.
_FIRST_PERSON = 1000
_MAX_WRITERS = 3
_MAX_KNOWN = 1000
_NO_HOST = re.compile(r"[\s\[\]]+")

Entry = t.Mapping[str, t.Any]


class Trust:
    """Tells the entries of Postfix's own processes.

    C(uids) are those of its users, None for the journal of another host; C(folders) those of its daemons, should
    their path not tell.
    """

    def __init__(self, uids: t.Collection[int] | None = None, folders: t.Collection[str] = ()) -> None:
        self._uids = None if uids is None else frozenset(uids)
        self._folders = frozenset(folders)
        self._known: dict[tuple[str | None, str | None, str | None], bool] = {}
        self._writers: dict[str, int] = {}

    def holds(self, entry: Entry) -> bool:
        """Tell whether the kernel and journald say that Postfix wrote it; remember who else did."""
        writer = (_text(entry.get("_UID")), _text(entry.get("_COMM")), _text(entry.get("_EXE")))
        holds = self._known.get(writer)
        if holds is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            holds = self._known[writer] = self._is_postfix(*writer)
        if not holds:
            name = f"{_printable(writer[1])} of uid {_printable(writer[0])}"
            if name in self._writers or len(self._writers) < _MAX_KNOWN:
                self._writers[name] = self._writers.get(name, 0) + 1
        return holds

    def _is_postfix(self, uid: str | None, program: str | None, executable: str | None) -> bool:
        if uid is None or not _is_number(uid):
            return False
        # Postfix's daemons drop root before they speak of mail; of a process that has ended meanwhile journald knows
        # the user alone.
        known = int(uid) in self._uids if self._uids is not None else 0 < int(uid) < _FIRST_PERSON
        if not known and int(uid) != 0:
            return False
        if program not in PROGRAMS and not (program is None and known):
            return False
        folder = (executable or "").rpartition("/")[0]
        return executable is None or "postfix" in folder.split("/") or folder in self._folders

    def notes(self) -> list[str]:
        if not self._writers:
            return []
        ranked = sorted(self._writers, key=lambda writer: (-self._writers[writer], writer))
        others = ", ..." if len(ranked) > _MAX_WRITERS else ""
        writers = ", ".join(ranked[:_MAX_WRITERS]) + others
        return [f"{sum(self._writers.values())} entries not counted: written by {writers}, not by Postfix"]


class Lines:
    """Writes entries as lines of a log file; their stamps are journald's."""

    def __init__(self) -> None:
        self._second = -1
        self._stamp = ("", "")

    def of(self, entry: Entry) -> bytes | None:
        """Return the line, without its newline; None for an entry that is none of syslog's."""
        identifier, message = entry.get("SYSLOG_IDENTIFIER"), _bytes(entry.get("MESSAGE"))
        moment = str(entry.get("__REALTIME_TIMESTAMP"))
        if not isinstance(identifier, str) or not IDENTIFIER.match(identifier) or message is None:
            return None
        if not _is_number(moment) or len(moment) > 16:  # until the year 2286
            return None
        second, micro = divmod(int(moment), 1_000_000)
        if second != self._second:
            whole = rfc3339(second)
            self._second, self._stamp = second, (whole[:19], whole[19:])
        host = _NO_HOST.sub("-", str(entry.get("_HOSTNAME") or "localhost"))
        pid = str(entry.get("SYSLOG_PID") or entry.get("_PID") or "0")
        head = f"{self._stamp[0]}.{micro:06d}{self._stamp[1]} {host} {identifier}[{pid if _is_number(pid) else 0}]: "
        return head.encode("utf-8", "replace") + message.replace(b"\n", b" ")


def _text(value: t.Any) -> str | None:
    """Return a field that is one text; None where there is none, or something else."""
    return value if isinstance(value, str) else None if value is None else "?"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _bytes(value: t.Any) -> bytes | None:
    """Return a field: text, or a list of numbers where it is no UTF-8; the first of several."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    if isinstance(value, bytes):
        return value
    if isinstance(value, list) and value:
        if all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
            return bytes(value)
        return _bytes(value[0])
    return None


def _printable(value: t.Any) -> str:
    return re.sub(r"[^A-Za-z0-9._+-]", "?", str(value if value is not None else "unknown"))[:40]
