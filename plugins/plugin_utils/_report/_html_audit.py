# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What report.html says of an audit: what changed, and what is accepted."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit import _markdown as audits
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

CONCERNS = 500

View = dict[str, t.Any]


def audit_view(report: Report, language: str) -> View | None:
    """Return the values of audit.html.j2; None unless the run is an audit."""
    audit = report.audit
    if audit is None:
        return None
    texts = Texts(language, file="audit")
    head, concerns = audits.concerns(audit, texts)
    return {
        "verdict": texts.say("verdict", "passed" if report.passed else "failed", **audit.counts),
        "title": texts.say("markdown", "title"),
        "head": head,
        "rows": [list(map(_short, row)) for row in concerns[:CONCERNS]],
        "more": max(0, len(concerns) - CONCERNS),
        "entries_title": texts.say("markdown", "entries"),
        "entries": list(audits.entries(audit, texts)),
    }


def _short(cell: str) -> str:
    """A cell; a time in it without year and seconds."""
    at = moment(cell)
    return f"{at.astimezone():%m-%d %H:%M}" if at else cell
