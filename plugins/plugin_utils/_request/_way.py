# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The way to ask about a finding: who decides, by which channel, at which verified address or page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party, Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _contacts as contacts


@dataclass(frozen=True)
class Way:
    """One channel; C(to) and C(url) are set only when they lie below the counterpart's own domains."""

    channel: str
    key: str | None = None
    to: str | None = None
    url: str | None = None
    requires: Text | None = None
    doubt: Text | None = None
    expected_answer: str | None = None
    propagation: str | None = None
    alternatives: tuple[Way, ...] = ()
    printed: contacts.Printed = contacts.NOTHING


def counterpart_of(finding: Mapping[str, Any], knowledge: Knowledge) -> Party | None:
    """Return who decides about the finding: the operator of the list that it names, else the receiver.

    A receiver may answer in the words of its filter vendor; then the remedy is one of the vendor's channels.
    """
    entry = knowledge.lists.get(finding.get("list") or "")
    if entry is not None:
        return knowledge.blocklists[entry.operator]
    owners = [rule.partition("/")[0] for rule in finding.get("rules") or ()]
    parties = [knowledge.receivers.get(slug) for slug in (*owners, finding.get("receiver") or "")]
    known = [party for party in parties if party is not None]
    key = finding["remedy"].get("key")
    return next((party for party in known if key in party.channels), next(iter(known), None))


def way_of(finding: Mapping[str, Any], counterpart: Party | None, knowledge: Knowledge) -> Way:
    """Return the way that the finding's remedy names; knowledge has the last word about addresses and pages."""
    remedy = finding["remedy"]
    printed = contacts.printed(
        finding["evidence"],
        own_domains=counterpart.own_domains if counterpart else (),
        mailbox_domains={domain.lower() for domain in _mailbox_domains(finding, knowledge)},
    )
    if counterpart is None or remedy.get("key") not in counterpart.channels:
        return Way(channel=remedy["channel"], printed=printed)
    return _way(remedy["key"], counterpart, printed)


def _mailbox_domains(finding: Mapping[str, Any], knowledge: Knowledge) -> Iterator[str]:
    """Yield the domains at which anybody may have an address: a reply can name any of them."""
    for receiver in knowledge.receivers.values():
        yield from receiver.domains
    for entry in finding.get("receivers") or ():
        yield from entry.get("recipient_domains") or ()


def _way(key: str, counterpart: Party, printed: contacts.Printed, *, is_second: bool = False) -> Way:
    channel = counterpart.channels[key]
    others: Sequence[str] = () if is_second else channel.get("alternatives") or ()
    return Way(
        channel=channel["channel"],
        key=key,
        to=_recipient(channel, counterpart, printed) if channel["channel"] == "email" else None,
        url=_page(channel, counterpart, printed),
        requires=channel.get("requires"),
        doubt=channel.get("doubt"),
        expected_answer=channel.get("expected_answer"),
        propagation=channel.get("propagation"),
        alternatives=tuple(_way(other, counterpart, contacts.NOTHING, is_second=True) for other in others),
        printed=printed,
    )


def _recipient(channel: Mapping[str, Any], counterpart: Party, printed: contacts.Printed) -> str | None:
    """Return the address that the reply prints, where it is the counterpart's own, else the one of knowledge."""
    known = channel.get("to")
    if printed.addresses and known not in printed.addresses:
        return printed.addresses[0]
    return known if known and contacts.is_own_address(known, counterpart.own_domains) else None


def _page(channel: Mapping[str, Any], counterpart: Party, printed: contacts.Printed) -> str | None:
    """Return the page of knowledge, or the same site's page that the reply prints: it may carry the case.

    Where one operation runs several sites (GMX, WEB.DE), the other's page may stand in the reply.
    """
    known = channel.get("url")
    if not known or not contacts.is_own_page(known, counterpart.own_domains):
        return None
    others = [counterpart.channels[key].get("url") for key in channel.get("alternatives") or ()]
    hosts = [contacts.host_of(url) for url in (known, *others) if url]
    return next((page for host in hosts for page in printed.pages if contacts.host_of(page) == host), known)
