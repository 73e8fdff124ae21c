# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The findings of a run that may change a host, and which run to take them from."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._folder import FINDINGS, read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import LATEST, RunFolderError, about

Finding = t.Mapping[str, t.Any]


def findings_for(run_dir: Path, host: str, *, low: bool = False) -> list[Finding]:
    """Return what was found on this host; what cannot be believed (confidence low) only when asked for.

    :raises FindingsError: the run has none, or they cannot be read
    """
    found = [finding for finding in read_findings(run_dir) if host in finding["hosts"]]
    return [finding for finding in found if low or finding["confidence"] != "low"]


def named(parent: Path, run_id: str) -> Path:
    """Return the folder of a run that has been diagnosed.

    :raises RunFolderError: there is none of that name
    """
    folder = parent / run_id
    if run_id != Path(run_id).name or not (folder / FINDINGS).is_file():
        raise RunFolderError(
            f"{folder} holds no findings: the name of a diagnosed run was expected, one of the folders in {parent}"
        )
    return folder


def newest(parent: Path, *, hosts: t.Sequence[str], since: datetime.datetime) -> Path | None:
    """Return the folder of the newest diagnosed run of all these hosts that began after C(since)."""
    found = []
    for path in parent.glob(f"*/{FINDINGS}"):
        if path.parent.name == LATEST:
            continue
        try:
            said = about(path.parent)
            started_at = datetime.datetime.fromisoformat(said["started_at"])
            if started_at >= since and set(hosts) <= set(said["hosts"]):
                found.append((started_at, path.parent))
        except (RunFolderError, KeyError, TypeError, ValueError):
            continue  # somebody else's folder
    return max(found, default=(since, None))[1]
