# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.

"""What the audits of a fleet found, night by night: read in order to say what is new, and only ever appended to."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import typing as t
import uuid

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _tables as tables
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, stamp

try:
    import sqlalchemy as sa
except ImportError:
    pass  # The tables say that it is missing.

GONE = "cleared"
# Any text will do; this one never changes, so that the same run always has the same id.
_RUNS = uuid.UUID("5d2f1f54-6f0c-4f62-9d0a-6b1f3a4f2c11")

Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """One audit. C(data) is plain JSON: C(hosts) that were read, C(rates), C(baseline), C(warned)."""

    run_id: str
    at: datetime.datetime
    actor: str
    data: Data

    @property
    def key(self) -> str:
        """The same for the same run. Controllers may name their runs alike, but not for the same hosts."""
        return str(uuid.uuid5(_RUNS, json.dumps([self.run_id, stamp(self.at), sorted(self.data["hosts"])])))


class Runs:
    """The audits in an open ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._connection = ledger._connection
        self._tables = tables.tables()
        self._dry_run = ledger.dry_run

    def open_concerns(self, *, without: t.Collection[str] = ()) -> dict[str, Data]:
        """Return each concern that was there when it was last looked at, as that run recorded it, by its id.

        :param without: names of runs that do not count
        """
        c, runs = self._tables.concerns.c, self._tables.runs.c
        counts = c.run.not_in(sa.select(runs.id).where(runs.run_id.in_(without)))
        newest = sa.select(c.concern, sa.func.max(c.at).label("at")).where(counts).group_by(c.concern).subquery()
        query = (
            sa.select(c.concern, c.data)
            .join(newest, sa.and_(c.concern == newest.c.concern, c.at == newest.c.at))
            .where(c.state != GONE, counts)
            .order_by(c.concern, c.run)
        )
        return {row.concern: json.loads(row.data) for row in self._rows(query)}

    def runs(self, *, since: datetime.datetime, without: t.Collection[str] = ()) -> list[Run]:
        """Return the audits since a moment, the newest first, but for those of these names."""
        c = self._tables.runs.c
        query = (
            sa.select(self._tables.runs)
            .where(c.at >= stamp(since), c.run_id.not_in(without))
            .order_by(c.at.desc(), c.id)
        )
        return [
            Run(
                run_id=row.run_id,
                at=datetime.datetime.fromisoformat(row.at),
                actor=row.actor,
                data=json.loads(row.data),
            )
            for row in self._rows(query)
        ]

    def remember(self, run: Run, concerns: t.Iterable[Data]) -> bool:
        """Append an audit and what it found, and tell whether that was news: the same run is kept once."""
        rows = [
            {
                "run": run.key,
                "concern": concern["id"],
                "at": stamp(run.at),
                "state": concern["state"],
                "data": _json(concern),
            }
            for concern in concerns
        ]
        runs = self._tables.runs
        with self._writing():
            if not self._exists():
                return True
            if self._connection.scalar(sa.select(runs.c.id).where(runs.c.id == run.key)) is not None:
                return False
            self._connection.execute(
                sa.insert(runs).values(
                    id=run.key, run_id=run.run_id, at=stamp(run.at), actor=run.actor, data=_json(run.data)
                )
            )
            if rows:
                self._connection.execute(sa.insert(self._tables.concerns), rows)
            return True

    def _rows(self, query: sa.Select[t.Any]) -> t.Sequence[sa.Row[t.Any]]:
        with self._connection.begin():
            if not self._exists():
                return []
            return self._connection.execute(query).all()

    def _exists(self) -> bool:
        """Tell whether there is a place for audits: a dry run leaves a ledger of version 1 as it is."""
        return bool(sa.inspect(self._connection).has_table(self._tables.runs.name))

    @contextlib.contextmanager
    def _writing(self) -> t.Iterator[None]:
        with self._connection.begin() as transaction:
            yield
            if self._dry_run:
                transaction.rollback()


def _json(data: Data) -> str:
    return json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
