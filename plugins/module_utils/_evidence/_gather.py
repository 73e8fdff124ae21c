# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""All evidence of one host. A source that fails is a note; the others tell what they know."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _files, _render, _stretches
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import parse_moment, rfc3339
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window

SCHEMA = 1
_SOURCE: dict[str, t.Any] = {
    "path": None,
    "kind": "file",
    "bytes_read": 0,
    "first_at": None,
    "last_at": None,
    "notes": [],
}


class Request(t.NamedTuple):
    """The options of M(postmaster.delist.bounce_info)."""

    paths: t.Sequence[str] = ()
    rotated: bool = True
    since: str | None = None
    until: str | None = None
    delivered: bool = True
    senders: bool = True
    lost_mail: bool = False
    recipients: str = "domains"
    max_groups: int = 2_000
    host: str = "localhost"

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> Request:
        return cls(**{name: options[name] for name in cls._fields if options.get(name) is not None})


class NothingRead(Exception):
    """Not one source could be read; C(evidence) says of each why."""

    def __init__(self, message: str, evidence: dict[str, t.Any]) -> None:
        super().__init__(message)
        self.evidence = evidence


def gather(request: Request, *, now: float | None = None) -> dict[str, t.Any]:
    """Return the evidence of this host."""
    now = time.time() if now is None else now
    window = Window(*(None if text is None else parse_moment(text, now=now) for text in (request.since, request.until)))
    wanted = Wanted(
        window=window,
        delivered=request.delivered,
        senders=request.senders,
        lost_mail=request.lost_mail,
        max_groups=request.max_groups,
    )
    stretches, idle, problems = _plan(request, window, now)
    sources = [*map(_unread, problems), *map(_unread, idle)]
    sums = Sums(wanted.max_groups, lost_mail=wanted.lost_mail)
    for stretch in sorted(stretches, key=lambda one: one.first_at):
        result = _stretches.read(stretch, wanted)
        sums.update(result.sums)
        sources.append(_source(stretch.file.path, result))
    evidence = _evidence(request, window, sources, sums)
    if not stretches and not idle:
        raise NothingRead("No mail log could be read: " + "; ".join(_tried(sources)), evidence)
    return evidence


def _plan(
    request: Request, window: Window, now: float
) -> tuple[list[_stretches.Stretch], list[_files.Problem], list[_files.Problem]]:
    """Return what to read, the files with nothing within the window, and those that cannot be read."""
    files, problems = _files.find(request.paths or _files.DEFAULTS, rotated=request.rotated)
    stretches, idle = [], []
    for file in files:
        try:
            stretch = _stretches.plan(file, window, now=now)
        except OSError as error:
            problems.append(_files.Problem(file.path, _files.why(error)))
        except _stretches.Unusable as error:
            problems.append(_files.Problem(file.path, str(error)))
        else:
            if stretch:
                stretches.append(stretch)
            else:
                idle.append(_files.Problem(file.path, "nothing within the window"))
    return stretches, idle, problems


def _tried(sources: list[dict[str, t.Any]]) -> list[str]:
    return [f"{source['path']}: {note}" for source in sources for note in source["notes"]]


def _unread(problem: _files.Problem) -> dict[str, t.Any]:
    return {**_SOURCE, "path": problem.path, "notes": [problem.note]}


def _source(path: str, result: _stretches.Result) -> dict[str, t.Any]:
    return {
        **_SOURCE,
        "path": path,
        "bytes_read": result.bytes_read,
        "first_at": _stamp(result.sums.first_at),
        "last_at": _stamp(result.sums.last_at),
        "notes": result.notes,
    }


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)


def _evidence(request: Request, window: Window, sources: list[dict[str, t.Any]], sums: Sums) -> dict[str, t.Any]:
    privacy = Privacy(request.recipients)
    return {
        "schema": SCHEMA,
        "host": request.host,
        "window": {"since": _stamp(window.since), "until": _stamp(window.until)},
        "sources": sources,
        "replies": _render.replies(sums, privacy),
        "delivered": _render.delivered(sums) if request.delivered else None,
        "top_senders": _render.top_senders(sums, privacy) if request.senders else None,
        "lost": _render.lost(sums, privacy),
        "queue": None,
        "egress": {"configured": [], "relayhost": None},
        "totals": {
            "lines_matched": sums.matched,
            "lines_unparsed": sums.unparsed,
            "bytes_read": sum(source["bytes_read"] for source in sources),
        },
    }
