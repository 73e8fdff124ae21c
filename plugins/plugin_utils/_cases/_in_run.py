# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The open cases in the folder of a run, where the steps after the ledger find them: C(cases.json).

What a request says of a case is known there: its name, which a relapse has anew, and the answer that is to be answered.
Cases whose refusals this run has not seen are in it with their finding, so that they can be asked about all the same.
"""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._open_case import OpenCase
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import FindingsError, read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_json

CASES = "cases.json"
# What is due where the receiver has said something that wants an answer.
ANSWERED = ("answer", "escalate")
_CASE = re.compile(r"PD-[0-9A-F]{10}")
_LONGEST = 16_000
_NEEDED = ("slug", "remedy", "subject", "cause", "confidence")

Finding = t.Mapping[str, t.Any]


def save(ledger: Ledger, run: Path, *, hosts: t.Collection[str]) -> None:
    """Write the open cases of these hosts into the folder of a run."""
    here = {finding["id"] for finding in read_findings(run)}
    cases = [case for case in ledger.cases(open_only=True) if case.finding in here or _is_of(case, hosts)]
    entries = [
        {
            "case": case.id,
            "finding": case.finding,
            "state": case.state,
            "due": case.due,
            "answer": case.answer if case.due in ANSWERED else None,
            "about": None if case.finding in here else finding_of(case),
        }
        for case in cases
    ]
    write_json(run / CASES, {"schema": 1, "cases": entries})


def read(run: Path) -> tuple[dict[str, OpenCase], list[Finding]]:
    """Return the open cases by finding, and the findings of those that the run has not seen; none without the file.

    :raises FindingsError: the file is not what C(delist_case) wrote
    """
    path = run / CASES
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["cases"]
        cases = {
            str(entry["finding"]): OpenCase(entry["case"], entry["answer"])
            for entry in entries
            if _CASE.fullmatch(entry["case"])
        }
        return cases, [entry["about"] for entry in entries if entry["about"]]
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FindingsError(f"{path} does not hold cases ({type(error).__name__}: {error})") from None


def finding_of(case: Case) -> dict[str, t.Any] | None:
    """Return the finding that a case is about, as far as the ledger knows it; None for one that is too old for that."""
    facts = case.facts
    if any(not facts.get(name) for name in _NEEDED):
        return None
    receivers = facts.get("receivers") or ()
    return {
        **{name: value for name, value in facts.items() if name not in ("finding", "timings", "run", "relapse_of")},
        "id": case.finding,
        "opens_case": True,
        "receivers": [{"slug": slug, "hosts": facts.get("hosts") or [], "recipient_domains": {}} for slug in receivers],
    }


def text_of_request(run: Path, request: Finding) -> str:
    """Return a request as it was written, for the record; cut where it is longer than anybody reads."""
    try:
        return (run / request["path"]).read_text(encoding="utf-8", errors="replace")[:_LONGEST]
    except OSError:
        return ""


def folder_of(path: str) -> Path:
    """Return a folder of the user's."""
    return Path.cwd() / path


def _is_of(case: Case, hosts: t.Collection[str]) -> bool:
    return not set(case.facts.get("hosts") or ()).isdisjoint(hosts)
