# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Old runs that may go: folders that this collection has made and named itself, and nothing else."""

from __future__ import annotations

import datetime
import re
import shutil
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import (
    LATEST,
    SUMMARY,
    RunFolderError,
    about,
)

# Named by the second in which they began. A run that somebody has named is an incident's, and stays.
_OWN_NAME = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")
_GOING = re.compile(rf"\.({_OWN_NAME.pattern})\.removed")
# One without a summary may still be running on this controller.
_MAY_RUN = datetime.timedelta(days=1)


class Run(t.NamedTuple):
    started_at: datetime.datetime
    path: Path


def remove_old(
    parent: Path, *, now: datetime.datetime, runs: int | None = None, days: float | None = None, besides: Path
) -> list[str]:
    """Remove the runs that are beyond the newest C(runs) and older than C(days), and return their names.

    Where only one of both is given, it alone decides; where neither is, nothing is removed. The newest run and
    C(besides), the present one, always stay.

    :raises OSError: a folder cannot be removed
    """
    if runs is None and days is None:
        return []
    found = sorted(_runs(parent), reverse=True)
    kept_by_number = 1 if runs is None else max(runs, 1)
    removed = [
        run.path.name
        for run in found[kept_by_number:]
        if run.path != besides
        and (days is None or now - run.started_at > datetime.timedelta(days=days))
        and ((run.path / SUMMARY).is_file() or now - run.started_at > _MAY_RUN)
    ]
    for name in removed:
        # First out of sight, whole: who is stopped in the middle leaves no half of a run.
        (parent / name).rename(parent / f".{name}.removed")
    for path in sorted(parent.iterdir()):
        if _GOING.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
    return sorted(removed)


def _runs(parent: Path) -> t.Iterator[Run]:
    """Yield the runs that are ours: by their name, by what they say of themselves, and real folders."""
    for path in parent.iterdir():
        if path.name == LATEST or not _OWN_NAME.fullmatch(path.name) or path.is_symlink() or not path.is_dir():
            continue
        try:
            said = about(path)
            started_at = moment(said["started_at"])
        except (RunFolderError, KeyError, TypeError):
            continue
        if started_at is not None and said.get("schema") == 1 and said.get("run_id") == path.name:
            yield Run(started_at, path)
