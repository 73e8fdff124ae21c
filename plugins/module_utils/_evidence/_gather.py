# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""All evidence of one host. A source that fails is a note; the others tell what they know."""

from __future__ import annotations

import contextlib
import gc
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils import _syslog
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import (
    _egress,
    _postfix,
    _proofs,
    _reading,
    _render,
    _side_by_side,
    _sources,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import parse_moment, rfc3339
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Missing, Programs, Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._reading import Source
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._window import Window

SCHEMA = 1


class Request(t.NamedTuple):
    """The options of M(postmaster.delist.bounce_info)."""

    paths: t.Sequence[str] = ()
    rotated: bool = True
    journal: str = "auto"
    journal_directory: str | None = None
    queue: bool = True
    egress: t.Sequence[str] = (_egress.AUTO,)
    config_directory: str | None = None
    since: str | None = None
    until: str | None = None
    delivered: bool = True
    senders: bool = True
    lost_mail: bool = False
    recipients: str = "domains"
    max_groups: int = 2_000
    max_bytes: int | None = None
    max_seconds: float | None = None
    proofs: t.Sequence[str] = ()
    lint: bool = False
    facts: t.Mapping[str, t.Any] = {}
    host: str = "localhost"

    @classmethod
    def of(cls, options: t.Mapping[str, t.Any]) -> Request:
        return cls(**{name: options[name] for name in cls._fields if options.get(name) is not None})

    def check(self) -> None:
        """Raise ValueError for what can never be meant."""
        _egress.check(self.egress)
        _proofs.check(self.proofs)
        for name in ("max_groups", "max_bytes", "max_seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} is {value}: expected a number above 0, or none for no limit")


class NothingRead(Exception):
    """Not one source could be read; C(evidence) says of each why."""

    def __init__(self, message: str, evidence: dict[str, t.Any]) -> None:
        super().__init__(message)
        self.evidence = evidence


def gather(request: Request, *, now: float | None = None, programs: Programs | None = None) -> dict[str, t.Any]:
    """Return the evidence of this host."""
    request.check()
    now = time.time() if now is None else now
    with _without_gc():
        return _Host(request, programs or Programs(), now).evidence()


@contextlib.contextmanager
def _without_gc() -> t.Iterator[None]:
    """Millions of tuples come and go, and no cycles: looking for these costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Host:
    def __init__(self, request: Request, programs: Programs, now: float) -> None:
        self._request = request
        self._programs = programs
        self._now = now
        self._deadline = None if request.max_seconds is None else time.monotonic() + request.max_seconds
        self._postfix = Source(request.config_directory or "postconf", "config")
        self._has_postfix = True
        self._instances = self._ask_postfix()

    def _ask_postfix(self) -> list[_postfix.Instance]:
        try:
            instances, notes = _postfix.instances(self._programs, self._request.config_directory)
        except Unusable as error:
            if self._request.config_directory:
                raise ValueError(f"config_directory {self._request.config_directory}: {error}") from error
            self._has_postfix = not isinstance(error, Missing)
            if self._has_postfix:
                self._postfix.notes[str(error)] = None
            return []
        self._postfix.notes.update(dict.fromkeys(notes))
        return instances

    def evidence(self) -> dict[str, t.Any]:
        request = self._request
        window = Window(
            *(None if text is None else parse_moment(text, now=self._now) for text in (request.since, request.until))
        )
        wanted = Wanted(
            window=window,
            delivered=request.delivered,
            senders=request.senders,
            lost_mail=request.lost_mail,
            max_groups=request.max_groups,
            proofs=tuple(request.proofs),
        )
        workers = _side_by_side.workers()
        logs = _sources.Sources(self._programs, self._instances, wanted, now=self._now)
        logs.plan(
            _sources.Asked(
                paths=request.paths,
                rotated=request.rotated,
                journal=request.journal,
                journal_directory=request.journal_directory,
                max_bytes=request.max_bytes,
                piecewise=request.max_seconds is not None,
                workers=workers,
            )
        )
        empty = Sums(wanted.max_groups, lost_mail=wanted.lost_mail)
        sums = _reading.read(logs.parts, logs.sources, empty, deadline=self._deadline, workers=workers)
        privacy = Privacy(request.recipients)
        queue, queue_source = self._queue(privacy)
        egress = _egress.find(self._programs, self._instances, _egress.check(request.egress))
        self._postfix.notes.update(dict.fromkeys(egress.notes))
        looks = self._look() if request.lint else None
        others = [
            source for source in (queue_source, self._postfix) if source.notes or (source is queue_source and queue)
        ]
        sources = [*logs.sources.values(), *others]
        evidence = {
            "schema": SCHEMA,
            "host": request.host,
            "window": {"since": _stamp(window.since), "until": _stamp(window.until)},
            "sources": [_rendered(source) for source in sorted(sources, key=_by_time)],
            "replies": _render.replies(sums, privacy),
            "delivered": _render.delivered(sums, privacy) if request.delivered else None,
            "top_senders": _render.top_senders(sums, privacy) if request.senders else None,
            "lost": _render.lost(sums, privacy),
            "queue": queue,
            "egress": {
                "configured": egress.configured,
                "relayhost": egress.relayhost,
                "by_service": egress.by_service,
            },
            "lint": looks,
            "totals": _totals(sums, logs.sources.values()),
        }
        if not logs.is_anything_read():
            raise NothingRead(self._why_nothing(logs), evidence)
        return evidence

    def _queue(self, privacy: Privacy) -> tuple[dict[str, t.Any] | None, Source]:
        source = Source("mail queue", "queue")
        if not self._request.queue or not self._instances:
            return None, source
        from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _queue

        queue = _queue.Queue(self._request.max_groups, now=self._now)
        answered = False
        for instance in self._instances:
            left = None if self._deadline is None else max(1.0, self._deadline - time.monotonic())
            try:
                queue.read(self._programs, instance, seconds=left)
                answered = True
            except Unusable as error:
                source.notes[f"{instance.config_directory}: {error}"] = None
        source.bytes_read = queue.bytes_read
        source.first_at = queue.oldest
        if queue.unparsed:
            source.notes[f"{queue.unparsed} messages could not be read"] = None
        return (queue.rendered(privacy) if answered or queue.bytes_read else None), source

    def _look(self) -> list[dict[str, t.Any]] | None:
        """Return the look over each instance; null where one cannot be read, whose old faults are not gone by that."""
        # Only an audit looks, and a host that is asked in an incident should not have to read all this.
        from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lint
        from ansible_collections.postmaster.delist.plugins.module_utils._postfix._errors import PostfixError
        from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix

        facts = _lint.Facts.of(self._request.facts)
        looks = []
        for instance in self._instances:
            try:
                looks.append(_lint.look(Postfix(instance.config_directory), facts))
            except PostfixError as error:
                self._postfix.notes[str(error)] = None
        return looks if len(looks) == len(self._instances) else None

    def _why_nothing(self, logs: _sources.Sources) -> str:
        tried = [f"{source.path}: {note}" for source in logs.sources.values() for note in source.notes]
        if self._has_postfix or tried:
            looked = [f"none of {', '.join(_syslog.PLACES)} is there"] if _syslog.PLACES[0] in logs.looked else []
            others = [place for place in logs.looked if place not in _syslog.PLACES]
            return "No mail log could be read: " + "; ".join([*tried, *looked, *others])
        return (
            f"no Postfix on this host: there is no program postconf, none of {', '.join(_syslog.PLACES)} is there, "
            "and the systemd journal has no entry of Postfix"
        )


def _rendered(source: Source) -> dict[str, t.Any]:
    return {
        "path": source.path,
        "kind": source.kind,
        "bytes_read": source.bytes_read,
        "first_at": _stamp(source.first_at),
        "last_at": _stamp(source.last_at),
        "notes": list(source.notes),
    }


def _by_time(source: Source) -> tuple[t.Any, ...]:
    """Logs in the order of time, before them what could not be read, behind them the queue."""
    return source.kind in ("queue", "config"), source.first_at or 0, source.path or ""


def _totals(sums: Sums, sources: t.Iterable[Source]) -> dict[str, int]:
    sources = list(sources)
    return {
        "lines_matched": sums.matched,
        "lines_unparsed": sums.unparsed,
        "bytes_read": sum(source.bytes_read for source in sources),
        "bytes_not_read": sum(source.bytes_not_read for source in sources),
        "groups_dropped": sums.replies.dropped_groups,
        "lines_dropped": sums.replies.dropped_lines,
    }


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
