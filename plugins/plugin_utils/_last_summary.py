# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an earlier run said: its summary.json, of its findings the blocks only, and of these what one compares."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import SUMMARY, is_run_id

Data = dict[str, t.Any]

# As this collection writes it: the rest first, then a finding a line.
_BEGIN, _END = b'"findings": [', b"]}"
_NEEDED = {"verdict", "policy", "run_id"}
_KEPT = (
    "id", "receiver", "list", "subject", "cause", "severity", "hosts", "counts", "first_at", "last_at", "title",
)  # fmt: skip


def last_summary(parent: Path, run_id: str) -> Data | None:
    """Return the summary with C(blocks) instead of its findings; None where there is none, or another version's."""
    if not is_run_id(run_id):
        return None
    try:
        with (parent / run_id / SUMMARY).open("rb") as file:
            said = _head(file)
            if said["schema"] != 1 or not set(said) >= _NEEDED or "passed" not in said["policy"]:
                return None
            return {**said, "blocks": list(_blocks(file))}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _head(file: t.Iterable[bytes]) -> Data:
    lines: list[bytes] = []
    for line in file:
        if line.strip() == _BEGIN:
            return t.cast("Data", json.loads(b"".join(lines).rstrip().removesuffix(b",") + b"}"))
        lines.append(line)
    raise ValueError("no findings")


def _blocks(file: t.Iterable[bytes]) -> t.Iterator[Data]:
    for line in file:
        text = line.strip().removesuffix(b",")
        if text == _END:
            return
        finding = json.loads(text)
        if finding["opens_case"]:
            yield {name: finding[name] for name in _KEPT}
    raise ValueError("the file ends too early")
