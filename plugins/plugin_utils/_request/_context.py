# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What a template may print about one finding. Plain data, in the operator's and the receiver's terms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import mask_local_parts
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import block, line
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._way import Way
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import Words

# One or two examples convince; a log dump is not read.
_REPLIES = 2
_REPLY_LIMIT = 2000
_COUNTS = ("bounced", "deferred", "expired", "recipients")


def case_reference(finding_id: str, number: int = 1) -> str:
    """Return our own reference of a finding's case; the same finding always has the same.

    :param number: counts the cases of a finding: what comes back after it was over is another case
    """
    key = finding_id if number == 1 else f"{finding_id}#{number}"
    return "PD-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:10].upper()


def context_of(finding: Mapping[str, Any], counterpart: Party | None, way: Way, words: Words) -> dict[str, Any]:
    """Return the names that templates know; docs/requests.md lists them."""
    value = line(finding["subject"].get("value") or "", 300)
    receivers = finding.get("receivers") or []
    return {
        "case": case_reference(finding["id"]),
        "cause": finding["cause"],
        "subject": {"kind": finding["subject"]["kind"], "value": value},
        "egress_ip": finding.get("egress_ip"),
        "ip_inferred": finding.get("ip_source") == "inferred",
        "counterpart": counterpart.name if counterpart else _unknown(finding),
        "way": way,
        "replies": [_verbatim(reply) for reply in finding["evidence"][:_REPLIES]],
        "stage": finding.get("stage"),
        "relays": [line(relay, 253) for relay in finding.get("relay_hosts") or ()],
        "first_at": utc(finding.get("first_at")),
        "last_at": utc(finding.get("last_at")),
        "counts": {**dict.fromkeys(_COUNTS, 0), **(finding.get("counts") or {})},
        "recipient_domains": sorted(
            {line(domain, 253) for entry in receivers for domain in entry.get("recipient_domains") or ()}
        ),
        # The channel's own doubt is told with the way.
        "doubts": [doubt for doubt in finding.get("doubts") or () if doubt["code"] != "channel"],
        "list_state": finding.get("list_state"),
        # A listing for information blocks nobody.
        "listings": [row for row in finding.get("listings") or () if row.get("severity") != "info"],
        "words": words,
        "names": {"ptr": None, "helo": None, **words.sender_names.get(value, {})},
        "fixed": words.fixed(finding),
    }


def utc(stamp: str | None) -> str | None:
    """Return an RFC 3339 time as receivers read it: UTC, to the second."""
    at = moment(stamp)
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else None


def _unknown(finding: Mapping[str, Any]) -> dict[str, str]:
    """Return the only name there is for a receiver that knowledge does not know: its domain."""
    return dict.fromkeys(("en", "ja"), line(finding.get("receiver") or "", 253))


def _verbatim(reply: str) -> str:
    return block(mask_local_parts(reply[:_REPLY_LIMIT]), _REPLY_LIMIT)
