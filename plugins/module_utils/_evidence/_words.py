# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""From the raw words of a reply to its signature, each distinct wording once."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import Reason, parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse, signature

_KEPT = 4096
_DIGITS = b"0123456789"
# What signature() masks in any case, and no address of a host can be part of: ids, new in every line, and mail
# addresses. An id has letters, at least twelve characters and four digits; a mail address ends in a name.
_ID = re.compile(
    rb"(?<![A-Za-z0-9_.-])(?=[0-9_-]*[A-Za-z])(?=(?:[A-Za-z_-]*[0-9]){4})[A-Za-z0-9_-]{12,}"
    rb"(?:(?:\.[0-9]{1,4})?(?![A-Za-z0-9_.-])|(?=\.[A-Za-z]))"
)
_MAIL = re.compile(rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{0,200}[A-Za-z](?![A-Za-z0-9.-])")


class Words(t.NamedTuple):
    """What equal wordings share."""

    signature: str
    stage: str | None
    code: int | None
    enhanced: str | None
    named_ips: tuple[str, ...]
    reason: Reason


class Wordings:
    """Remembers the words it has seen, as many as memory allows."""

    def __init__(self) -> None:
        self._by_sentence: dict[tuple[bytes, bool], Words] = {}
        self._by_wording: dict[tuple[bytes, bool], Words] = {}

    def of(self, sentence: bytes, *, closed: bool) -> Words:
        """Read the sentence that stands in brackets; not C(closed) when the log cut its end off."""
        key = (sentence, closed)
        words = self._by_sentence.get(key)
        if words is None:
            wording = (_without_ids(sentence), closed)
            words = self._by_wording.get(wording)
            if words is None:
                words = _remember(self._by_wording, wording, _read(sentence, closed))
            _remember(self._by_sentence, key, words)
        return words


def _without_ids(sentence: bytes) -> bytes:
    return b" ".join([word if len(word) < 12 else _masked(word) for word in sentence.split(b" ")])


def _masked(word: bytes) -> bytes:
    if b"@" in word:
        word = _MAIL.sub(b"@", word)
    if len(word.translate(None, _DIGITS)) > len(word) - 4:
        return word
    return _ID.sub(b"0", word)


def _remember(seen: dict[tuple[bytes, bool], Words], key: tuple[bytes, bool], words: Words) -> Words:
    if len(seen) >= _KEPT:
        seen.clear()
    seen[key] = words
    return words


def _read(sentence: bytes, closed: bool) -> Words:
    reason = parse_reason(text_of(sentence), closed=closed)
    reply = parse(reason.reply)
    relay = [reason.ip] if reason.ip else []
    heard = reason.shape in ("said", "refused", "auth")
    return Words(
        signature=signature(reason.reply),
        stage=reason.stage,
        code=reply.code if heard else None,
        enhanced=reply.enhanced if heard else None,
        named_ips=tuple(find_ips(reply.text, exclude=relay)) if heard else (),
        reason=reason,
    )


def text_of(raw: bytes) -> str:
    """Decode what a log holds: UTF-8 as a rule, anything at worst."""
    return raw.decode("utf-8", "replace")
