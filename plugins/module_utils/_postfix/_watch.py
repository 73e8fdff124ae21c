# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Postfix's own faults in its log since a change: what its daemons say when they cannot work.

The log is where Postfix itself writes (maillog_file), the files where distributions put it, and the journal: all that
there are are read on from where they ended. In the journal only root and Postfix's own account are believed. What the
log complained about before is not the change's fault.
"""

from __future__ import annotations

import glob
import json
import os
import pwd
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter
from ansible_collections.postmaster.delist.plugins.module_utils._syslog import PLACES

_FAULT = re.compile(
    r"(?:fatal|panic): |bad command startup|throttling|is unavailable|(?:table )?lookup (?:error|problem|failure)"
    r"|address resolver failure|skipping this rule|: table .{1,200}: (?:query|lookup) ",
    re.IGNORECASE,
)
# On a service of ours: what keeps it from logging in, or from knowing whom it talks to.
_STRICT_FAULT = re.compile(
    r"SASL authentication failed|no worthy mechs|no mechanism available|TLS engine is unavailable|TLS library problem"
    r"|certificate verification failed|Server certificate not (?:trusted|verified)|untrusted issuer"
    r"|Cannot start TLS|TLS is required, but",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?P<program>[A-Za-z0-9_./-]+)\[\d+\]: (?P<message>.*)")
# They complain to whoever called them, any user of the host.
_COMMANDS = frozenset({"postalias", "postcat", "postconf", "postdrop", "postkick", "postlock", "postlog", "postmap",
                       "postmulti", "postqueue", "postsuper", "sendmail"})  # fmt: skip
_VARIABLE = re.compile(r"[0-9]+")
_HISTORY = 512 * 1024
_MOST = 16 * 1024 * 1024
_FAULTS = 20


class Watch:
    """The logs of one instance, from C(begin) on; C(strict) are log identifiers whose logins and TLS count too."""

    def __init__(self, postfix: Postfix, paths: t.Sequence[str], *, strict: t.Sequence[str] = ()) -> None:
        self._postfix = postfix
        self._paths = list(paths)
        self._strict = tuple(strict)
        self._syslog_name = "postfix"
        self._positions: dict[str, tuple[int, int]] = {}
        self._cursor: str | None = None
        self._known: frozenset[str] = frozenset()

    @classmethod
    def of(cls, postfix: Postfix, *, log_paths: t.Sequence[str] = (), strict: t.Sequence[str] = ()) -> Watch:
        values = postfix.values("syslog_name")
        try:
            own = postfix.values("maillog_file")["maillog_file"]
        except KeyError:  # older than 3.4
            own = ""
        paths = [own] if own else [path for given in (log_paths or PLACES) for path in sorted(glob.glob(given))]
        watch = cls(postfix, paths, strict=strict)
        watch._syslog_name = values["syslog_name"] or "postfix"
        return watch

    def begin(self) -> None:
        """Remember where the logs end, and what they complain about already."""
        known: set[str] = set()
        for path in self._paths:
            try:
                with open(path, "rb") as file:
                    status = os.fstat(file.fileno())
                    file.seek(max(0, status.st_size - _HISTORY))
                    known.update(map(_normal, self._faults_in(self._lines_in(_text(file.read())))))
            except OSError:
                continue
            self._positions[path] = (status.st_ino, status.st_size)
        self._cursor = self._journal_end()
        self._known = frozenset(known)

    def lines(self) -> t.Iterator[tuple[str, str]]:
        """Yield program and message of each line since C(begin)."""
        for path in self._paths:
            yield from self._lines_in(self._new_text(path))
        if self._cursor:
            yield from self._lines_in("\n".join(self._new_journal()))

    def faults(self) -> list[str]:
        """Return what Postfix has complained about since C(begin), each complaint once."""
        found = self._faults_in(self.lines())
        once = {_normal(line): line for line in found if _normal(line) not in self._known}
        return list(once.values())[:_FAULTS]

    def _new_text(self, path: str) -> str:
        inode, position = self._positions.get(path, (0, 0))
        try:
            with open(path, "rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino == inode and status.st_size >= position:
                    file.seek(position)
                return _text(file.read(_MOST))
        except OSError:
            return ""

    def _lines_in(self, text: str) -> t.Iterator[tuple[str, str]]:
        instances = (f"{self._syslog_name}/", *(f"{name}/" for name in self._strict))
        for line in Rewriter(str).rewrite(text).splitlines():
            match = _LINE.search(line)
            if match and match.group("program").startswith(instances):
                yield match.group("program"), match.group("message")

    def _faults_in(self, lines: t.Iterable[tuple[str, str]]) -> t.Iterator[str]:
        for program, message in lines:
            is_strict = any(f"{program}/".startswith(f"{name}/") for name in self._strict)
            if program.rsplit("/", 1)[-1] in _COMMANDS:
                continue
            if _FAULT.search(message) or (is_strict and _STRICT_FAULT.search(message)):
                yield f"{program}: {message}"

    def _journal_end(self) -> str | None:
        if not os.path.isdir("/run/systemd/journal"):
            return None
        try:
            done = self._postfix.runner(["journalctl", "-q", "-n", "0", "--show-cursor"], b"", 20)
        except PostfixError:
            return None
        match = re.search(r"^-- cursor: (\S+)$", done.out, re.MULTILINE)
        return match.group(1) if match else None

    def _new_journal(self) -> t.Iterator[str]:
        command = ["journalctl", "-q", "--no-pager", "-o", "json", f"--after-cursor={self._cursor}"]
        try:
            done = self._postfix.runner(command, b"", 20)
        except PostfixError:
            return
        owners = self._trusted_uids()
        for line in done.out.splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry.get("_UID") in owners and isinstance(entry.get("MESSAGE"), str):
                yield f"{entry.get('SYSLOG_IDENTIFIER', '')}[0]: {' '.join(entry['MESSAGE'].split())}"

    def _trusted_uids(self) -> frozenset[str]:
        owner = self._postfix.values("mail_owner")["mail_owner"]
        try:
            return frozenset({"0", str(pwd.getpwnam(owner).pw_uid)})
        except KeyError:
            return frozenset({"0"})


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _normal(line: str) -> str:
    return _VARIABLE.sub("#", line)
