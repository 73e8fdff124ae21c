# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A bounce message: its report for programs (RFC 3464) and its part for people, which often says more."""

from __future__ import annotations

import email
import email.policy
import re
import typing as t
from email.message import EmailMessage

from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._lines import read as read_record
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import Pasted

_MOST_PARTS = 50
_MOST_RECIPIENTS = 50
_MOST_TEXT = 64 * 1024

_HEADER = re.compile(r"(?:From |>?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t])")
_TELLING_HEADER = re.compile(
    r"^(?:Received|Return-Path|From|To|Subject|Date|Message-ID|MIME-Version|Content-Type|Delivered-To):", re.I | re.M
)
_TYPE = re.compile(r"\s*[A-Za-z0-9-]{1,30};\s*")


def is_mail(text: str) -> bool:
    """Tell a message from a log or a bare reply: it begins with headers that mail has."""
    head = text.lstrip()[:4096]
    return bool(_HEADER.match(head)) and len(_TELLING_HEADER.findall(head.partition("\n\n")[0])) >= 2


def read(text: str, records: t.Callable[[str], list[Pasted]]) -> list[Pasted]:
    """Return the replies of a bounce; C(records) reads the part for people."""
    message = email.message_from_bytes(text.lstrip().encode(errors="replace"), policy=email.policy.default)
    reports: list[Pasted] = []
    human = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            reports += [_of_report(fields) for fields in _recipients(part)]
        elif kind in ("text/plain", "text/html") and not human.strip():
            human = _text(part, kind)
    said = records(human)
    told = [item for item in reports if item.reply]
    if told:
        return [_completed(item, said) for item in told]
    if any(item.has_code for item in said) or not reports:
        return said
    prose = " ".join(human.split())
    return [item._replace(reply=prose) for item in reports]


def _parts(message: EmailMessage) -> t.Iterator[EmailMessage]:
    """Yield the parts, but nothing of the message that was returned."""
    waiting = [message]
    for _count in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        kind = part.get_content_type()
        if kind != "message/delivery-status" and part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting[:0] = t.cast("list[EmailMessage]", part.get_payload())
        elif part.get_content_maintype() != "message" or kind == "message/delivery-status":
            yield part


def _text(part: EmailMessage, kind: str) -> str:
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, AttributeError, KeyError):
        raw = part.get_payload(decode=True)
        text = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    text = text[:_MOST_TEXT]
    return (
        re.sub(r"<[^<>]{0,500}>", " ", re.sub(r"(?i)<(?:br|p|/p|div|tr)[^<>]{0,200}>", "\n", text))
        if kind == "text/html"
        else text
    )


def _recipients(part: EmailMessage) -> t.Iterator[t.Any]:
    """Yield the groups of fields about one recipient each; the first group is about the message."""
    payload: t.Any = part.get_payload()
    groups = payload if isinstance(payload, list) else []
    for fields in groups[:_MOST_RECIPIENTS]:
        if fields.get("Final-Recipient") or fields.get("Diagnostic-Code") or fields.get("Action"):
            yield fields


def _of_report(fields: t.Any) -> Pasted:
    diagnostic = _field(fields, "Diagnostic-Code")
    untyped = _TYPE.sub("", diagnostic, count=1) if _TYPE.match(diagnostic) else diagnostic
    found = read_record(untyped)
    action = _field(fields, "Action").lower()
    status = _field(fields, "Status").partition(" ")[0]
    host = _TYPE.sub("", _field(fields, "Remote-MTA"), count=1).partition(" ")[0]
    return found._replace(
        relay_host=found.relay_host or host or None,
        dsn=found.dsn or status or None,
        status={"failed": "bounced", "delayed": "deferred"}.get(action, found.status),
    )


def _field(fields: t.Any, name: str) -> str:
    try:
        value = fields.get(name)
    except (ValueError, IndexError, AttributeError, TypeError):  # the parser of structured fields gives up
        return ""
    return " ".join(str(value or "").split())


def _completed(item: Pasted, said: list[Pasted]) -> Pasted:
    """Add what only the part for people says: the stage, the relay's address, the rest of a text that was cut."""
    same = next((other for other in said if other.has_code and other.reply[:3] == item.reply[:3]), None)
    if same is None:
        return item
    return item._replace(
        reply=max(item.reply, same.reply, key=len),
        relay_host=item.relay_host or same.relay_host,
        relay_ips=item.relay_ips or same.relay_ips,
        stage=item.stage or same.stage,
    )
