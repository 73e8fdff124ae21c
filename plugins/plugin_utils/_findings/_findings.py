# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A finding: one counterpart (receiver or list), one subject, one cause. Made here and nowhere else."""

from __future__ import annotations

import functools
import hashlib
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import is_documentation
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _text as text
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment, Verdict
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._remedy import printed_contacts, remedy
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import CONFIDENCES
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import Printed

# With one of these nothing may be asked of anybody: the IP address or the receiver may be somebody else's claim.
BLOCKING_DOUBTS = frozenset({"foreign_relay", "unknown_egress", "nested", "redacted", "no_ip", "relayed"})
_ASKING = frozenset({"email", "form", "at_list"})
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


_is_documentation = functools.lru_cache(maxsize=4096)(is_documentation)


class Egress(t.NamedTuple):
    """The public address that the receiver saw, and how it is known; None is an honest answer."""

    ip: str | None = None
    source: str | None = None
    doubts: tuple[str, ...] = ()
    through: str | None = None  # the relayhost whose address the receiver saw


def egress_of_text(assessment: Assessment) -> Egress:
    """Return the address of a reply about which nothing else is known."""
    if assessment.named_ips:
        return Egress(assessment.named_ips[0], "reply")
    return Egress(doubts=("no_ip",) if assessment.is_about_address and "redacted" not in assessment.doubts else ())


def subject(assessment: Assessment, egress: Egress) -> dict[str, str | None]:
    if assessment.is_about_address and assessment.subject_value is None:
        return {"kind": "ip" if egress.ip else "none", "value": egress.ip}
    return {"kind": assessment.subject_kind, "value": assessment.subject_value}


def identity(assessment: Assessment, egress: Egress, host: str | None) -> str:
    """Return the id under which a reply is counted; where nothing is named, each host has its own finding."""
    about = subject(assessment, egress)
    return f"{assessment.owner}/{about['kind']}/{about['value'] or host or 'unknown'}/{assessment.cause}"


def slug(identifier: str) -> str:
    """Return the id as part of a file name."""
    owner, kind, value, _cause = identifier.split("/", 2)[0], *_inner(identifier)
    parts = (owner, value) if kind != "none" else (owner, _cause, value)
    readable = _NOT_IN_A_NAME.sub("-", "-".join(parts).lower()).strip("-")[:60].rstrip("-")
    return f"{readable}-{hashlib.sha256(identifier.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def _inner(identifier: str) -> tuple[str, str, str]:
    """Return kind, value and cause; a URL as value has slashes of its own."""
    _owner, kind, rest = identifier.split("/", 2)
    value, _slash, cause = rest.rpartition("/")
    return kind, value, cause


def confidence(assessment: Assessment, egress: Egress) -> str:
    """Return the lower of what the rule and what the address allow."""
    if not assessment.doubts and not egress.doubts:
        return assessment.confidence
    doubts = {*assessment.doubts, *egress.doubts}
    if doubts & BLOCKING_DOUBTS - {"no_ip"}:
        return "low"
    if doubts & {"uncorroborated", "inferred_ip", "several_egress", "no_ip"}:
        return min(assessment.confidence, "medium", key=CONFIDENCES.index)
    return assessment.confidence


def finding(known: Knowledge, assessment: Assessment, egress: Egress, *, host: str | None = None) -> dict[str, t.Any]:
    """Return the finding that one reply makes, without hosts, counts and times."""
    verdict = assessment.verdict
    printed = printed_contacts(known, verdict, assessment.recognition.reply.text)
    settled, title_around = _settled(known, verdict, printed)
    about = subject(assessment, egress)
    identifier = identity(assessment, egress, host)
    documentation = egress.ip is not None and _is_documentation(egress.ip)
    codes = [*assessment.doubts, *egress.doubts]
    if documentation and about["kind"] == "ip":
        codes.append("documentation")
    return {
        "schema": 1,
        "id": identifier,
        "slug": slug(identifier),
        "receiver": assessment.receiver,
        "list": assessment.list,
        "subject": about,
        "egress_ip": egress.ip,
        "ip_source": egress.source,
        "cause": assessment.cause,
        "stage": assessment.recognition.subject.stage,
        "scope": assessment.scope,
        "persistence": assessment.persistence,
        "confidence": confidence(assessment, egress),
        "doubts": text.doubts(known, assessment, codes, ip=egress.ip, through=egress.through, remedy=settled["remedy"]),
        "documentation": documentation,
        **settled,
        "title": text.framed(title_around, about["value"]) if about["value"] else settled["title"],
        "requestable": settled["requestable"] and BLOCKING_DOUBTS.isdisjoint(codes),
    }


@functools.lru_cache(maxsize=4096)
def _settled(known: Knowledge, verdict: Verdict, printed: Printed) -> tuple[dict[str, t.Any], text.Frame]:
    """Return what all findings of one verdict share, and their title, open for a subject.

    They hold it together, so nobody may change it.
    """
    rule, cause = verdict.rule, known.causes[verdict.cause]
    entry = known.lists.get(verdict.list or "")
    asked = remedy(known, verdict, printed)
    decides = (rule.who_can_fix if rule else None) or (entry.who_can_fix if entry else None)
    title = text.title(known, verdict)
    shared = {
        "severity": cause["severity"],
        "rules": [rule.name] if rule else [],
        "remedy": asked,
        "who_can_fix": decides or cause["who_can_fix"],
        "opens_case": cause["opens_case"],
        "requestable": cause["request"] and asked["channel"] in _ASKING,
        "counterpart": text.counterpart_name(known, verdict),
        "title": title,
        "explanation": text.explanation(known, verdict),
        "next_steps": text.steps(known, verdict, asked),
        "avoid": text.avoid(known, verdict),
        "how_long": text.how_long(known, verdict, asked),
        "sources": [*rule.sources] if rule else [],
    }
    return shared, text.title_around(title)
