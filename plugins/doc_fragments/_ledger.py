# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: may change at any time without notice.

"""Where modules that keep or read cases find the ledger, and who writes into it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ledger:
    description:
      - Where the ledger is, a URL of SQLAlchemy such as V(sqlite:////srv/delist/ledger.sqlite3) or
        V(postgresql+psycopg://user:password@host/database). It is made where it is missing.
      - By default C(postmaster-delist/ledger.sqlite3) in the user's folder for data (C(XDG_DATA_HOME)).
    type: str
"""

    ACTOR = r"""
options:
  actor:
    description:
      - Who acts, as recorded.
      - By default user and machine.
    type: str
"""
