# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The findings of a run, whole and for a host, and which run to take them from."""

from __future__ import annotations

import datetime
import json
import re
import typing as t
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import LATEST, RunFolderError, about

FINDINGS = "findings.json"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")
_NEEDED = ("id", "slug", "subject", "remedy", "evidence", "cause", "confidence")

Finding = t.Mapping[str, t.Any]


class FindingsError(ValueError):
    """The findings cannot be read; the message says which file and why."""


def read_findings(run: Path) -> t.Sequence[Finding]:
    """Return the findings that C(diagnose) wrote into the folder of a run."""
    path = run / FINDINGS
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return checked(content["findings"], str(path))
    except OSError as error:
        raise FindingsError(
            f"{path} cannot be read ({error.strerror}): run postmaster.delist.diagnose first"
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, FindingsError):
            raise
        raise FindingsError(f"{path} does not hold findings ({type(error).__name__}: {error})") from error


def checked(findings: t.Any, where: str) -> t.Sequence[Finding]:
    """Return the findings, or say what they lack: they may come from a playbook."""
    if not isinstance(findings, list):
        raise FindingsError(f"{where}: a list of findings was expected")
    for number, finding in enumerate(findings, start=1):
        missing = [name for name in _NEEDED if not isinstance(finding, Mapping) or name not in finding]
        if missing:
            raise FindingsError(f"{where}: finding {number} has no {', '.join(missing)}")
        if not _SLUG.fullmatch(str(finding["slug"])):
            raise FindingsError(f"{where}: the slug of finding {number} cannot be a file name")
    return findings


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
