# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The reply to an answer that says no: polite, once, with something new. Often only this one is read by a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import is_own_address
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import Block

# The verdicts that end nothing: they can be answered.
_ANSWERED = ("denied", "not_listed", "needs_info")


def refusal_in(answer: Mapping[str, Any], finding: Mapping[str, Any], case: str) -> Mapping[str, Any] | None:
    """Return what an answer says against this finding: its verdict, sentence, tickets and headers.

    The answer is about the finding when it names its subject, or our reference and no other address.
    """
    subject = finding["subject"].get("value")
    for said in answer["verdicts"]:
        is_ours = said["ip"] == subject or (said["ip"] is None and case in answer["cases"])
        if is_ours and said["verdict"] in _ANSWERED:
            return {
                "verdict": said["verdict"],
                "sentence": said["sentence"],
                **{name: answer[name] for name in ("from", "subject", "message_id", "references", "tickets")},
            }
    return None


def refusal_of(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the same of an answer that a case has kept; None where nobody is known who could be answered."""
    thread = answer.get("thread")
    if not thread or not answer.get("from") or not answer.get("sentence"):
        return None
    return {
        "verdict": answer.get("verdict") or "needs_info",
        **{key: answer[key] for key in ("sentence", "from")},
        **thread,
    }


def obstacle(refusal: Mapping[str, Any], counterpart: Party | None, new_facts: Block) -> str | None:
    """Return the code of the reason against a reply, or None."""
    own_domains = counterpart.own_domains if counterpart else ()
    if not is_own_address(refusal["from"] or "", own_domains):
        return "answer_unverified"
    return None if new_facts else "new_facts_missing"
