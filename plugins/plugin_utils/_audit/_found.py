# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a run's findings, listings and sender DNS come to as concerns."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit._model import Concern, Data, both
from ansible_collections.postmaster.delist.plugins.plugin_utils._listings import against
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES

_GRAVE = ("critical", "high")


def of_findings(findings: t.Iterable[Data]) -> t.Iterator[Concern]:
    """Yield the blocks, for which a case is opened, and what is as grave. The rest is everyday noise."""
    for finding in findings:
        if not finding["opens_case"] and finding["severity"] not in _GRAVE:
            continue
        steps = finding.get("next_steps") or [{}]
        yield Concern(
            check="finding",
            key=finding["id"],
            # Any local user can write such a line: it is shown, but cannot turn the night red on its own authority.
            severity=finding["severity"] if finding["confidence"] != "low" else "low",
            title=_headline(finding),
            action={language: steps[0].get(language) or "" for language in LANGUAGES},
            subject=finding["subject"]["value"] or finding["egress_ip"],
            hosts=tuple(finding["hosts"]),
            receiver=finding["receiver"],
            list=finding["list"],
            about={"refused": _refused(finding), "from": _from(finding)},
        )


def _refused(finding: Data) -> dict[str, list[str]]:
    """Return which hosts each receiver refuses: so much must be delivered before the block is over."""
    return {entry["slug"]: sorted(entry.get("hosts") or finding["hosts"]) for entry in finding["receivers"]}


def _from(finding: Data) -> str | None:
    """Return the address that a delivery must leave from to prove something; null where it is not the address."""
    subject = finding["subject"]
    return {"ip": subject["value"], "range": finding["egress_ip"]}.get(subject["kind"])


def of_listings(lists: Data, hosts_of: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[Concern]:
    """Yield each listing against an address or domain; C(hosts_of) says which hosts send from an address."""
    for row in against(lists):
        delist = row.get("delist") or {}
        name = row["list"] or row["zone"]
        yield Concern(
            check="listing",
            key=f"{row['target']}/{row['zone']}/{name}",
            severity=row["severity"] or "low",
            title=_title(row),
            action=both("listing", "action", url=delist.get("lookup") or delist.get("url") or "-"),
            subject=row["target"],
            hosts=tuple(hosts_of.get(row["target"], ())),
            list=name,
            about={"zone": row["zone"]},
        )


def _headline(finding: Data) -> dict[str, str]:
    """Return who refuses what, and by which rules we know: the address first, for a line is short."""
    rules = plain(", ".join(rule.rpartition("/")[2] for rule in finding["rules"]))
    subject = finding["subject"]["value"] or finding["egress_ip"] or ", ".join(finding["hosts"])
    key = "listed" if finding["list"] else "refused"
    told = {
        language: both("finding", key, subject=subject, counterpart=name)[language]
        for language, name in _in_both(finding["counterpart"]).items()
    }
    return {language: f"{said} [{rules}]" if rules else said for language, said in told.items()}


def _title(row: Data) -> dict[str, str]:
    return {
        language: both("listing", "title", target=row["target"], zone=row["zone"], name=name)[language]
        for language, name in _in_both(row["name"]).items()
    }


def _in_both(text: t.Mapping[str, str]) -> dict[str, str]:
    return {language: text.get(language) or text["en"] for language in LANGUAGES}


def of_sender_dns(lists: Data, hosts_of: t.Mapping[str, t.Sequence[str]]) -> t.Iterator[Concern]:
    """Yield what is wrong for sure with the DNS of senders."""
    for problem in lists["sender_dns"]["problems"]:
        if problem["blocks"] is None:
            continue
        text = problem["text"] or {}
        yield Concern(
            check="sender_dns",
            key=f"{problem['subject']}/{problem['code']}",
            severity="medium" if problem["blocks"] else "low",
            title={
                language: f"{problem['subject']}: {text.get(language) or problem['code']}" for language in LANGUAGES
            },
            action=both("sender_dns", "action", names=", ".join(problem["wanted_by"]) or "-"),
            subject=problem["subject"],
            hosts=tuple(hosts_of.get(problem["subject"], ())),
            about={"code": problem["code"]},
        )
