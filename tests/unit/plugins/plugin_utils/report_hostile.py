# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in which every text that somebody else may have chosen is as hostile as it can be."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Host, Report
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import listings_factory as lists
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.report_factory import (
    evidence,
    finding,
    report,
    request,
)

# A formula, markup, an attribute's end, a template, controls of terminals and of XML, a direction, a comment of
# metrics, an end of CDATA, half of a pair, a character that XML has not, Markdown, a link.
HOSTILE = (
    '=HYPERLINK("https://evil.example")<script>alert(1)</script>"\'><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}'
    "\x1b[31m\x00\x07\x9b2J\u202e\u2028]]>&amp;\n# TYPE evil counter\nevil 1\n\ud800\ufffe\uffff\r\n| `x` "
    "](javascript:alert(1))</textarea></style></svg>"
)
# What a rule of knowledge decides by; nobody else has a hand in these.
_OURS = frozenset(
    {
        "id", "schema", "severity", "cause", "scope", "who_can_fix", "confidence", "slug", "kind", "channel", "state",
        "health", "first_at", "last_at", "begins_at", "since", "until", "ip_source", "persistence", "code", "action",
    }
)  # fmt: skip


def hostile(value: t.Any, name: str = "") -> t.Any:
    """Return the value with hostile texts at the end, or at the beginning, of all that it says."""
    if isinstance(value, dict):
        return {key: hostile(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [hostile(part, name) for part in value]
    return f"{HOSTILE} {value} {HOSTILE}" if isinstance(value, str) and name not in _OURS else value


def hostile_report(folder: Path) -> Report:
    """A report of which every step failed in hostile words, and found hostile things all the same."""
    block = finding(id=f"outlook_com/ip/203.0.113.7{HOSTILE}/ip_blocklisted_receiver")
    for share in block["receivers"]:
        share["slug"] = HOSTILE
        share["recipient_domains"] = {HOSTILE: 3}
        share["by_hour"] = {"begins_at": "2026-11-24T05:00:00+09:00", "counts": [1, 2, 3]}
    block = hostile({**block, "blockers": [{"subject": "x", "code": "no_ptr", "en": "No PTR.", "ja": "PTRなし"}]})
    noise = hostile(finding(8, cause="recipient_invalid"))
    asked = request(block) | {"instruction": hostile({"en": "Wait.", "ja": "待つ"}), "to": HOSTILE, "url": HOSTILE}
    sender = {"sender": HOSTILE, "sasl_username": HOSTILE, "client": HOSTILE, "messages": 1, "refusals": 1}
    log = {"path": f"/var/log/{HOSTILE}", "kind": "file", "notes": [HOSTILE]}
    said = lists.content(lists.result(lists.health(listed=1), listings=[lists.row(reason=HOSTILE)]))
    return report(
        folder,
        hosts=[Host(name=f"mx1{HOSTILE}", state="failed", reason=HOSTILE), Host(name="mx2", state="ok")],
        failed_steps={"diagnosis": HOSTILE, "lists": HOSTILE, "request": HOSTILE},
        evidences=[evidence(sources=[log], top_senders=[sender])],
        findings=[block, noise],
        requests=[asked],
        notes=[hostile({"code": "evidence_not_json", "path": "x", "en": "Broken.", "ja": "破損"})],
        lists=hostile(said),
    )
