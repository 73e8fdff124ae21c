# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory of receivers and lists as a page for people: docs/receivers.md, from knowledge/ alone."""

from __future__ import annotations

import typing as t
from collections import Counter

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._text import duration
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import (
    PLAIN_REMEDIES,
    Channel,
    Party,
    Receiver,
    Rule,
)

_HEAD = """\
<!--
Copyright (c) 2026, postmaster.delist contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
# Who blocks whom, and what they want

Rendered by `make knowledge` from [knowledge/](../knowledge/): do not edit this page, edit the data.

{counts}

A rule is believed when the reply came from one of the receiver's own relays; quoted by another relay it has low
confidence and no request is written from it. Facts marked *unverified* rest on one or second-hand report. Nothing here
was asked of the receivers themselves.
"""

_KINDS = {"mailbox_provider": "Mailbox providers", "filter_vendor": "Filter vendors", "hoster": "Hosters"}


def receivers_page(known: Knowledge) -> str:
    """Return the page; the same knowledge gives the same bytes."""
    lines = [_HEAD.format(counts=_counts(known))]
    for kind, title in _KINDS.items():
        parties = sorted(
            (party for party in known.receivers.values() if party.kind == kind), key=lambda party: party.slug
        )
        lines += [f"## {title}\n", *(_receiver(known, party) for party in parties)]
    lines += ["## Block lists\n", _lists(known)]
    lines += ["## Texts of mail servers at large\n", *(_rules_of(known, party) for party in _by_slug(known.generic))]
    return "\n".join(lines).rstrip() + "\n"


def counts(known: Knowledge) -> dict[str, int]:
    return {
        "receivers": len(known.receivers),
        "operators of lists": len(known.blocklists),
        "lists": len(known.lists),
        "rules": len(known.rules),
    }


def _counts(known: Knowledge) -> str:
    causes = Counter(rule.cause for rule in known.rules)
    total = ", ".join(f"{number} {what}" for what, number in counts(known).items())
    by_cause = ", ".join(f"{cause} {causes[cause]}" for cause in known.causes if causes[cause])
    return f"{total}. Rules by cause: {by_cause}."


def _by_slug(parties: t.Mapping[str, Party]) -> list[Party]:
    return sorted(parties.values(), key=lambda party: party.slug)


def _receiver(known: Knowledge, receiver: Receiver) -> str:
    country = f", {receiver.country}" if receiver.country else ""
    head = f"### {receiver.name['en']} (`{receiver.slug}`{country})\n"
    relays = ", ".join(f"`{glob}`" for glob in receiver.relays) or "any (it filters for its customers)"
    channels = [f"- `{key}`: {_channel(channel)}" for key, channel in sorted(receiver.channels.items())]
    parts = [
        head,
        f"Relays: {relays}\n",
        *([*channels, ""] if channels else []),
        _rules_of(known, receiver, heading=False),
    ]
    return "\n".join(parts)


def _channel(channel: Channel) -> str:
    where = channel.get("to") or channel.get("url") or "nobody to ask"
    facts = [f"{channel['channel']} {where}"]
    if channel.get("expected_answer"):
        facts.append(f"answer in {duration(channel['expected_answer'])['en']}")
    if channel.get("propagation"):
        facts.append(f"takes effect in {duration(channel['propagation'])['en']}")
    retired = channel.get("retired")
    if retired:
        facts.append(f"retired since {retired['since']}, now `{retired.get('successor') or 'nothing'}`")
    facts.append(_trust(channel["confidence"], unverified=bool(channel.get("unverified"))))
    return ", ".join(facts)


def _trust(confidence: str, *, unverified: bool) -> str:
    return "*unverified*" if unverified else confidence


def _rules_of(known: Knowledge, party: Party, *, heading: bool = True) -> str:
    head = [f"### {party.name['en']} (`{party.slug}`)\n"] if heading else []
    rows = ["| rule | recognised by | cause | means | remedy | sure |", "| --- | --- | --- | --- | --- | --- |"]
    rows += [_row(known, rule) for rule in party.rules]
    return "\n".join([*head, *(rows if party.rules else ["No reply of its own is known.\n"])]) + "\n"


def _row(known: Knowledge, rule: Rule) -> str:
    seen = f", seen until {rule.retired['since']}" if rule.retired else ""
    sure = _trust(rule.confidence, unverified=rule.unverified) + seen
    cells = (f"`{rule.id}`", _recognised(rule), rule.cause, rule.means["en"], _remedy(known, rule), sure)
    return f"| {' | '.join(map(_cell, cells))} |"


def _recognised(rule: Rule) -> str:
    parts = [*rule.tokens]
    if rule.any_of:
        more = f" (and {len(rule.any_of) - 3} more)" if len(rule.any_of) > 3 else ""
        parts.append(" or ".join(rule.any_of[:3]) + more)
    parts += [rule.pattern] if rule.pattern else []
    parts += [_range(sorted(rule.enhanced, key=_enhanced_key))] if rule.enhanced else []
    parts += [_range([str(code) for code in sorted(rule.codes)])] if rule.codes and not rule.enhanced else []
    return " + ".join(parts)


def _enhanced_key(code: str) -> tuple[int, ...]:
    return tuple(int(part) for part in code.split("."))


def _range(codes: t.Sequence[str]) -> str:
    return f"{codes[0]} ... {codes[-1]}" if len(codes) > 3 else ", ".join(codes)


def _remedy(known: Knowledge, rule: Rule) -> str:
    if rule.list:
        return f"list `{rule.list}`"
    if rule.remedy in PLAIN_REMEDIES:
        return rule.remedy.replace("_", " ")
    channel = known.party(rule.owner).channels[rule.remedy]
    return channel.get("to") or channel.get("url") or channel["channel"]


def _lists(known: Knowledge) -> str:
    head = ("list", "operator", "scope", "severity", "means", "remedy", "expires")
    rows = [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _name in head)} |"]
    for entry in sorted(known.lists.values(), key=lambda entry: (entry.operator, entry.slug)):
        operator = known.blocklists[entry.operator]
        channel = operator.channels.get(entry.remedy)
        remedy = (channel.get("to") or channel.get("url") or channel["channel"]) if channel else entry.remedy
        expires = duration(entry.expires_after)["en"] if entry.expires_after else ""
        name = f"{entry.name['en']} (`{entry.slug}`)"
        cells = (name, operator.name["en"], entry.scope, entry.severity, entry.means["en"], remedy, expires)
        rows.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(rows) + "\n"


def _cell(text: str) -> str:
    plain = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return plain.replace("](", "]\\(").replace("[^", "\\[^")  # a pattern is no link, and no footnote
