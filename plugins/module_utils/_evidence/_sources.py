# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is read of this host's logs: files and journal, so that each line counts once."""

from __future__ import annotations

import os
import pwd
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils import _syslog
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import (
    _bounds,
    _files,
    _journal_file,
    _journal_read,
    _journalctl,
    _mail_log,
    _stretches,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import Trust
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._postfix import Instance
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs, Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._reading import WORTH_IT, Part, Source
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted

_IDLE = "nothing within the window"
# With a limit of time, so much is read before the next look at the clock decides about what is older.
_PIECE = 32 << 20
_PACKED = 7  # so many times as large as its archive a mail log is, about


class Asked(t.NamedTuple):
    """The options that choose sources."""

    paths: t.Sequence[str]
    rotated: bool
    journal: str  # auto, always, never
    journal_directory: str | None
    max_bytes: int | None
    piecewise: bool  # a limit of time is set
    workers: int


class Sources:
    """C(parts) to be read, and by its path what is known of each source."""

    def __init__(self, programs: Programs, instances: t.Sequence[Instance], wanted: Wanted, *, now: float) -> None:
        self.parts: list[Part] = []
        self.sources: dict[str, Source] = {}
        self.looked: list[str] = []  # where there was no log
        self._programs = programs
        self._instances = instances
        self._wanted = wanted
        self._now = now
        self._stretches: list[_stretches.Stretch] = []
        self._idle: list[str] = []

    def plan(self, asked: Asked) -> None:
        """Find out what to read."""
        left = asked.max_bytes
        if asked.journal_directory:
            self._read_journal(_journalctl.Place(folder=asked.journal_directory), self._wanted, left)
        if asked.paths:
            self._take(*_files.find(asked.paths, rotated=asked.rotated), left)
        if asked.journal == "always":
            self._read_own_journal(self._wanted, left)
        if not asked.paths and not asked.journal_directory:
            self._find(asked)
        self._allot(asked)
        if not self.parts:
            for path in self._idle:
                self.sources[path].notes[_IDLE] = None

    def is_anything_read(self) -> bool:
        return bool(self.parts or self._idle)

    def _find(self, asked: Asked) -> None:
        """Where Postfix itself writes a file there is no other; else syslog's, or the journal for what that lacks."""
        own = _mail_log.of_postfix(self._instances, rotated=asked.rotated)
        self._take(own.files, own.problems, asked.max_bytes)
        if self._instances and all(instance.parameters.get("maillog_file") for instance in self._instances):
            return
        if asked.journal == "always":
            return
        syslog = _mail_log.of_syslog(_syslog.PLACES, now=self._now, rotated=asked.rotated)
        self._take(syslog.files, syslog.problems, asked.max_bytes)
        if not syslog.files:
            self.looked += _syslog.PLACES
        if asked.journal == "auto":
            self._read_journal_after(syslog.spoke_at, asked.max_bytes)

    def _read_journal_after(self, spoke_at: int | None, max_bytes: int | None) -> None:
        """A syslog daemon fed by journald writes the same lines: the journal counts from where the file ends."""
        journal = _journalctl.Journalctl(self._programs, _journalctl.Place())
        try:
            unreadable = _journalctl.why_unreadable(_journalctl.FOLDERS)
            if unreadable:
                self.looked.append(f"the systemd journal ({unreadable})")
                return
            newest = journal.newest_at()
        except Missing:
            self.looked.append("the systemd journal (there is no journalctl)")
            return
        except Unusable as error:
            self._note(journal.place.name, "journal", str(error))
            return
        if newest is None:
            self.looked.append("the systemd journal (no entry of Postfix)")
            return
        if spoke_at is None:
            self._read_journal(journal.place, self._wanted, max_bytes)
        elif newest > spoke_at + _mail_log.BEHIND:
            since = max(spoke_at + 1, self._wanted.window.since or 0)
            window = self._wanted.window._replace(since=since)
            self._read_journal(journal.place, self._wanted._replace(window=window), max_bytes)

    def _read_own_journal(self, wanted: Wanted, max_bytes: int | None) -> None:
        unreadable = _journalctl.why_unreadable(_journalctl.FOLDERS)
        if unreadable:
            self._note(_journalctl.Place().name, "journal", unreadable)
        else:
            self._read_journal(_journalctl.Place(), wanted, max_bytes)

    def _read_journal(self, place: _journalctl.Place, wanted: Wanted, max_bytes: int | None) -> None:
        own = place == _journalctl.Place()
        trust = Trust(_uids(self._instances) if own else None, _daemon_folders(self._instances))
        journal = _journalctl.Journalctl(self._programs, place)
        try:
            if place.folder and not os.path.isdir(place.folder):
                raise Unusable("not found, or no folder")
            if not journal.identifiers():
                self._idle.append(place.name)
                self._note(place.name, "journal", "no entry of Postfix")
                return
        except Unusable as error:
            self._note(place.name, "journal", str(error))
            return
        reader = _journal_read.Reader(journal, trust, wanted, max_bytes=max_bytes, now=self._now)
        self._add(Part(place.name, "journal", self._now, 0, 0, 0, reader.read))

    def _take(
        self, files: t.Sequence[_files.LogFile], problems: t.Sequence[_files.Problem], max_bytes: int | None
    ) -> None:
        for problem in problems:
            self._note(problem.path, "file", problem.note)
        for file in files:
            try:
                self._look_into(file, max_bytes)
            except OSError as error:
                self._note(file.path, "file", _files.why(error))
            except _stretches.Unusable as error:
                self._note(file.path, "file", str(error))

    def _look_into(self, file: _files.LogFile, max_bytes: int | None) -> None:
        try:
            stretch = _stretches.plan(file, self._wanted.window, now=self._now)
        except _stretches.Unusable:
            kind = _journal_file.kind_of(file)
            if kind is None:
                raise
            self._look_into_journal(file, kind, max_bytes)
            return
        if stretch:
            self._stretches.append(stretch)
        else:
            self._idle.append(file.path)
            self._source(file.path, "file")

    def _look_into_journal(self, file: _files.LogFile, kind: str, max_bytes: int | None) -> None:
        if kind == _journal_file.BINARY:
            self._read_journal(_journalctl.Place(file=file.path), self._wanted, max_bytes)
        elif max_bytes is not None and file.size > max_bytes:
            self._idle.append(file.path)
            self._note(file.path, "journal", "not read: max_bytes")
            self.sources[file.path].bytes_not_read = file.size
        else:
            read = _journal_file.reader(file, self._wanted)
            self._add(Part(file.path, "journal", file.mtime, 0, file.size, file.size, read))

    def _allot(self, asked: Asked) -> None:
        shares = _bounds.allot(self._stretches, asked.max_bytes)
        sizes = [_bounds.size_of(share.stretch) for share in shares if share.stretch]
        piece = max(sum(sizes) // asked.workers, WORTH_IT // 2)
        if asked.piecewise:
            piece = _PIECE
        for whole, share in zip(self._stretches, shares):
            source = self._source(whole.file.path, "file")
            source.bytes_not_read += share.not_read
            if share.stretch is None:
                source.notes["not read: max_bytes"] = None
                self._idle.append(whole.file.path)
                continue
            if share.not_read:
                source.notes[f"its first {share.not_read} bytes not read: max_bytes"] = None
            try:
                pieces = _bounds.cut(share.stretch, piece)
            except OSError as error:
                source.notes[_files.why(error)] = None
                continue
            self.parts += [_part(one, self._wanted) for one in pieces]

    def _add(self, part: Part) -> None:
        self._source(part.path, part.kind)
        self.parts.append(part)

    def _note(self, path: str, kind: str, note: str) -> None:
        self._source(path, kind).notes[note] = None

    def _source(self, path: str, kind: str) -> Source:
        return self.sources.setdefault(path, Source(path, kind))


def _part(stretch: _stretches.Stretch, wanted: Wanted) -> Part:
    def read(deadline: float | None) -> _stretches.Result:
        path = _files.where_now(stretch.file)
        return _stretches.read(stretch._replace(file=stretch.file._replace(path=path)), wanted, deadline=deadline)

    size = _bounds.size_of(stretch)
    unpacked = size * _PACKED if stretch.packed else size
    return Part(stretch.file.path, "file", stretch.first_at, stretch.begin, size, unpacked, read)


def _uids(instances: t.Sequence[Instance]) -> set[int] | None:
    """Return the users of this host's Postfix; None where there is none (any more): its number is not known."""
    uids = set()
    for name in {instance.parameters.get("mail_owner") or "postfix" for instance in instances} or {"postfix"}:
        try:
            uids.add(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    return uids or None


def _daemon_folders(instances: t.Sequence[Instance]) -> set[str]:
    folders = {instance.parameters.get("daemon_directory", "") for instance in instances}
    return {os.path.realpath(folder) for folder in folders if folder}
