# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Where else a report goes, when somebody asks for it: the summary of a CI's step, the metrics of a node_exporter."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_pieces

# What GitHub takes for a step; beyond it the whole summary is dropped.
STEP_SUMMARY_BYTES = 1024 * 1024
METRICS_SUFFIX = ".prom"


def append_to_step_summary(path: Path, text: str, *, more: str) -> None:
    """Append Markdown to the file that C(GITHUB_STEP_SUMMARY) names, cut at a line where it is too long.

    :param more: the line that tells of the cut
    """
    data = text.encode()
    held = path.stat().st_size if path.exists() else 0
    room = STEP_SUMMARY_BYTES - held
    if len(data) > room:
        end = f"\n{more}\n".encode()
        data = data[: max(0, room - len(end))]
        data = data[: data.rfind(b"\n") + 1] + end if len(end) <= room else b""
    with path.open("ab") as file:
        file.write(data)


def write_metrics(path: Path, pieces: t.Iterable[str]) -> None:
    """Put a file where node_exporter's textfile collector finds it, whole or not at all.

    :raises ValueError: it would not find it by that name
    """
    if path.suffix != METRICS_SUFFIX:
        raise ValueError(f"{path} was given for metrics, but node_exporter reads only files whose names end in .prom")
    write_pieces(path, pieces)
