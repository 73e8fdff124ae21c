# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The requests of a run: its findings in, requests.json and one file per request out, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import Request
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json, write_text

REQUESTS = "requests.json"
FOLDER = "requests"

_OURS = (".eml", ".form.md", ".notice.en.txt", ".notice.ja.txt")


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
