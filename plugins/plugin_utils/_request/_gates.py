# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Why a request is refused before anybody is asked. Each reason has a stable code; its words are in knowledge/."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import (
    is_documentation,
    is_public,
    normalise,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import Mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._way import Way
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import Words


def refusals(
    finding: Mapping[str, Any], way: Way, *, words: Words, mailbox: Mailbox, allow_documentation: bool
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield code and details of every reason against asking about this finding, the gravest first."""
    about = list(_subject_refusals(finding, allow_documentation))
    # Why a finding may not be asked about is decided where it is made; an unknown subject says so itself.
    doubtful = finding.get("requestable") is False and ("subject_unknown", {}) not in about
    if finding["confidence"] == "low" or doubtful:
        yield "low_confidence", {}
    yield from about
    if not (way.to if way.channel == "email" else way.url):
        yield "no_contact", {}
    if not words.fixed(finding):
        yield "fixed_text_missing", {}
    missing = words.missing_for_mail() if way.channel == "email" else []
    if missing:
        yield "words_missing", {"missing": missing}
    if mailbox.state == "behind_block":
        yield "mailbox_behind_block", {"mailbox": words.reply_to, "ip": mailbox.ip}


def _subject_refusals(finding: Mapping[str, Any], allow_documentation: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    kind, value = finding["subject"]["kind"], finding["subject"].get("value") or ""
    if kind == "none" or not value:
        yield "subject_unknown", {}
        return
    if kind not in ("ip", "range"):
        return
    first = _first_address(value)
    if first is None:
        yield "subject_unknown", {}
    elif not is_public(first):
        yield "ip_not_public", {"ip": value}
    elif (finding.get("documentation") or is_documentation(first)) and not allow_documentation:
        yield "documentation_address", {"ip": value}


def _first_address(value: str) -> str | None:
    try:
        return normalise(str(ipaddress.ip_network(value, strict=False).network_address))
    except ValueError:
        return None
