# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""An answer as it arrives: the few headers that matter, and its text. The mail is hostile until proven otherwise.

Whatever is broken, nested or huge in it costs a bounded effort and is told in a note.
"""

from __future__ import annotations

import codecs
import email
import email.errors
import email.header
import email.message
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._replies._html import text_of_html

MAX_BYTES = 1_000_000
MAX_TEXT = 64_000
_MAX_HEADER = 1000
# The parser's depth and cost grow with the parts; an answer has two or three.
_MAX_PARTS = 50
_MAX_IDS = 20

# Decoders outside these are slow, or no encodings of mail at all.
_CHARSETS = re.compile(
    r"utf-?(?:7|8|16)|ascii|iso8859-|latin|cp(?:125|437|85|932|949|950)|koi8|iso2022_|shift_?jis|euc_|gb|big5|hz|johab|mac"
)
_HEADER_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}:")
_ADDRESSING = re.compile(r"(?m)^(?:from|subject|message-id):", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True)
class Letter:
    """An answer's text and headers; C(sender) is the plain address of C(From), unproven."""

    text: str
    subject: str = ""
    sender: str | None = None
    date: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(source: bytes | str) -> Letter:
    """Read a mail (as bytes, or pasted with its headers) or a plain text."""
    data = source.encode("utf-8", "surrogateescape") if isinstance(source, str) else source
    notes = ["cut: only the first 1,000,000 bytes were read"] if len(data) > MAX_BYTES else []
    data = data[:MAX_BYTES]
    if not _is_mail(data):
        return Letter(text=_cut(_decoded(data, None), notes), notes=tuple(notes))
    if data.lower().count(b"content-type:") > _MAX_PARTS:
        notes.append("not decoded: the mail has too many parts")
        head, _blank, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
        return _letter(email.message_from_bytes(head + b"\n\n"), _decoded(body, None), notes)
    message = email.message_from_bytes(data)
    return _letter(message, _text(message, notes), notes)


def _is_mail(data: bytes) -> bool:
    head = data.lstrip()[:20_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("latin-1")
    return bool(_HEADER_LINE.match(head) and _ADDRESSING.search(head))


def _letter(message: email.message.Message, text: str, notes: list[str]) -> Letter:
    ids = _MESSAGE_ID.findall(_header(message, "In-Reply-To") + " " + _header(message, "References"))
    own = _MESSAGE_ID.findall(_header(message, "Message-ID"))
    return Letter(
        text=_cut(text, notes),
        subject=_header(message, "Subject"),
        sender=email.utils.parseaddr(_header(message, "From"))[1].lower() or None,
        date=_date(message),
        message_id=own[0] if own else None,
        references=tuple(dict.fromkeys(ids))[:_MAX_IDS],
        notes=tuple(notes),
    )


def _header(message: email.message.Message, name: str) -> str:
    raw = str(message.get(name, ""))[:_MAX_HEADER]
    try:
        parts = email.header.decode_header(raw)
    except (email.errors.HeaderParseError, ValueError):
        return plain(raw)
    return plain(
        "".join(part if isinstance(part, str) else _decoded(part, charset) for part, charset in parts)[:_MAX_HEADER]
    )


def _date(message: email.message.Message) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _text(message: email.message.Message, notes: list[str]) -> str:
    """Return the text of the answer itself; an attached message is not what the sender says."""
    html = ""
    for part in _leaves(message):
        if part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            text = _body(part)
            if text.strip():
                return text
        elif kind == "text/html" and not html:
            html = text_of_html(_body(part))
    if not html:
        notes.append("empty: the mail has no text")
    return html


def _leaves(message: email.message.Message) -> Iterator[email.message.Message]:
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [inner for inner in part.get_payload() if isinstance(inner, email.message.Message)] + waiting
        elif part.get_content_maintype() == "text":
            yield part


def _body(part: email.message.Message) -> str:
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (LookupError, ValueError):
        payload, charset = str(part.get_payload()).encode("utf-8", "surrogateescape"), None
    return _decoded(payload if isinstance(payload, bytes) else b"", charset)


def _decoded(data: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        codec = _codec(name)
        if codec:
            try:
                return data.decode(codec)
            except (UnicodeError, LookupError):
                continue
    return data.decode(_codec(charset) or "utf-8", errors="replace")


def _codec(charset: str | None) -> str | None:
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return None
    return name if _CHARSETS.match(name) else None


def _cut(text: str, notes: list[str]) -> str:
    if len(text) > MAX_TEXT:
        notes.append("cut: only the first 64,000 characters were read")
        # What is left of the last sentence could say the opposite of the whole.
        return text[:MAX_TEXT].rpartition("\n")[0]
    return text
