# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Whom to ask and how: the channel that knowledge names, at the address or page that the reply itself prints."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Verdict
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import PLAIN_REMEDIES, Party
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _contacts as contacts

_NONE = contacts.Printed()
_FACTS = ("requires", "expected_answer", "propagation", "chase_after", "doubt", "retired")


def remedy(known: Knowledge, verdict: Verdict, printed: contacts.Printed) -> dict[str, t.Any]:
    """Return the remedy of a finding; C(key) is None where no channel is to be used."""
    party, key = counterpart(known, verdict)
    if party is None or key not in party.channels:
        return _plain(key)
    channel = party.channels[key]
    return {
        "key": key,
        "channel": channel["channel"],
        "to": _address(channel.get("to"), printed) if channel["channel"] == "email" else None,
        "url": _page(channel.get("url"), printed),
        **{fact: channel.get(fact) for fact in _FACTS},
        "alternatives": [
            {"key": other, **{name: party.channels[other].get(name) for name in ("channel", "to", "url")}}
            for other in channel.get("alternatives") or ()
        ],
    }


def printed_contacts(known: Knowledge, verdict: Verdict, text: str) -> contacts.Printed:
    """Return the contacts in a reply that are the counterpart's own; most replies have none at all."""
    if "@" not in text and "://" not in text:
        return _NONE
    party, _key = counterpart(known, verdict)
    return (
        contacts.printed([text], own_domains=party.own_domains, mailbox_domains=known.mailbox_domains)
        if party
        else _NONE
    )


def counterpart(known: Knowledge, verdict: Verdict) -> tuple[Party | None, str]:
    """Return who decides, and the key of the channel or the plain word that says what to do."""
    rule = verdict.rule
    if rule is None:
        return _contact(known, verdict, "none")
    if rule.remedy == "list":
        entry = known.lists[t.cast(str, rule.list)]
        return known.blocklists[entry.operator], entry.remedy
    if rule.remedy not in PLAIN_REMEDIES:
        return known.party(rule.owner), rule.remedy
    if rule.remedy == "none" and known.causes[rule.cause]["request"]:
        return _contact(known, verdict, "none")
    return None, rule.remedy


def _contact(known: Knowledge, verdict: Verdict, otherwise: str) -> tuple[Party | None, str]:
    receiver = known.receivers.get(verdict.receiver or "")
    return (receiver, receiver.contact) if receiver and receiver.contact else (None, otherwise)


def _plain(word: str) -> dict[str, t.Any]:
    return {"key": None, "channel": word, "to": None, "url": None, **dict.fromkeys(_FACTS), "alternatives": []}


def _address(known: str | None, printed: contacts.Printed) -> str | None:
    if printed.addresses and known not in printed.addresses:
        return printed.addresses[0]
    return known


def _page(known: str | None, printed: contacts.Printed) -> str | None:
    host = contacts.host_of(known)
    return next((page for page in printed.pages if contacts.host_of(page) == host), known)
