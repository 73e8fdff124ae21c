# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What is to be done for a case, by whom, with the complete command; told in one language, as data for summary.json."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._phrases import title_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._case_data import text_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._way import counterpart_of, way_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts

_DESKS = 3

Data = t.Mapping[str, t.Any]


class Step(t.NamedTuple):
    """What is next in a case. C(is_due) is whether it is now; C(commands) are complete."""

    case: Case
    is_due: bool
    what: str
    commands: tuple[Command, ...] = ()
    path: str | None = None
    sends: bool = False


class Setting(t.NamedTuple):
    """What all steps of a run share.

    C(requests) are the records of requests.json by case, C(command) gives this playbook's command with more extra vars,
    C(shown) a path of the run as one would type it; null where this run has not written it.
    """

    now: datetime.datetime
    requests: t.Mapping[str, Data]
    mailboxes: t.Mapping[str, t.Any]
    can_send: bool
    texts: Texts
    command: t.Callable[[t.Mapping[str, str]], Command]
    shown: t.Callable[[str], str | None]
    known: Knowledge


def step_of(case: Case, about: Setting) -> Step:
    """Return the next step of an open case."""
    is_due = case.due_at is not None and case.due_at <= about.now
    if not is_due:
        return Step(case, False, about.texts.say("due", "wait", due_at=text_of(case.due_at)))
    made = _STEPS.get(str(case.due), _wait)(case, about)
    return made._replace(is_due=True)


def to_data(step: Step, about: Setting) -> dict[str, t.Any]:
    """Return a step as summary.json has it."""
    case = step.case
    return {
        "case": case.id,
        "finding": case.finding,
        "title": title_of(case, about.texts),
        "hosts": list(case.facts.get("hosts") or ()),
        "state": case.state,
        "since": text_of(case.since),
        "due": case.due,
        "due_at": text_of(case.due_at),
        "is_due": step.is_due,
        "who": who(case),
        "by": case.by,
        "what": step.what,
        "path": step.path,
        "commands": [command.line() for command in step.commands],
    }


def who(case: Case) -> str:
    """Return whose turn it is: only where nobody was asked yet can it be somebody else's than ours."""
    said = str(case.facts.get("who_can_fix"))
    # A ledger may have been written by another version, or taken over from another machine.
    return said if case.due == "ask" and Texts("en").knows("who", said) else "you"


def _ask(case: Case, about: Setting) -> Step:
    record = about.requests.get(case.id) or {}
    if record.get("path"):
        return _send(case, about)
    reason = about.texts.pick(record.get("instruction")).partition("\n")[0]
    return Step(case, True, about.texts.say("due", "ask", reason=reason or title_of(case, about.texts)))


def _send(case: Case, about: Setting) -> Step:
    record = about.requests.get(case.id) or case.request or {}
    path = about.shown(record["path"]) if record.get("path") else None
    if record.get("kind") == "form":
        what = about.texts.say("due", "fill_in", url=record.get("url"))
        return Step(case, True, what, (_noted(case, "submitted", about, ticket="NUMBER"),), path)
    what = about.texts.say("due", "send", to=record.get("to"))
    return Step(case, True, what, (_sent(case, "submitted", about),), path, about.can_send)


def _find_out(case: Case, about: Setting) -> Step:
    what = about.texts.say("due", "find_out_whether_sent", message_id=case.possibly_sent)
    went = "sent" if case.may_be_asked or case.state in ("detected", "ready") else "escalated"
    return Step(case, True, what, tuple(_noted(case, event, about) for event in (went, "unsent")))


def _chase(case: Case, about: Setting) -> Step:
    tickets = ", ".join(case.tickets) or "-"
    what = about.texts.say("due", "chase", tickets=tickets)
    return Step(case, True, what, (_noted(case, "chased", about),))


def _answer(case: Case, about: Setting) -> Step:
    record = about.requests.get(case.id) or {}
    draft = record.get("escalation") or {}
    sentence = (case.answer or {}).get("sentence") or "?"
    desks = _desks(case, about)
    if draft.get("path"):
        path = about.shown(draft["path"])
        what = about.texts.say("due", "escalate_draft", sentence=sentence, to=draft["to"])
        return Step(case, True, f"{what}{desks}", (_sent(case, "escalated", about),), path, about.can_send)
    refused = draft.get("refused") or {}
    if refused.get("code") == "new_facts_missing":
        what = about.texts.say("due", "escalate_words", sentence=sentence)
    else:
        what = about.texts.pick(refused) or about.texts.say("due", "escalate")
    return Step(case, True, f"{what}{desks}", (_noted(case, "escalated", about),))


def _confirm(case: Case, about: Setting) -> Step:
    return Step(case, True, about.texts.say("due", "confirm"), (_noted(case, "chased", about),))


def _retest(case: Case, about: Setting) -> Step:
    receivers = [slug for slug in (case.facts.get("receiver"), *(case.facts.get("receivers") or ())) if slug]
    has_mailbox = any(about.mailboxes.get(slug) for slug in receivers)
    receiver = receivers[0] if receivers else "?"
    return Step(case, True, about.texts.say("due", "retest_soon" if has_mailbox else "retest", receiver=receiver))


def _prove(case: Case, about: Setting) -> Step:
    receiver = case.facts.get("receiver") or ", ".join(case.facts.get("receivers") or ()) or "?"
    return Step(case, True, about.texts.say("due", "prove", ip=case.facts.get("egress_ip"), receiver=receiver))


def _wait(case: Case, about: Setting) -> Step:
    return Step(case, True, about.texts.say("due", "wait", due_at=text_of(case.due_at)))


def _desks(case: Case, about: Setting) -> str:
    """Return who can lift this block: whoever says that it is not listed may be the wrong one to ask."""
    finding = {**case.facts, "id": case.finding, "receivers": ()}
    if not finding.get("remedy") or not finding.get("evidence"):
        return ""
    way = way_of(finding, counterpart_of(finding, about.known), about.known)
    places = [place for one in (way, *way.alternatives) if (place := one.to or one.url)]
    separator = "" if about.texts.language == "ja" else " "
    desks = ", ".join(dict.fromkeys(places[:_DESKS]))
    return separator + about.texts.say("due", "desks", desks=desks) if places else ""


def _sent(case: Case, event: str, about: Setting) -> Command:
    """Return the command that sends, or what to record once somebody has."""
    return about.command({"confirm": "yes"}) if about.can_send else _noted(case, event, about)


def _noted(case: Case, event: str, about: Setting, **more: str) -> Command:
    return about.command({"case": case.id, "event": event, **more})


_STEPS: t.Mapping[str, t.Callable[[Case, Setting], Step]] = {
    "ask": _ask,
    "send": _send,
    "find_out_whether_sent": _find_out,
    "chase": _chase,
    "escalate": _answer,
    "answer": _answer,
    "confirm": _confirm,
    "retest": _retest,
    "prove": _prove,
}
