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
_KEPT = 2048
# By so many bytes at its beginning, or else at its end, what was said before is looked for.
_HEAD = 32
_TAIL = 40
_TEMPLATES = 8  # of the same
_DIGITS = b"0123456789"
# What signature() masks in any case, and no address of a host can be part of: moments and ids, new in every line, and
# mail addresses. An id has letters, at least twelve characters and four digits; a mail address ends in a name.
_ID = re.compile(
    rb"(?<![A-Za-z0-9_.:-])"
    rb"(?:[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:\.[0-9]{1,9}|)Z(?![A-Za-z0-9_.:+-])"
    rb"|(?![0-9]{4}-[0-9][0-9]-[0-9][0-9])(?=[0-9_-]*[A-Za-z])(?=(?:[A-Za-z_-]*[0-9]){4})[A-Za-z0-9_-]{12,}"
    rb"(?:(?:\.[0-9]{1,4})?(?![A-Za-z0-9_.-])|(?=\.[A-Za-z])))"
)
_LOCAL = rb"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_MAIL = re.compile(
    rb"(?<!%s)(?![^ ]*[0-9]\.[0-9])%s{1,64}@[A-Za-z0-9.-]{0,200}[A-Za-z](?![A-Za-z0-9.-])" % (_LOCAL, _LOCAL)
)
_MARKS = ((_MAIL, b"@"), (_ID, b"0"))  # what stands for them


class Words(t.NamedTuple):
    """What equal wordings share."""

    signature: str
    code: int | None
    stage: str | None
    named_ips: tuple[str, ...]
    reason: Reason


class Wording:
    """What was said, without what differs from line to line: one object for each."""

    __slots__ = ("words",)

    def __init__(self, sentence: bytes) -> None:
        closed = sentence.endswith(b")")
        self.words = _read(text_of(sentence[:-1] if closed else sentence), closed=closed)


class _Template(t.NamedTuple):
    """What was said before, all but a middle that differs from line to line.

    The middle is just what C(matches) there; or several words, of which C(masked) is the same.
    """

    begin: bytes
    end: bytes
    matches: t.Callable[[bytes, int], t.Match[bytes] | None] | None
    masked: bytes
    wording: Wording


class Wordings:
    """Remembers the words it has seen, as many as memory allows."""

    def __init__(self) -> None:
        self._known: dict[bytes, Wording] = {}
        self._templates: dict[bytes, list[_Template]] = {}
        self._masked = _Masked()

    def of(self, sentence: bytes) -> Wording:
        """Read a sentence that names its host itself."""
        end = sentence.find(b"]") + 1
        return self.wording(sentence[:end], sentence[end:])

    def wording(self, host: bytes, said: bytes) -> Wording:
        """Return one object for all such sentences; C(host), their beginning, is never masked.

        A sentence stands in brackets, of which it has the closing one unless the log cut that off.
        """
        if len(said) > MAX_TEXT:  # where it will be cut depends on its ids
            return Wording(host + said)
        templates = self._templates
        for begin, end, matches, masked, wording in (
            templates.get(host + said[:_HEAD]) or templates.get(host + said[-_TAIL:]) or ()
        ):
            if said.startswith(begin) and said.endswith(end):
                stop = len(said) - len(end)
                if matches is None:
                    if _mask(said[len(begin) : stop]) == masked:
                        return wording
                else:
                    match = matches(said, len(begin))
                    if match and match.end() == stop:
                        return wording
        return self._learn(host, said)

    def _learn(self, host: bytes, said: bytes) -> Wording:
        words = said.split(b" ")
        masked = list(map(self._masked.__getitem__, words))
        whole = host + b" ".join(masked)
        wording = self._known.get(whole)
        if wording is None:
            make_room(self._known)
            wording = self._known[whole] = Wording(host + said)
        different = [number for number, word in enumerate(masked) if word != words[number]]
        if not different:
            self._file(host + said[:_HEAD], _Template(said, b"", None, b"", wording))
            return wording
        first, last = different[0], different[-1] + 1
        begin = sum(len(word) + 1 for word in words[:first])
        end = len(said) - sum(len(word) + 1 for word in words[last:])
        template = _template(said, begin, end, b" ".join(masked[first:last]), wording)
        if len(template.begin) >= _HEAD:
            self._file(host + said[:_HEAD], template)
        elif len(template.end) >= _TAIL:
            self._file(host + said[-_TAIL:], template)
        return wording

    def _file(self, key: bytes, template: _Template) -> None:
        make_room(self._templates)
        templates = self._templates.setdefault(key, [])
        templates.insert(0, template)
        del templates[_TEMPLATES:]


class _Masked(t.Dict[bytes, bytes]):
    """Words without what signature() masks in them."""

    def __missing__(self, word: bytes) -> bytes:
        make_room(self)
        masked = self[word] = _mask(word)
        return masked


def _template(said: bytes, begin: int, end: int, masked: bytes, wording: Wording) -> _Template:
    """Return what recognises C(said) with another middle: a single id or address, or else the words that hold them."""
    for pattern, mark in _MARKS:
        found = pattern.search(said, begin, end)
        if found and said[begin : found.start()] + mark + said[found.end() : end] == masked:
            return _Template(said[: found.start()], said[found.end() :], pattern.match, b"", wording)
    return _Template(said[:begin], said[end:], None, masked, wording)


def _mask(words: bytes) -> bytes:
    if b"@" in words:
        words = _MAIL.sub(b"@", words)
    return _ID.sub(b"0", words) if len(words.translate(None, _DIGITS)) <= len(words) - 4 else words


def make_room(seen: dict[t.Any, t.Any]) -> None:
    if len(seen) >= _KEPT:
        seen.clear()


def _read(sentence: str, *, closed: bool) -> Words:
    reason = parse_reason(sentence, closed=closed)
    reply = parse(reason.reply)
    named = tuple(find_ips(reply.text)) if reason.shape in HEARD else ()
    return Words(signature_of(reply), reply.code if reason.shape in HEARD else None, reason.stage, named, reason)


def text_of(raw: bytes) -> str:
    """Decode what a log holds: UTF-8 as a rule, anything at worst."""
    return raw.decode("utf-8", "replace")
