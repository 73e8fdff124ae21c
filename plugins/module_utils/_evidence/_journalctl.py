# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Asks journalctl(1) for what Postfix wrote: chosen by identifier, never by unit.

A unit would miss what is logged by transports with a name of their own, and by Postfix started otherwise.
"""

from __future__ import annotations

import glob
import json
import os
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _streams
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_entry import (
    FIELDS,
    IDENTIFIER,
    Trust,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._journal_stream import Journal, parse_json
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Programs, Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window

FOLDERS = ("/var/log/journal", "/run/log/journal")
_MAX_IDENTIFIERS = 200


class Span(t.NamedTuple):
    """Both ends are included, in microseconds since 1970; None: without that end."""

    since: int | None = None
    until: int | None = None

    @classmethod
    def of(cls, window: Window) -> Span:
        since, until = window
        return cls(None if since is None else since * 1_000_000, None if until is None else until * 1_000_000 + 999_999)


class Place(t.NamedTuple):
    """A journal: this host's (C(folder) and C(file) are None), or one that lies in a folder or a file."""

    folder: str | None = None
    file: str | None = None

    @property
    def name(self) -> str:
        return self.file or self.folder or "systemd journal"

    def options(self) -> list[str]:
        if self.file:
            return ["--file", self.file]
        return ["--directory", self.folder] if self.folder else []


def why_unreadable(folders: t.Sequence[str]) -> str | None:
    """Say why this host's journal cannot be read; None when it can."""
    files = [name for folder in folders for name in glob.glob(os.path.join(glob.escape(folder), "*", "*.journal"))]
    if any(os.access(name, os.R_OK) for name in files if os.path.basename(name).startswith("system")):
        return None
    closed = [folder for folder in folders if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK)]
    return "permission denied: run with become (ansible-playbook -b)" if files or closed else _files_missing(folders)


def _files_missing(folders: t.Sequence[str]) -> str:
    return f"not found: no journal in {' or '.join(folders)}"


class Journalctl:
    """The entries of a journal that were logged as Postfix's."""

    def __init__(self, programs: Programs, place: Place) -> None:
        self._programs = programs
        self.place = place
        self._identifiers: list[str] | None = None

    def identifiers(self) -> list[str]:
        """Return the names under which Postfix may have logged, the shortest first."""
        if self._identifiers is None:
            known = self._programs.output("journalctl", "--quiet", *self.place.options(), "--field=SYSLOG_IDENTIFIER")
            found = sorted(filter(IDENTIFIER.match, known.splitlines()), key=lambda name: (len(name), name))
            self._identifiers = found[:_MAX_IDENTIFIERS]
        return self._identifiers

    def newest_at(self) -> int | None:
        """Return the second of the newest entry."""
        moments = list(self._moments("--lines=1"))
        return moments[-1] // 1_000_000 if moments else None

    def oldest_of(self, number: int, span: Span, *, seconds: float | None = None) -> tuple[int, bool] | None:
        """Return since which microsecond there are the newest C(number) entries, and whether there are as many."""
        count, oldest = 0, None
        for moment in self._moments("--reverse", f"--lines={number}", *_within(span), seconds=seconds):
            count, oldest = count + 1, moment
        return None if oldest is None else (oldest, count >= number)

    def _moments(self, *options: str, seconds: float | None = None) -> t.Iterator[int]:
        if not self.identifiers():
            return
        for line in self._programs.lines("journalctl", *self._command(["_PID"], *options), seconds=seconds):
            try:
                yield int(json.loads(line.decode("utf-8", "replace"))["__REALTIME_TIMESTAMP"])
            except (KeyError, TypeError, ValueError):
                raise Unusable("journalctl answers something else than journal entries") from None

    def stream(self, trust: Trust, span: Span) -> Journal:
        """Return the entries of a span, in the order of time, as lines of a log."""
        options = self._command(FIELDS, "--all", *_within(span))
        return Journal(_streams.Piped([self._programs.find("journalctl"), *options]), parse_json, trust)

    def _command(self, fields: t.Sequence[str], *options: str) -> list[str]:
        return [
            "--quiet",
            "--no-pager",
            *self.place.options(),
            "--output=json",
            f"--output-fields={','.join(fields)}",
            *options,
            *(f"SYSLOG_IDENTIFIER={name}" for name in self.identifiers()),
        ]


def _within(span: Span) -> list[str]:
    ends = (("since", span.since), ("until", span.until))
    return [f"--{name}=@{at // 1_000_000}.{at % 1_000_000:06d}" for name, at in ends if at is not None]
