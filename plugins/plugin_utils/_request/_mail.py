# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""A request as a draft that a mail program opens: RFC 5322, without Date (that is the sending program's)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from ansible_collections.postmaster.delist.plugins.plugin_utils._request._contacts import domain_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import TemplateProblem
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import line
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import Words

_SUBJECT = "Subject: "
_HEADER_LIMIT = 200
# What certainly fits on one line of 78 with "Reply-To: ".
_UNFOLDED = 60
# RFC 5322 section 3.2.3
_SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')
# RFC 5322 section 2.1.1
_LONGEST_LINE = 998


def draft(rendered: str, *, words: Words, to: str, case: str, thread: Sequence[str] = ()) -> EmailMessage:
    """Build the message from a rendered template: its first line is the subject, the rest the body.

    C(thread) are the ids of the messages before it, the one that it answers last.
    """
    head, _newline, body = rendered.lstrip("\n").partition("\n")
    if not head.startswith(_SUBJECT):
        raise TemplateProblem(f'the template of a mail starts with "{_SUBJECT.strip()}", this one with {head[:40]!r}')
    body = body.strip("\n") + "\n"
    sender = words.sender or words.reply_to
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(words.contact_name, sender)
    message["Reply-To"] = _mailbox(words.contact_name, words.reply_to)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = _in_header(head[len(_SUBJECT) :])
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join(thread)
    message["Message-ID"] = _message_id(case, message, body)
    message["X-Unsent"] = "1"
    message.set_content(body, cte=_transfer_encoding(body))
    return message


def _mailbox(name: str, address: str) -> Address:
    name = _in_header(name)
    if len(name) + len(address) > _UNFOLDED:
        # Python loses the quotes of a name that it folds, and then these characters end it.
        name = line(_SPECIALS.sub(" ", name))
    return Address(display_name=name, addr_spec=address)


def _in_header(text: str) -> str:
    """Return a text as it may stand in a header; what looks like an encoded word (RFC 2047) must not become one."""
    return line(text, _HEADER_LIMIT).replace("=?", "= ?")


def _message_id(case: str, message: EmailMessage, body: str) -> str:
    """Return an id that only the content decides: the same request is the same message."""
    headers = [f"{name}: {value}" for name, value in message.items()]
    digest = hashlib.sha256("\n".join([*headers, "", body]).encode()).hexdigest()[:24]
    domain = domain_of(message["From"].addresses[0].addr_spec)
    # An address literal would print the address where mail programs show a name.
    return f"<{case.lower()}.{digest}@{'delist.invalid' if domain.startswith('[') else domain}>"


def _transfer_encoding(body: str) -> str:
    fits = body.isascii() and all(len(text_line) <= _LONGEST_LINE for text_line in body.split("\n"))
    return "7bit" if fits else "quoted-printable"
