# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""From the raw words of a reply to its signature, each distinct wording once."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import MAX_TEXT, Reason, parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse, signature_of

HEARD = ("said", "refused", "auth")  # the shapes in which the other side said something
_KEPT = 4096
_DIGITS = b"0123456789"
# What signature() masks in any case, and no address of a host can be part of: ids, new in every line, and mail
# addresses. An id has letters, at least twelve characters and four digits; a mail address ends in a name.
_ID = re.compile(
    rb"(?<![A-Za-z0-9_.:-])(?![0-9]{4}-[0-9][0-9]-[0-9][0-9])(?=[0-9_-]*[A-Za-z])(?=(?:[A-Za-z_-]*[0-9]){4})[A-Za-z0-9_-]{12,}"
    rb"(?:(?:\.[0-9]{1,4})?(?![A-Za-z0-9_.-])|(?=\.[A-Za-z]))"
)
_MAIL = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{0,200}[A-Za-z](?![A-Za-z0-9.-])")
_DOTTED_DIGITS = re.compile(rb"[0-9]\.[0-9]")


class Words(t.NamedTuple):
    """What equal wordings share."""

    signature: str
    code: int | None
    stage: str | None
    named_ips: tuple[str, ...]
    reason: Reason


class Wordings:
    """Remembers the words it has seen, as many as memory allows."""

    def __init__(self) -> None:
        self._known: dict[bytes, Words] = {}
        self.masked = Masked()

    def of(self, sentence: bytes, *, closed: bool = True) -> Words:
        """Read what stands in brackets; not C(closed) when the log cut its end off."""
        if len(sentence) > MAX_TEXT:  # where it will be cut depends on its ids
            return _read(text_of(sentence), closed=closed)
        wording = b" ".join(map(self.masked.__getitem__, sentence.split(b" "))) + (b")" if closed else b"")
        words = self._known.get(wording)
        if words is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            words = self._known[wording] = _read(text_of(sentence), closed=closed)
        return words


class Masked(t.Dict[bytes, bytes]):
    """Words without what signature() masks in them."""

    def __missing__(self, word: bytes) -> bytes:
        masked = _MAIL.sub(b"@", word) if b"@" in word and not _DOTTED_DIGITS.search(word) else word
        if len(masked.translate(None, _DIGITS)) <= len(masked) - 4:
            masked = _ID.sub(b"0", masked)
        if len(self) >= _KEPT:
            self.clear()
        self[word] = masked
        return masked


def _read(sentence: str, *, closed: bool) -> Words:
    reason = parse_reason(sentence, closed=closed)
    reply = parse(reason.reply)
    named = tuple(find_ips(reply.text)) if reason.shape in HEARD else ()
    return Words(signature_of(reply), reply.code if reason.shape in HEARD else None, reason.stage, named, reason)


def text_of(raw: bytes) -> str:
    """Decode what a log holds: UTF-8 as a rule, anything at worst."""
    return raw.decode("utf-8", "replace")
