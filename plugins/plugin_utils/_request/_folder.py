# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The requests of a run: its findings in, requests.json and one file per request out, whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import Request
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json, write_text

FINDINGS = "findings.json"
REQUESTS = "requests.json"
FOLDER = "requests"

_OURS = (".eml", ".form.md", ".notice.en.txt", ".notice.ja.txt")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")
_NEEDED = ("id", "slug", "subject", "remedy", "evidence", "cause", "confidence")


class FindingsError(ValueError):
    """The findings cannot be read; the message says which file and why."""


def read_findings(run: Path) -> Sequence[Mapping[str, Any]]:
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


def read_requests(run: Path) -> dict[str, Mapping[str, Any]]:
    """Return, by case, the requests that C(delist_request) wrote into the folder of a run; none before it did."""
    return {record["case"]: record for record in read_records(run) if record["path"]}


def read_records(run: Path) -> list[Mapping[str, Any]]:
    """Return all that C(delist_request) wrote about requests, also about those that it could not write."""
    path = run / REQUESTS
    try:
        records = json.loads(path.read_text(encoding="utf-8"))["requests"]
        if not all(isinstance(record["case"], str) for record in records):
            raise TypeError("a case is a text")
        return [{**record, "path": record["path"]} for record in records]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise FindingsError(f"{path} does not hold requests ({type(error).__name__}: {error})") from None


def checked(findings: Any, where: str) -> Sequence[Mapping[str, Any]]:
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


def write(run: Path, requests: Iterable[Request]) -> None:
    """Write requests.json and the files that it names; files of earlier requests that no longer hold go."""
    folder = run / FOLDER
    folder.mkdir(exist_ok=True)
    written = list(requests)
    files = {run / path: content for request in written for path, content in request.files.items()}
    for path, content in files.items():
        write_text(path, content)
    for path in folder.iterdir():
        if path not in files and path.name.endswith(_OURS):
            path.unlink()
    write_json(run / REQUESTS, {"schema": 1, "requests": [request.record for request in written]})
