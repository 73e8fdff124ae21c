# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where a site's ledger lies, and who writes into it, where nothing is said."""

from __future__ import annotations

import getpass
import os
import platform
from pathlib import Path


def default_url() -> str:
    """Return the ledger of this user: a file in the folder for data, XDG Base Directory Specification 0.8."""
    data = os.environ.get("XDG_DATA_HOME") or ""
    # The specification: a relative path is invalid and to be ignored.
    folder = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return f"sqlite:///{folder / 'postmaster-delist' / 'ledger.sqlite3'}"


def is_missing(url: str) -> bool:
    """Tell, without SQLAlchemy, whether the ledger is a file that nobody has made yet."""
    file, _separator, path = url.partition(":///")
    return file == "sqlite" and not Path(path).is_file()


def default_actor() -> str:
    """Return who is at work: user and machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{platform.node() or 'localhost'}"
