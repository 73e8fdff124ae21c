# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The evidence of one host as files of the run."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._last_summary import last_summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import is_run_id, write_json, write_text
from ansible_collections.postmaster.delist.plugins.plugin_utils._spreadsheet import harmless

_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_COLUMNS = ("at", "sender", "recipient", "message_id", "queue_id", "outcome", "relay_host", "signature")


# What reading a file brings up that is no evidence: broken off, nested without end, of another shape.
NO_EVIDENCE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
_MOST = 1 << 53  # what every reader of JSON and every database can count to


class EvidenceFileError(Exception):
    """The evidence of a host is not where it was expected."""


class NotReachedError(EvidenceFileError):
    """The run that was to read the host did not reach it."""


def write(folder: Path, evidence: dict[str, t.Any]) -> Path:
    """Write the evidence of a host below C(folder), and its lost mail as a table; return the evidence's path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name(str(evidence["host"]))
    path = folder / f"{name}.json"
    if evidence.get("lost"):
        write_text(folder / f"{name}.lost.csv", table(evidence["lost"]))
    write_json(path, evidence)
    return path


def taken_from(folder: Path, host: str, runs: t.Sequence[str]) -> dict[str, t.Any]:
    """Return what the runs beside that of C(folder) have of a host; of several the last one's.

    :raises NotReachedError: the last of them that knows the host did not reach it
    :raises EvidenceFileError: a name is none of a run, or none of them has it
    """
    for run in reversed(runs):
        if not is_run_id(run):
            raise EvidenceFileError(
                f"{run!r} is not the name of a run: the name of a folder in {folder.parents[1]} was expected"
            )
        path = folder.parents[1] / run / folder.name / f"{file_name(host)}.json"
        try:
            evidence = json.loads(path.read_bytes())
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError) as exc:
            raise EvidenceFileError(f"{path} cannot be read as evidence ({exc})") from None
        if not _is_of(host, evidence):
            raise EvidenceFileError(f"{path} is not the evidence of {host}")
        return evidence
    for run in reversed(runs):
        ended = last_summary(folder.parents[1], run) or {}
        if host in (ended.get("hosts") or {}).get("unreachable", ()):
            raise NotReachedError(f"{run} did not reach {host}")
    raise EvidenceFileError(
        f"No evidence of {host} in {', '.join(runs)}: its slice could not read it, or has not ended"
    )


def counted(value: t.Any) -> int:
    """Return a count; null is none.

    :raises ValueError: nobody counts so far, or backwards
    """
    number = int(value or 0)
    if not 0 <= number <= _MOST:
        raise ValueError("no count")
    return number


def _is_of(host: str, evidence: t.Any) -> bool:
    """Tell whether this is evidence of the host, as far as taking it over relies on its shape."""
    try:
        return (
            (evidence["schema"], evidence["host"]) == (1, host)
            and isinstance(evidence["totals"], dict)
            and all(isinstance(each, dict) for each in (*evidence["sources"], *(evidence.get("lost") or ())))
            and all(isinstance(note, str) for source in evidence["sources"] for note in source["notes"])
        )
    except NO_EVIDENCE:
        return False


def file_name(host: str) -> str:
    """Return a name that is safe as a file's, and no other host's."""
    if _SAFE_NAME.fullmatch(host):
        return host
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", host).strip("-")[:80] or "host"
    return f"{readable}-{hashlib.sha256(host.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def table(lost: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """Return the lost mail as CSV whose cells no spreadsheet executes."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for row in lost:
        rows.writerow([harmless(row.get(column)) for column in _COLUMNS])
    return text.getvalue()


def notes(evidence: t.Mapping[str, t.Any]) -> list[str]:
    """Return what went wrong, source by source."""
    return [
        f"{source.get('path') or source.get('kind')}: {note}"
        for source in evidence["sources"]
        for note in source["notes"]
    ]
