# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What junit.xml has of an audit's concerns: one fails, or is quiet for a reason; what the policy refuses fails."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import CHECKS, Data, id_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._report import Audit, group_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._policy import OPEN
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._phrases import counts, headline
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts


class Case(t.NamedTuple):
    """One check; C(result) is failure, error, skipped, or None where all is well."""

    name: str
    result: str | None = None
    kind: str = ""
    message: str = ""
    details: str = ""


class Trouble(t.NamedTuple):
    """What makes a case fail, unless there is a reason why it does not."""

    severity: str
    headline: str
    quiet: str | None  # accepted, known by a baseline, for information, or not looked at while the policy lets it be
    details: str  # what a CI shows when one opens the case: which finding, how many, what was said


def case_of(name: str, troubles: t.Sequence[Trouble]) -> Case:
    """Return the case of at least one trouble: skipped where all are quiet."""
    loud = [trouble for trouble in troubles if not trouble.quiet]
    if not loud:
        reasons = dict.fromkeys(trouble.quiet or "" for trouble in troubles)
        return Case(name, "skipped", message="; ".join(reasons))
    said = "; ".join(trouble.headline for trouble in loud)
    return Case(name, "failure", loud[0].severity, said, "\n".join(trouble.details for trouble in loud))


def of_item(item: Item, texts: Texts) -> Trouble:
    """Return the trouble of a finding."""
    finding = item.finding
    details = "\n".join(map(plain, [item.id, counts(item, texts), *finding["evidence"]]))
    return Trouble(finding["severity"], headline(item, texts), None, details)


class Concerns:
    """The open concerns of an audit as troubles; C(taken) are those that have a case of another kind."""

    def __init__(self, report: Report, audit: Audit, texts: Texts) -> None:
        self._items = {id_of("finding", item.id): item for item in report.items}
        self._open = [concern for concern in audit.concerns if concern["state"] in OPEN]
        self._refused = {name for names in audit.refused.values() for name in names}
        self._texts = texts
        self._taken: set[str] = set()

    def findings(self, hosts: t.Collection[str], causes: t.Collection[str]) -> t.Iterator[tuple[str, str, Trouble]]:
        """Yield host, cause and trouble of each finding on these hosts, seen or not looked at."""
        for concern in self._of("finding"):
            cause = concern["id"].rpartition("/")[2]
            for host in concern["hosts"]:
                if host in hosts and cause in causes:
                    self._taken.add(concern["id"])
                    yield host, cause, self._trouble(concern)

    def listings(self, zones: t.Collection[str]) -> dict[str, list[Trouble]]:
        """Return the troubles of these zones."""
        found: dict[str, list[Trouble]] = collections.defaultdict(list)
        for concern in self._of("listing"):
            zone = concern["about"]["zone"]
            if zone in zones:
                self._taken.add(concern["id"])
                found[zone].append(self._trouble(concern))
        return found

    def cases(self) -> t.Iterator[Case]:
        """Yield a case for each check, of the concerns that are in no other."""
        for check in CHECKS:
            name = f"audit {check}"
            troubles = [self._trouble(concern) for concern in self._of(check) if concern["id"] not in self._taken]
            yield case_of(name, troubles) if troubles else Case(name)

    def _of(self, check: str) -> list[Data]:
        return [concern for concern in self._open if concern["check"] == check]

    def _trouble(self, concern: Data) -> Trouble:
        item = self._items.get(concern["id"])
        title = plain(self._texts.pick(concern["title"]))
        if concern["state"] == "unknown_now":
            title = self._texts.say("junit", "not_again", title=title)
        seen = of_item(item, self._texts) if item else Trouble("", title, None, f"{plain(concern['id'])}\n{title}")
        return seen._replace(severity=concern["severity"], quiet=self._quiet(concern, title))

    def _quiet(self, concern: Data, title: str) -> str | None:
        """Return why a concern fails nothing; null where it does."""
        group = group_of(concern)
        if group == "accepted":
            entry = {name: concern["accepted"][name] for name in ("reason", "owner", "expires")}
            return self._texts.say("junit", "accepted", **entry)
        if group == "known":
            return self._texts.say("junit", "known")
        if concern["severity"] == "info":
            return self._texts.say("junit", "info", title=title)
        return title if group == "unknown_now" and concern["id"] not in self._refused else None
