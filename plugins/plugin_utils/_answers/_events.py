# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an answer makes happen in a case: one event, or none."""

from __future__ import annotations

import datetime
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, Snapshot

ANSWERS = "answers.json"
_KINDS = {"acknowledged": "acknowledged", "confirmation_needed": "asked", "needs_info": "asked"}
_WHAT = {"confirmation_needed": "confirm", "needs_info": "answer"}


class AnswersError(Exception):
    """The answers of a run cannot be read."""


def read(run: Path) -> list[dict[str, t.Any]]:
    """Return the answers that C(delist_reply_info) wrote into the folder of a run."""
    path = run / ANSWERS
    try:
        return t.cast("list[dict[str, t.Any]]", json.loads(path.read_text(encoding="utf-8"))["answers"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as exc:
        raise AnswersError(f"{path} cannot be read ({exc}): run postmaster.delist.delist_reply_info first") from None


def record(
    ledger: Ledger, case_id: str, answer: t.Mapping[str, t.Any], *, actor: str, now: datetime.datetime
) -> tuple[Snapshot, bool]:
    """Record what an answer says of a case; the same answer is recorded once, however often it is read."""

    def decide(seen: Snapshot) -> Event | None:
        if seen.case is None or any(event.data.get("answer") == answer["sha256"] for event in seen.events):
            return None
        verdict = _verdict(answer, seen.case.facts.get("egress_ip"))
        if verdict is None:
            return None
        word = verdict["verdict"]
        data = {
            "answer": answer["sha256"],
            "sentence": verdict["sentence"],
            "tickets": [ticket["number"] for ticket in answer["tickets"]],
            # What an answer to it needs, when the mail itself is no longer at hand.
            "thread": {name: answer[name] for name in ("subject", "message_id", "references", "tickets")},
            "from": answer["from"],
            "authenticated": answer["authenticated"],
            "received": answer["date"],
        }
        if word in _KINDS:
            wanted = {"what": _WHAT[word]} if word in _WHAT else {"promised": answer["promised"]}
            return new(case_id, _KINDS[word], {**data, **wanted}, actor=actor, at=now)
        return new(
            case_id, "decided", {**data, "verdict": word, "propagation": answer["propagation"]}, actor=actor, at=now
        )

    return ledger.record(case_id, decide)


def _verdict(answer: t.Mapping[str, t.Any], address: str | None) -> t.Mapping[str, t.Any] | None:
    """Return the verdict about the case's own address; one that names none stands for all that were asked about."""
    by_address = {verdict["ip"]: verdict for verdict in answer["verdicts"]}
    return by_address.get(address) or by_address.get(None)
