# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a message about a run says: what it came to, and what has changed since the run before; short, for a chat."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import id_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit, group_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._last_summary import last_summary
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import clip, plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import headline, totals, verdict
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._folder import (
    LATEST,
    SUMMARY,
    RunFolderError,
    about,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

SCHEMA = 1

# What has changed since the last audit.
_TOLD = ("new", "cleared", "unknown_now")
_ROWS = 10
# The rest of a fleet's is counted: a message is no report.
_LISTED = 100
_COLUMNS = 160
# Runs whose folders are looked at for the one before.
_LOOKED_AT = 200

Data = t.Mapping[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class Change:
    """The blocks and gaps of a run against those of the run before; all is new where there is none."""

    before: str | None
    new: t.Sequence[Item]
    still: t.Sequence[Item]
    cleared: t.Sequence[Data]
    is_otherwise: bool  # another answer, or the policy says otherwise
    concerns: t.Sequence[tuple[str, Data]]  # of an audit, by state: it has a memory of its own

    @property
    def is_one(self) -> bool:
        return bool(self.new or self.cleared or self.is_otherwise or self.concerns)


def change(report: Report, before: Data | None) -> Change:
    """Compare a run with the summary of the one before; an audit knows by its ledger what has changed."""
    if report.audit:
        return _of_audit(report, report.audit, before)
    known = {finding["id"]: finding for finding in (before["blocks"] if before else ())}
    now = {item.id for item in report.blocks}
    # What was not looked at is not gone.
    looked = not report.not_read and "diagnosis" not in report.failed_steps
    said = (before["verdict"], before["policy"]["passed"]) if before else ("clear", True)
    return Change(
        before=before["run_id"] if before else None,
        new=[item for item in report.blocks if item.id not in known],
        still=[item for item in report.blocks if item.id in known],
        cleared=[finding for name, finding in known.items() if looked and name not in now],
        is_otherwise=said != (report.verdict, report.passed),
        concerns=(),
    )


def _of_audit(report: Report, audit: Audit, before: Data | None) -> Change:
    """What a site has accepted, or a baseline knows, is no news, whether or not the run before is still there."""
    state_of = {concern["id"]: group_of(concern) for concern in audit.concerns}
    blocks = [(item, state_of.get(id_of("finding", item.id))) for item in report.blocks]
    # The ledger knows concerns. Whether there were gaps before, only the run before can say.
    has_gap = bool(report.not_read or report.failed_steps or audit.too_much_unknown)
    return Change(
        before=before["run_id"] if before else None,
        new=[item for item, state in blocks if state == "new"],
        still=[item for item, state in blocks if state == "still"],
        cleared=(),  # these are among the concerns
        is_otherwise=report.passed != before["policy"]["passed"] if before else has_gap,
        concerns=[(state, concern) for state in _TOLD for concern in audit.group(state)],
    )


def run_before(run_dir: Path, hosts: t.Collection[str]) -> Data | None:
    """Return the summary of the newest run of the same hosts before this one, or of this folder's own last report."""
    own = last_summary(run_dir.parent, run_dir.name)
    if own:
        return own
    found: list[tuple[str, str]] = []
    paths = sorted(run_dir.parent.glob(f"*/{SUMMARY}"), reverse=True)
    for path in [path for path in paths if path.parent.name != LATEST and path.parent != run_dir][:_LOOKED_AT]:
        try:
            said = about(path.parent)
            if set(said["hosts"]) == set(hosts):
                found.append((said["started_at"], path.parent.name))
        except (RunFolderError, KeyError, TypeError):
            continue  # somebody else's folder
    return last_summary(run_dir.parent, max(found)[1]) if found else None


def message(report: Report, changed: Change, texts: Texts, *, run_dir: str) -> tuple[str, str]:
    """Return title and text."""
    title = clip(_title(report, texts), _COLUMNS)
    new = () if changed.concerns else changed.new  # an audit's are among its concerns
    rows = itertools.chain(
        (_concern(state, concern, texts) for state, concern in changed.concerns),
        (texts.say("notice", "new", text=headline(item, texts)) for item in new),
        (texts.say("notice", "cleared", text=texts.pick(finding["title"])) for finding in changed.cleared),
        reasons := report.reasons(texts),
        (texts.say("notice", "still", text=headline(item, texts)) for item in changed.still),
    )
    lines = [totals(report, texts), *(clip(plain(row), _COLUMNS) for row in itertools.islice(rows, _ROWS))]
    count = sum(map(len, (changed.concerns, new, changed.cleared, changed.still, reasons)))
    if count > _ROWS:
        lines.append(texts.say("more_findings", count=count - _ROWS))
    return title, "\n".join([*lines, texts.say("report", path=run_dir)])


def webhook_body(report: Report, changed: Change, texts: Texts, *, run_dir: str) -> dict[str, t.Any]:
    """Return what is posted: schema C(knowledge/schema/notice.json); C(text) is all that a chat needs."""
    title, text = message(report, changed, texts, run_dir=run_dir)
    return {
        "schema": SCHEMA,
        "run_id": report.run_id,
        "before": changed.before,
        "finished_at": report.finished_at,
        "verdict": report.verdict,
        "passed": report.passed,
        "title": title,
        "text": f"{title}\n{text}",
        "counts": {name: len(getattr(changed, name)) for name in ("new", "still", "cleared", "concerns")},
        "new": [_short(item.finding, texts) for item in changed.new[:_LISTED]],
        "still": [_short(item.finding, texts) for item in changed.still[:_LISTED]],
        "cleared": [_short(finding, texts) for finding in changed.cleared[:_LISTED]],
        "concerns": [_told(state, concern, texts) for state, concern in changed.concerns[:_LISTED]],
        "hosts": {
            state: [host.name for host in report.hosts if host.state == state] for state in ("failed", "unreachable")
        },
    }


def _title(report: Report, texts: Texts) -> str:
    """The answer; of an audit that of its screen, for a night without a block may be one in which nobody looked."""
    if report.audit is None:
        return verdict(report, texts)
    own = Texts(texts.language, file="audit")
    return own.say("verdict", "passed" if report.passed else "failed", **report.audit.counts)


def _concern(state: str, concern: Data, texts: Texts) -> str:
    key = "new" if state == "new" else "cleared" if state == "cleared" else "unknown"
    return texts.say("notice", key, text=texts.pick(concern["title"]))


def _told(state: str, concern: Data, texts: Texts) -> dict[str, str]:
    title = plain(texts.pick(concern["title"]))
    return {"id": concern["id"], "state": state, "severity": concern["severity"], "title": title}


def _short(finding: Data, texts: Texts) -> dict[str, t.Any]:
    names = ("id", "receiver", "list", "cause", "severity", "hosts", "counts", "first_at", "last_at")
    return {
        **{name: finding[name] for name in names},
        "subject": finding["subject"]["value"],
        "title": plain(texts.pick(finding["title"])),
    }
