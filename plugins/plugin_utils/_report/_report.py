# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a run found: the model that the screen, report.md and summary.json are drawn from."""

from __future__ import annotations

import collections
import functools
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._file import Line
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import CODES
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._evidence import Evidence, Log
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_SEVERITIES = ("critical", "high", "medium", "low", "info")

Data = t.Mapping[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class Host:
    """How the gathering ended on one host; C(state) is ok, failed or unreachable."""

    name: str
    state: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A finding with its request, and the title of its cause.

    The finding is held as its JSON, with what is asked of all of them beside it: a fleet's ten thousand, read, would
    take a gigabyte.
    """

    line: Line
    request: Data
    cause: Data
    is_block: bool  # a case is opened for it; the others are noise to somebody who looks for blocks
    subject: str  # what is refused, or at least where
    receivers: tuple[str, ...]
    kin: tuple[str, ...]  # equal for findings that differ in their host only
    rank: tuple[bool, int, int, str]  # the gravest first

    @classmethod
    def of(cls, line: Line, finding: Data, *, request: Data, cause: Data) -> Item:
        """The item of a finding, whose JSON is C(line)."""
        counts, is_block, subject = finding["counts"], bool(finding["opens_case"]), finding["subject"]
        hit = int(counts["bounced"] + counts["deferred"] + counts["expired"])
        kin = (finding["cause"], finding["title"]["en"], finding["explanation"]["en"], *finding["rules"])
        return cls(
            line=line,
            request=request,
            cause=cause,
            is_block=is_block,
            subject=str(subject["value"] or finding["egress_ip"] or ", ".join(finding["hosts"])),
            receivers=tuple(sys.intern(receiver["slug"]) for receiver in finding["receivers"]),
            kin=tuple(map(sys.intern, kin)) if subject["kind"] == "none" and not is_block else (finding["id"],),
            rank=(not is_block, _SEVERITIES.index(finding["severity"]), -hit, finding["id"]),
        )

    @property
    def id(self) -> str:
        return self.rank[3]

    @property
    def hit(self) -> int:
        return -self.rank[2]

    @property
    def finding(self) -> Data:
        return _finding(self.line)

    @property
    def steps(self) -> t.Sequence[Data]:
        return t.cast("t.Sequence[Data]", self.finding["next_steps"])

    @property
    def domains(self) -> collections.Counter[str]:
        """The recipients' domains, with how many mails to each were hit."""
        hit: collections.Counter[str] = collections.Counter()
        for receiver in self.finding["receivers"]:
            hit.update(receiver["recipient_domains"])
        return hit


@dataclass(frozen=True, kw_only=True)
class Report:
    run_id: str
    run_dir: Path
    started_at: str
    finished_at: str
    hosts: t.Sequence[Host]
    items: t.Sequence[Item]
    totals: Evidence
    failed_steps: t.Mapping[str, str]
    remarks: t.Sequence[Data]
    lists: Data | None = None
    hold: Command | None = None
    fail_on: t.Collection[str] = CODES
    audit: Audit | None = None
    rates: Data = field(default_factory=dict)
    cases: t.Sequence[Case] = ()  # the open ones; those of an audit are among its concerns
    cases_unknown: str = ""  # why nobody can say which are open
    follow_up: Command | None = None

    @property
    def read(self) -> list[Host]:
        return [host for host in self.hosts if host.state == "ok"]

    @property
    def not_read(self) -> list[Host]:
        return [host for host in self.hosts if host.state != "ok"]

    @functools.cached_property
    def blocks(self) -> list[Item]:
        return [item for item in self.items if item.is_block]

    @functools.cached_property
    def noise(self) -> list[Item]:
        return [item for item in self.items if not item.is_block]

    @property
    def notes(self) -> list[Log]:
        """What was wrong with logs of hosts that were read nevertheless."""
        read = {host.name for host in self.read}
        return [log for log in self.totals.logs if log.notes and log.host in read]

    @property
    def verdict(self) -> str:
        """The key of the answer among the texts."""
        if self.blocks:
            return "blocked"
        if not self.read:
            return "unread"
        if "diagnosis" in self.failed_steps:
            return "undiagnosed"
        if self.audit and self.audit.not_known:
            return "unknown_now"
        return "clear" if self.totals.seen else "unseen"

    def gaps(self, texts: Texts, unread: t.Sequence[Host] | None = None) -> list[str]:
        """What this picture lacks: hosts, all of them unless they are given, and steps."""
        hosts = self.not_read if unread is None else unread
        return [texts.say("policy", host.state, host=host.name, reason=host.reason) for host in hosts] + [
            texts.say("policy", "step_failed", step=texts.say("step", step), reason=reason)
            for step, reason in self.failed_steps.items()
        ]

    def reasons(self, texts: Texts) -> list[str]:
        """Why this run does not pass; empty if it does."""
        unread = self.not_read if "unreachable" in self.fail_on else []
        return [
            *self.gaps(texts, unread),
            *(self.audit.reasons(Texts(texts.language, file="audit")) if self.audit else ()),
        ]

    @property
    def refused(self) -> dict[str, list[str]]:
        """By which rules this run does not pass, and for each the hosts or the ids of concerns."""
        unread = [host.name for host in self.not_read] if "unreachable" in self.fail_on else []
        return {**({"unreachable": unread} if unread else {}), **(self.audit.refused if self.audit else {})}

    @property
    def passed(self) -> bool:
        return not self.refused and not self.failed_steps

    @functools.cached_property
    def can_hold(self) -> bool:
        """Whether a hold would keep mail that one of the blocks bounces."""
        return any(step["action"] == "hold" and step["command"] for item in self.blocks for step in item.steps)


# Formats ask several things of one finding, and each of them of the gravest; so many take forty megabytes.
_finding = functools.lru_cache(maxsize=256)(Line.read)
