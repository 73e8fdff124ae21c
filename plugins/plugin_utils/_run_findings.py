# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The findings of a run that may change a host."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._request_folder import read_findings

Finding = t.Mapping[str, t.Any]


def findings_for(run_dir: Path, host: str, *, low: bool = False) -> list[Finding]:
    """Return what was found on this host; what cannot be believed (confidence low) only when asked for.

    :raises FindingsError: the run has none, or they cannot be read
    """
    found = [finding for finding in read_findings(run_dir) if host in finding["hosts"]]
    return [finding for finding in found if low or finding["confidence"] != "low"]
