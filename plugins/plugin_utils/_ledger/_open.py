# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A ledger is opened where it lies, and made or migrated there; what a database says of it tells no secret."""

from __future__ import annotations

import contextlib
import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _tables as tables
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._durations import Durations
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, LedgerError, stamp

try:
    import sqlalchemy as sa
except ImportError:
    pass  # The tables say that it is missing.


@contextlib.contextmanager
def open_ledger(url: str, timings: Durations, *, now: datetime.datetime, dry_run: bool = False) -> t.Iterator[Ledger]:
    """Connect, make or migrate the tables where needed, and disconnect at the end.

    :param dry_run: write nothing: say what would be the case, each step by itself
    :raises LedgerError: the ledger cannot be had
    """
    if tables.MISSING:
        raise LedgerError(
            f"The ledger needs SQLAlchemy on the controller ({tables.MISSING}): pip install 'SQLAlchemy>=2.0'"
        )
    try:
        with _connected(url, dry_run=dry_run) as connection:
            with connection.begin():
                tables.prepare(connection, stamp(now), dry_run=dry_run and tables.exists(url))
            yield Ledger(connection, timings, dry_run=dry_run)
    except tables.Unusable as exc:
        raise LedgerError(str(exc)) from None
    except sa.exc.SQLAlchemyError as exc:
        raise LedgerError(f"The ledger cannot be used: {_reason(exc, url)}") from None


def _connected(url: str, *, dry_run: bool) -> sa.Connection:
    try:
        engine = tables.empty() if dry_run and not tables.exists(url) else tables.engine(url)
        return engine.connect().execution_options(**{tables.WRITES: True})
    except OSError as exc:
        raise LedgerError(f"The ledger cannot be made: {exc}") from None
    except ImportError as exc:
        raise LedgerError(
            f"A ledger in PostgreSQL needs psycopg on the controller ({exc}): pip install psycopg"
        ) from None


def _reason(exc: sa.exc.SQLAlchemyError, url: str) -> str:
    """Return what the database says, without what could be secret in it: statements, values, the password."""
    text = str(getattr(exc, "orig", None) or type(exc).__name__).strip()
    secret = sa.make_url(url).password
    return text.replace(str(secret), "***") if secret else text
