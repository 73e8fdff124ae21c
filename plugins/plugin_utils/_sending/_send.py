# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Sending the request of a case: once, whatever happens. The ledger knows before the server does."""

from __future__ import annotations

import datetime
import email
import email.message
import email.policy
import re
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, refusal
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, Snapshot
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import is_mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._sending._submission import (
    Session,
    SubmissionError,
    ready,
)

_LONGEST_TEXT = 16_000
_MESSAGE_ID = re.compile(r"<[!-~]{1,900}>")

OnStep = t.Callable[[str], None]


class Outcome(t.NamedTuple):
    """What became of a request: V(sent), V(planned), V(refused), V(failed), V(unknown), with the reason."""

    case: str
    outcome: str
    reason: str | None
    message_id: str | None = None


class Draft(t.NamedTuple):
    """A mail that is ready: C(kind) is the event of its sending, V(sent) of a request or V(escalated) of an answer."""

    case: str
    path: Path
    kind: str = "sent"


def obstacle(case: Case | None, message_id: str, kind: str = "sent") -> str | None:
    """Tell why a mail of a case may not be sent now, or None."""
    if case is None:
        return "there is no case yet: open it first"
    if case.possibly_sent:
        return (
            f"{case.possibly_sent} may have been sent already: look for it in the log of the submission server,"
            " and record sent or unsent"
        )
    if message_id in case.message_ids:
        return "it was sent already"
    if kind == "sent" and not case.may_be_asked:
        return f"it is {case.state}: a request is sent once, and who has answered is answered"
    if kind == "escalated" and case.due not in ("answer", "escalate"):
        return "nothing in it wants an answer now"
    return refusal(case, "sending") or refusal(case, kind)


def read_draft(path: Path) -> email.message.EmailMessage:
    """Return the draft that C(delist_request) wrote, and that somebody may have edited since.

    :raises SubmissionError: it cannot be read, or is not one: found now, before a case says that it may have been sent
    """
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
    except OSError as exc:
        raise SubmissionError(f"{path} cannot be read: {exc.strerror}") from None
    if not isinstance(message, email.message.EmailMessage) or not _is_complete(message):
        raise SubmissionError(f"{path} is no mail with From, To (plain addresses) and Message-ID")
    return message


def _is_complete(message: email.message.EmailMessage) -> bool:
    envelope = [getattr(message[name], "addresses", ()) for name in ("From", "To")]
    addresses = [address.addr_spec for each in envelope for address in each]
    is_named = _MESSAGE_ID.fullmatch(str(message["Message-ID"] or "").strip())
    return all(envelope) and all(map(is_mailbox, addresses)) and is_named is not None


def send(
    ledger: Ledger,
    session: Session,
    case_id: str,
    draft: email.message.EmailMessage,
    *,
    kind: str = "sent",
    actor: str,
    now: t.Callable[[], datetime.datetime],
    on_step: OnStep = lambda _step: None,
) -> Outcome:
    """Send the request of a case, unless it was or may have been sent.

    :param on_step: told where we are: V(begin), V(noted), V(submitted), V(recorded)
    """
    message_id = str(draft["Message-ID"]).strip()
    why: list[str] = []

    def begin(seen: Snapshot) -> Event | None:
        why[:] = filter(None, [obstacle(seen.case, message_id, kind)])
        data = {"message_id": message_id, "to": str(draft["To"]), "as": kind, "text": _text(draft)}
        return None if why else new(case_id, "sending", data, actor=actor, at=now())

    on_step("begin")
    _seen, noted = ledger.record(case_id, begin)
    if not noted:
        return Outcome(case_id, "refused", why[0], message_id)
    on_step("noted")
    try:
        said = session.submit(ready(draft, at=now()))
    except SubmissionError as exc:
        _note(ledger, case_id, "unsent", {"message_id": message_id, "reason": str(exc)}, actor, now())
        return Outcome(case_id, "failed", str(exc), message_id)
    except OSError as exc:
        # It may have arrived. Whoever reads the server's log will know; a second mail would be worse.
        return Outcome(case_id, "unknown", str(exc), message_id)
    on_step("submitted")
    _note(ledger, case_id, kind, {"message_id": message_id, "reply": said}, actor, now())
    on_step("recorded")
    return Outcome(case_id, "sent", None, message_id)


def _text(draft: email.message.EmailMessage) -> str:
    """Return what is said, for the record."""
    body = draft.get_body(("plain",))
    return f"{draft['Subject'] or ''}\n\n{body.get_content() if body else ''}"[:_LONGEST_TEXT]


def _note(ledger: Ledger, case_id: str, kind: str, data: dict[str, t.Any], actor: str, at: datetime.datetime) -> None:
    ledger.record(case_id, lambda _seen: new(case_id, kind, data, actor=actor, at=at))
