# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The files that a run's report is written into, one for each format asked for; those of earlier runs go."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._csv import table
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html import html
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._jsonl import jsonl
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._junit import junit
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._markdown import markdown
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._prometheus import metrics
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import write_pieces
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.plugins.plugin_utils._uncollected import uncollected


class Setting(t.NamedTuple):
    """What a format may want besides the report."""

    texts: Texts
    again: Command
    cwd: Path


class Format(t.NamedTuple):
    """The file of a format, and what gives its text in pieces."""

    file: str
    render: t.Callable[[Report, Setting], t.Iterable[str]]


FORMATS: t.Mapping[str, Format] = {
    "markdown": Format("report.md", lambda report, setting: [markdown(report, **setting._asdict())]),
    "html": Format("report.html", lambda report, setting: [html(report, texts=setting.texts, again=setting.again)]),
    "jsonl": Format("findings.jsonl", lambda report, _setting: jsonl(report)),
    "csv": Format("findings.csv", lambda report, setting: table(report, texts=setting.texts)),
    "junit": Format("junit.xml", lambda report, setting: [junit(report, texts=setting.texts)]),
    "prometheus": Format("metrics.prom", lambda report, _setting: metrics(report)),
}
# To be read by people, the plainest first.
FOR_PEOPLE = ("markdown", "html")


def write(report: Report, formats: t.Collection[str], setting: Setting) -> dict[str, str]:
    """Write the files of C(formats) into the run's folder; return their absolute paths by format."""
    for name, form in FORMATS.items():
        path = report.run_dir / form.file
        if name in formats:
            with uncollected():
                write_pieces(path, form.render(report, setting))
        else:
            path.unlink(missing_ok=True)  # of an earlier report into the same folder: it no longer holds
    return {name: str(report.run_dir / form.file) for name, form in FORMATS.items() if name in formats}
