# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Retests: which host asks which receiver about which mailbox, and what the answers mean for a case."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case

DUE = ("retest", "prove")
_OUTCOMES = {"accepting": "deliverable", "blocked": "undeliverable"}
_TEXT = 1000

Data = t.Mapping[str, t.Any]


class Probe(t.NamedTuple):
    """One question. C(stage) is where the receiver refused before, null where that is not known."""

    case: str
    receiver: str
    host: str
    recipient: str
    stage: str | None


class Answer(t.NamedTuple):
    """What an answer says of a case: the data of the event C(probed)."""

    case: str
    data: dict[str, t.Any]


def wanted(cases: t.Iterable[Case], mailboxes: t.Mapping[str, str], hosts: t.Sequence[str]) -> list[Probe]:
    """Return the questions for the cases whose retest is due: each asked once, on the first of its hosts."""
    found = []
    for case in cases:
        if case.due not in DUE:
            continue
        receivers = [case.facts.get("receiver"), *(case.facts.get("receivers") or ())]
        receiver = next((slug for slug in receivers if slug and mailboxes.get(slug)), None)
        host = next((name for name in hosts if name in (case.facts.get("hosts") or ())), None)
        if receiver and host:
            found.append(Probe(case.id, receiver, host, str(mailboxes[receiver]), case.facts.get("stage")))
    return found


def given(variables: Data, hosts: t.Iterable[str], registered: t.Sequence[str]) -> t.Iterator[Answer]:
    """Yield the answers that hosts have registered; a question that failed has none, and is asked again."""
    for host in hosts:
        for name in registered:
            for result in (variables["hostvars"][host].get(name) or {}).get("results") or ():
                if isinstance(result, t.Mapping) and result.get("verdict") and not result.get("failed"):
                    yield Answer(str(result["item"]["case"]), _data(result, host))


def _data(result: Data, host: str) -> dict[str, t.Any]:
    answer, reason = result.get("answer") or {}, result.get("reason") or {}
    return {
        "outcome": _OUTCOMES.get(str(result["verdict"]), "inconclusive"),
        "host": host,
        "relay_host": answer.get("relay_host"),
        "text": str(answer.get("text") or "")[:_TEXT],
        "reason": {language: str(reason.get(language) or "")[:_TEXT] for language in ("en", "ja")},
    }
