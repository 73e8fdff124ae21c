# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""metrics.prom: gauges for node_exporter's textfile collector. The file is all there is: what is cleared is gone."""

from __future__ import annotations

import datetime
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import group_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against, is_asked
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import OPEN
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report

PREFIX = "postmaster_delist"
# A series for each finding and concern, up to so many: the gravest. A fleet's thousand mistyped recipients are no time
# series.
FINDINGS_AT_MOST = 500
_VERDICTS = ("blocked", "clear", "unseen", "unread", "undiagnosed", "unknown_now")
_STATES = ("ok", "failed", "unreachable")
_OUTCOMES = ("bounced", "deferred", "expired")
_ESCAPED = {"\\": r"\\", '"': r"\"", "\n": r"\n"}

Labels = t.Mapping[str, object]
Sample = tuple[Labels, float]


class Metric(t.NamedTuple):
    """A gauge and its samples."""

    name: str
    help: str
    samples: t.Iterable[Sample]


def metrics(report: Report) -> t.Iterator[str]:
    """Yield the text of each metric that has a sample."""
    for metric in (*_run(report), *_findings(report), *_lists(report), *_audit(report)):
        lines = [f"{PREFIX}_{metric.name}{_labels(labels)} {value:.16g}\n" for labels, value in metric.samples]
        if lines:
            yield f"# HELP {PREFIX}_{metric.name} {metric.help}\n# TYPE {PREFIX}_{metric.name} gauge\n"
            yield from lines


def _run(report: Report) -> t.Iterator[Metric]:
    states = [host.state for host in report.hosts]
    totals = report.totals
    mails = {"delivered": totals.delivered, **{name: getattr(totals, name) for name in _OUTCOMES}}
    yield Metric("run_started_timestamp_seconds", "When the run began.", [({}, _seconds(report.started_at))])
    yield Metric("run_finished_timestamp_seconds", "When it reported.", [({}, _seconds(report.finished_at))])
    yield Metric(
        "verdict", "1 for the answer of the run.", [({"verdict": name}, name == report.verdict) for name in _VERDICTS]
    )
    yield Metric(
        "complete",
        "Whether every host was read and every step done.",
        [({}, not report.not_read and not report.failed_steps)],
    )
    yield Metric("passed", "Whether the policy let the run pass.", [({}, report.passed)])
    yield Metric(
        "hosts", "Hosts by how reading them ended.", [({"state": name}, states.count(name)) for name in _STATES]
    )
    yield Metric(
        "mails",
        "Delivery attempts in the logs of the window, by outcome.",
        [({"outcome": name}, number) for name, number in mails.items()],
    )


def _findings(report: Report) -> t.Iterator[Metric]:
    shown = report.items[:FINDINGS_AT_MOST]
    yield Metric(
        "findings",
        "Findings, blocks and others.",
        [({"block": "true"}, len(report.blocks)), ({"block": "false"}, len(report.noise))],
    )
    yield Metric("finding", "1 for each finding that there is now.", [(_about(item), 1) for item in shown])
    yield Metric(
        "finding_mails",
        "Delivery attempts that a finding hit, by outcome.",
        [
            ({"id": item.finding["id"], "outcome": name}, item.finding["counts"][name])
            for item in shown
            for name in _OUTCOMES
        ],
    )
    for name, field in (("first", "first_at"), ("last", "last_at")):
        yield Metric(
            f"finding_{name}_refusal_timestamp_seconds",
            f"When the {name} refusal of a finding was logged.",
            [({"id": item.finding["id"]}, _seconds(item.finding[field])) for item in shown if item.finding[field]],
        )


def _audit(report: Report) -> t.Iterator[Metric]:
    audit = report.audit
    if audit is None:
        return
    yield Metric(
        "concerns",
        "Concerns of the audit by state.",
        [({"state": name}, count) for name, count in audit.counts.items()],
    )
    there = [(concern, group_of(concern)) for concern in audit.concerns if concern["state"] in OPEN]
    yield Metric(
        "concern",
        "1 for each concern that is there, or could not be looked at again.",
        [
            ({**{name: concern[name] for name in ("id", "check", "severity")}, "state": group}, 1)
            for concern, group in there[:FINDINGS_AT_MOST]
        ],
    )
    yield Metric(
        "receiver_mails",
        "Delivery attempts by receiver.",
        [
            ({"receiver": receiver, "outcome": name}, numbers[name])
            for receiver, numbers in audit.content["rates"].items()
            for name in ("delivered", "refused")
        ],
    )


def _lists(report: Report) -> t.Iterator[Metric]:
    if report.lists is None:
        return
    yield Metric(
        "listing",
        "1 for each address or domain that a list has.",
        [
            (
                {
                    "target": row["target"],
                    "zone": row["zone"],
                    "list": row["list"] or "",
                    "severity": row["severity"] or "",
                },
                1,
            )
            for row in against(report.lists)
        ],
    )
    asked = [row for row in report.lists["lists"] if is_asked(row)]
    yield Metric(
        "list_unknown",
        "Targets of which a list said nothing.",
        [({"zone": row["zone"]}, row["unknown"]) for row in asked],
    )


def _about(item: Item) -> Labels:
    finding = item.finding
    return {
        "id": finding["id"],
        "receiver": finding["receiver"] or "",
        "list": finding["list"] or "",
        "subject": finding["subject"]["value"] or "",
        "cause": finding["cause"],
        "severity": finding["severity"],
        "block": str(item.is_block).lower(),
    }


def _labels(labels: Labels) -> str:
    shown = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{shown}}}" if shown else ""


def _escaped(value: object) -> str:
    return re.sub(r'[\\"\n]', lambda match: _ESCAPED[match.group()], plain(value))


def _seconds(stamp: str) -> float:
    return datetime.datetime.fromisoformat(stamp).timestamp()
