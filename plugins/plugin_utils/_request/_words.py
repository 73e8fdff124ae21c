# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What only the operator can say: who we are, what happened, what was done about it. Never invented here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import is_mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import Block, block, line

_NOTHING = Block("")


@dataclass(frozen=True)
class Words:
    """The operator's words, cleaned; an empty text was not given."""

    organisation: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    sender: str = ""
    reply_to: str = ""
    fixed_text: Mapping[str, Block] | Block = _NOTHING
    new_facts: Block = _NOTHING
    domains: tuple[str, ...] = ()
    website: str = ""
    ip_ownership: str = ""
    volume: str = ""
    sender_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fixed(self, finding: Mapping[str, Any]) -> Block:
        """Return what was fixed for this finding: by its id, slug, counterpart, address, or for all of them."""
        if isinstance(self.fixed_text, str):
            return self.fixed_text
        keys = [finding["id"], finding.get("slug"), finding.get("receiver"), finding.get("list")]
        keys += [finding["subject"].get("value"), "default"]
        return next((self.fixed_text[key] for key in keys if key and self.fixed_text.get(key)), _NOTHING)

    def missing_for_mail(self) -> list[str]:
        """Return the names of the options without which a mail has no author."""
        missing = [name for name in ("organisation", "contact_name") if not getattr(self, name)]
        if not is_mailbox(self.reply_to):
            missing.append("reply_to")
        if self.sender and not is_mailbox(self.sender):
            missing.append("sender")
        return missing


def words_of(options: Mapping[str, Any]) -> Words:
    """Take the operator's words from the options of the action."""
    texts = ("organisation", "contact_name", "contact_phone", "sender", "reply_to", "website", "ip_ownership", "volume")
    return Words(
        **{name: line(options.get(name) or "") for name in texts},
        fixed_text=_fixed_text(options.get("fixed_text") or ""),
        new_facts=_said(options.get("new_facts")),
        domains=tuple(line(domain, 253) for domain in options.get("domains") or ()),
        sender_names={
            line(ip): {line(key): line(value, 253) for key, value in names.items() if value}
            for ip, names in (options.get("sender_names") or {}).items()
        },
    )


def _fixed_text(given: Any) -> Mapping[str, Block] | Block:
    if isinstance(given, Mapping):
        return {line(key): _said(value) for key, value in given.items()}
    return _said(given)


def _said(value: Any) -> Block:
    """Return the text, or nothing where punctuation is all there is."""
    text = block(value or "")
    return text if any(character.isalnum() for character in text) else _NOTHING
