# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the screen and report.md say alike about a run and about a finding."""

from __future__ import annotations

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts


def verdict(report: Report, texts: Texts) -> str:
    """The answer in one line: which addresses are blocked, or why there is none."""
    addresses = dict.fromkeys(item.subject for item in report.blocks)
    unknown = len(report.audit.not_known) if report.audit else 0
    return texts.say(
        "verdict", report.verdict, addresses=", ".join(addresses), blocks=len(report.blocks), unknown=unknown
    )


def totals(report: Report, texts: Texts) -> str:
    """How many mails met what fate, over all hosts."""
    summed = report.totals
    return texts.say(
        "totals",
        bounced=summed.bounced,
        deferred=summed.deferred,
        expired=_expired(summed.expired, texts),
        delivered=summed.delivered,
    )


def headline(item: Item, texts: Texts) -> str:
    """What is refused by whom, and by which rules we know."""
    rules = [rule.rpartition("/")[2] for rule in item.finding["rules"]]
    said = texts.say(
        "finding",
        "listed" if item.finding["list"] else "refused",
        subject=item.subject,
        counterpart=texts.pick(item.finding["counterpart"]),
    )
    return f"{said} [{plain(', '.join(rules))}]" if rules else said


def counts(item: Item, texts: Texts) -> str:
    """How many mails a finding hit, and for how many people."""
    numbers = item.finding["counts"]
    hit = texts.say(
        "finding",
        "counts",
        bounced=numbers["bounced"],
        deferred=numbers["deferred"],
        expired=_expired(numbers["expired"], texts),
    )
    if not numbers["recipients"]:
        return hit
    known = f"{numbers['recipients']:,}{'+' if numbers.get('recipients_at_least') else ''}"
    return texts.say("finding", "recipients", counts=hit, recipients=known, domains=len(item.domains))


def facts(item: Item, texts: Texts, *, hosts_at_most: int | None = None, with_hosts: bool = True) -> list[str]:
    """What decides who acts: the scope, whose turn it is, where, and how sure this is."""
    finding = item.finding
    hosts = finding["hosts"][:hosts_at_most]
    more = len(finding["hosts"]) - len(hosts)
    named = texts.say("finding", "hosts", hosts=", ".join(hosts) + (f" +{more}" if more else ""))
    return [
        texts.say("finding", "scope", scope=texts.say("scope", finding["scope"])),
        texts.say("finding", "fixes", who=texts.say("who", finding["who_can_fix"])),
        *([named] if with_hosts else []),
        texts.say("finding", "confidence", confidence=texts.say("confidence", finding["confidence"])),
    ]


def _expired(number: int, texts: Texts) -> str:
    return texts.say("expired", expired=number) if number else ""
