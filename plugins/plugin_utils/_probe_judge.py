# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the answer to a probe says about a block: accepting, blocked, or nothing that could be relied on.

The text of the reply decides, not its status: a hold turns the status into 4.x.y, and a C(-bv) ends before DATA.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import recogniser
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import assess
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import read_findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

ACCEPTING, BLOCKED, INCONCLUSIVE = "accepting", "blocked", "inconclusive"
# In the order in which a conversation passes them.
STAGES = ("greeting", "HELO", "MAIL FROM", "RCPT TO", "DATA", "end of DATA")
_LAST_ASKED = STAGES.index("RCPT TO")
_ABOUT_RECIPIENT = frozenset({"recipient_invalid", "recipient_policy"})


class Verdict(t.NamedTuple):
    """C(code) names the reason, which C(en) and C(ja) say."""

    verdict: str
    code: str
    en: str
    ja: str
    cause: str | None = None


def judge(
    answer: t.Mapping[str, t.Any], *, blocked_at: str | None = None, knowledge_paths: t.Sequence[str] = ()
) -> Verdict:
    """Judge what M(postmaster.delist.delivery_probe) brought from a host.

    :param blocked_at: the stage at which the receiver refused before; null when it is not known
    """
    said = str(answer.get("text") or "")
    if answer.get("status") is None:
        return _verdict(INCONCLUSIVE, "no_answer", seconds=answer.get("seconds"))
    if answer.get("through_relay"):
        return _verdict(INCONCLUSIVE, "through_relay", relay=answer.get("relay_host"))
    if answer["status"] == "deliverable":
        if blocked_at is not None and STAGES.index(blocked_at) > _LAST_ASKED:
            return _verdict(INCONCLUSIVE, "never_gets_there", stage=blocked_at)
        return _verdict(ACCEPTING, "accepted", said=said)
    if answer.get("code") is None:
        return _verdict(INCONCLUSIVE, "no_reply", said=said)
    reading = assess(
        recogniser(tuple(knowledge_paths)),
        said,
        relay=answer.get("relay_host"),
        relay_ips=[answer["relay_ip"]] if answer.get("relay_ip") else [],
        dsn=answer.get("dsn"),
        stage=answer.get("stage"),
    )
    if _opens_case(reading.cause):
        return _verdict(BLOCKED, "refused", said=said)._replace(cause=reading.cause)
    if reading.cause in _ABOUT_RECIPIENT:
        got_past = blocked_at is not None and _is_before(blocked_at, answer.get("stage"))
        found = _verdict(ACCEPTING, "got_past", stage=blocked_at) if got_past else _verdict(INCONCLUSIVE, "recipient")
        return found._replace(cause=reading.cause)
    return _verdict(INCONCLUSIVE, "another_refusal", said=said)._replace(cause=reading.cause)


def latest_stage(stages: t.Iterable[str | None]) -> str | None:
    """Return the last of the stages at which a receiver has blocked; None when one of them is not known."""
    named = list(stages)
    if not named or any(stage not in STAGES for stage in named):
        return None
    return max(t.cast("list[str]", named), key=STAGES.index)


def of_receiver(run_dir: Path, host: str, receiver: str) -> list[t.Mapping[str, t.Any]]:
    """Return the blocks of a receiver, or of a list that it asks, that a run has found for a host.

    :raises FindingsError: the run has no findings
    """
    return [
        finding
        for finding in read_findings(run_dir)
        if _opens_case(finding["cause"])
        and any(each["slug"] == receiver and host in each["hosts"] for each in finding["receivers"])
    ]


def _opens_case(cause: str) -> bool:
    return bool(read(SHIPPED / "causes.yml")["causes"][cause]["opens_case"])


def _is_before(first: str, second: str | None) -> bool:
    return second in STAGES and STAGES.index(first) < STAGES.index(second)


def _verdict(verdict: str, code: str, **values: object) -> Verdict:
    said = {language: Texts(language, file="relay").say("probe", code, **values) for language in LANGUAGES}
    return Verdict(verdict, code, said["en"], said["ja"])
