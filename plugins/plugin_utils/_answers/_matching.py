# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Which case an answer belongs to, and whether it may advance it."""

from __future__ import annotations

import re
import typing as t
from collections import defaultdict

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers import _authentication as authentication
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case

# What only who got our request can know; a case's name and its address are no secrets.
_PROOF = frozenset({"ticket", "message_id"})
_LINK = re.compile(r"https?://[^\s<>\"'()\[\]{}|\\^`]{4,500}")
_LINKS = 10


class Cases:
    """The cases of a ledger, found by what an answer may say of them."""

    def __init__(self, cases: t.Iterable[Case], known: Knowledge) -> None:
        self._known = known
        self._cases: dict[str, Case] = {}
        self._by: dict[tuple[str, str], set[str]] = defaultdict(set)
        for case in cases:
            self._cases[case.id] = case
            self._by["reference", case.id].add(case.id)
            for kind, values in _keys(case).items():
                for value in values:
                    self._by[kind, value].add(case.id)

    def matches(self, answer: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
        """Return the cases that an answer names, each with how: ticket, message_id, reference, address."""
        found: dict[str, set[str]] = defaultdict(set)
        for kind, values in _names(answer).items():
            for value in values:
                for case_id in self._by.get((kind, value), ()):
                    found[case_id].add(kind)
        return [{"case": case_id, "by": sorted(how)} for case_id, how in sorted(found.items())]

    def learn(self, case_id: str, answer: t.Mapping[str, t.Any]) -> bool:
        """Take the tickets of an answer that may advance a case as the case's own; tell whether there was a new one.

        The next answer may name nothing else, and lie in the same mailbox.
        """
        fresh = {ticket["number"] for ticket in answer["tickets"]} - set(map(digits, self._cases[case_id].tickets))
        for number in fresh:
            self._cases[case_id].tickets.append(number)
            self._by["ticket", number].add(case_id)
        return bool(fresh)

    def may_advance(self, match: t.Mapping[str, t.Any], vouched: t.Collection[str]) -> str | None:
        """Tell why an answer may not advance a case, or None.

        :param vouched: the domains that the site's own server vouches for
        """
        case = self._cases[match["case"]]
        if not case.is_open:
            return f"the case is {case.state}"
        if not _PROOF & set(match["by"]):
            return "it names neither our ticket nor our Message-ID"
        # Where anybody can have a mailbox, an authenticated sender is anybody.
        if authentication.below(set(vouched) - self._known.mailbox_domains, self._own_domains(case)) is None:
            return "its sender is not proven to be the one who was asked"
        return None

    def _own_domains(self, case: Case) -> t.Collection[str]:
        entry = self._known.lists.get(str(case.facts.get("list")))
        slug = entry.operator if entry else case.facts.get("receiver")
        try:
            return tuple(self._known.party(str(slug)).own_domains)
        except KeyError:
            return ()


def match_all(answers: list[dict[str, t.Any]], cases: Cases) -> list[dict[str, t.Any]]:
    """Return the answers, each with the cases that it names and those that it may advance.

    What one of them proves of a case, its ticket, lets the others name it; so all are looked at until that ends.
    """
    while True:
        learnt = False
        for answer in answers:
            matches = cases.matches(answer)
            for match in matches:
                match["why_not"] = cases.may_advance(match, answer["authenticated"])
            answer["matches"] = matches
            answer["advances"] = [match["case"] for match in matches if match["why_not"] is None]
            for case_id in answer["advances"]:
                learnt = cases.learn(case_id, answer) or learnt
        if not learnt:
            return answers


def links(text: str) -> list[str]:
    """Return the links in an answer, to be shown: some ask to be confirmed. Nothing is ever opened."""
    return list(dict.fromkeys(_LINK.findall(text)))[:_LINKS]


def _keys(case: Case) -> dict[str, t.Iterable[str]]:
    subject = case.facts.get("subject") or {}
    addresses = {case.facts.get("egress_ip"), subject.get("value") if subject.get("kind") == "ip" else None}
    return {
        "ticket": map(digits, case.tickets),
        "message_id": case.message_ids,
        "address": (address for address in addresses if address),
    }


def _names(answer: t.Mapping[str, t.Any]) -> dict[str, t.Iterable[str]]:
    return {
        "ticket": [ticket["number"] for ticket in answer["tickets"]],
        "message_id": answer["references"],
        "reference": answer["cases"],
        "address": [verdict["ip"] for verdict in answer["verdicts"] if verdict["ip"]],
    }


def digits(ticket: str) -> str:
    """Return the digits of a ticket: SRX1318598611ID and 1318598611 are one."""
    return "".join(character for character in ticket if character in "0123456789")
