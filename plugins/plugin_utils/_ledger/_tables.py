# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The ledger's tables: events, and nothing else that changes. Neither database lets anybody update or delete."""

from __future__ import annotations

import functools
import os
import typing as t
from pathlib import Path

try:
    import sqlalchemy as sa

    MISSING: str | None = None
except ImportError as exc:
    MISSING = str(exc)

VERSION = 2
# An option of a connection: the transaction is going to write.
WRITES = "delist_writes"
_BUSY_SECONDS = 30
_REFUSAL = "the ledger only appends"
# What each table's triggers are named by; the events came first, and keep theirs.
_APPEND_ONLY = {"delist_events": "delist_no", "delist_runs": "delist_runs_no", "delist_concerns": "delist_concerns_no"}
_SQLITE_TRIGGERS = [
    f"CREATE TRIGGER IF NOT EXISTS {prefix}_{verb.lower()} BEFORE {verb} ON {table}"
    f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for table, prefix in _APPEND_ONLY.items()
    for verb in ("UPDATE", "DELETE")
]
_POSTGRESQL_TRIGGERS = [
    "CREATE OR REPLACE FUNCTION delist_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    *(
        statement
        for table, prefix in _APPEND_ONLY.items()
        for statement in (
            f"DROP TRIGGER IF EXISTS {prefix}_change ON {table}",
            f"CREATE TRIGGER {prefix}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION delist_refuse()",
        )
    ),
]
_TRIGGERS = {"sqlite": _SQLITE_TRIGGERS, "postgresql": _POSTGRESQL_TRIGGERS}
# One writer at a time makes the tables; any number that no other program is likely to lock.
_POSTGRESQL_LOCK = 0x64656C697374


class Unusable(Exception):
    """No ledger can be there, or not one that this version can read."""


class Tables(t.NamedTuple):
    """C(schema) has the versions that the tables went through, C(events) the cases.

    Since version 2: C(runs) has the audits of fleets, and C(concerns) what each of them found.
    """

    meta: sa.MetaData
    schema: sa.Table
    events: sa.Table
    runs: sa.Table
    concerns: sa.Table


@functools.lru_cache(maxsize=1)
def tables() -> Tables:
    """Return the tables of this version."""
    meta = sa.MetaData()
    schema = sa.Table(
        "delist_schema",
        meta,
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("since", sa.String(40), nullable=False),
    )
    events = sa.Table(
        "delist_events",
        meta,
        sa.Column("case_id", sa.String(200), primary_key=True),
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        # What the case was after each event is kept beside it: of thousands of cases, only those are read that are due.
        sa.Column("finding", sa.String(700), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("due", sa.String(40)),
        sa.Column("due_at", sa.String(40), index=True),
    )
    runs = sa.Table(
        "delist_runs",
        meta,
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("at", sa.String(40), nullable=False, index=True),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    concerns = sa.Table(
        "delist_concerns",
        meta,
        sa.Column("run", sa.String(36), primary_key=True),
        sa.Column("concern", sa.String(700), primary_key=True),
        # Of what a thousand nights have found only the last word on each concern is read.
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Index("delist_concerns_newest", "concern", "at"),
    )
    return Tables(meta, schema, events, runs, concerns)


def exists(url: str) -> bool:
    """Tell whether the tables are there.

    :raises Unusable: the URL is none, or of a database that no ledger can be in
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and not (parsed.database and Path(parsed.database).is_file()):
        return False
    with engine(url).connect() as connection:
        return bool(sa.inspect(connection).has_table(tables().schema.name))


def empty() -> sa.Engine:
    """Return an engine whose ledger has no case and is gone with its connection."""
    return _tuned(sa.make_url("sqlite://"))


def engine(url: str) -> sa.Engine:
    """Return an engine with one connection, for one task.

    :raises Unusable: the URL is none, or of a database that no ledger can be in
    """
    parsed = _parsed(url)
    name = parsed.get_backend_name()
    if name == "sqlite":
        return _sqlite(parsed)
    if name == "postgresql":
        return sa.create_engine(parsed, poolclass=sa.NullPool, connect_args={"connect_timeout": 10})
    raise Unusable(f"a ledger lies in SQLite or PostgreSQL, not in {name}: sqlite:////path or postgresql+psycopg://")


def prepare(connection: sa.Connection, now: str, *, dry_run: bool = False) -> None:
    """Make the tables, or bring those of an older version up to date; a dry run leaves an older version as it is.

    :raises Unusable: the tables were made by a newer version of the collection
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRESQL_LOCK})
    schema = tables().schema
    there = sa.inspect(connection).has_table(tables().schema.name)
    version = connection.scalar(sa.select(sa.func.max(schema.c.version))) if there else None
    if version is None or (version < VERSION and not dry_run):
        # What a later version added is tables, so making those that are missing is all there is to migrate.
        tables().meta.create_all(connection)
        for statement in _TRIGGERS[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.execute(sa.insert(schema).values(version=VERSION, since=now))
    elif version > VERSION:
        raise Unusable(
            f"the ledger is of version {version}, this collection knows {VERSION}: use a newer postmaster.delist"
        )


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        # The message would repeat the URL, and a URL can hold a password.
        raise Unusable("the ledger's URL cannot be read: sqlite:////path or postgresql+psycopg://...") from None
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise Unusable("a ledger in memory would be lost: name a file, sqlite:////path/to/ledger.sqlite3")
    path = Path(url.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made here, so that it is never readable by others, not even for a moment.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return _tuned(url)


def _tuned(url: sa.URL) -> sa.Engine:
    made = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(made, "connect")
    def _connected(connection: t.Any, _record: t.Any) -> None:
        # Transactions are begun below: the driver would begin them too late, at the first write.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(made, "begin")
    def _begun(connection: sa.Connection) -> None:
        # Whoever reads in order to write must have the right to write first, or two would wait for each other.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made
