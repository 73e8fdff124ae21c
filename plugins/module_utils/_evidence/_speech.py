# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who said what to which of our services: from the raw parts of a line to the group of replies it belongs to."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key, Speech
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._words import Wordings, Words, text_of
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import MAX_TEXT

_KEPT = 4096
_END = 32  # by so many bytes at its end a sentence is looked for
_TEMPLATES = 8  # with the same end
_SPOKEN = re.compile(rb"host ([^\s\[\]]+\[[^\[\]]*\])( (?:said|refused to talk to me): .*)", re.DOTALL)


Heard = t.Tuple[bytes, t.Optional[bytes], bytes]  # service, relay, the sentence or its end


class _Template(t.NamedTuple):
    """A sentence understood before, in which at most one word differs from line to line."""

    begin: bytes
    end: bytes
    word: bytes | None  # without what differs; None where nothing does
    speech: Speech


class Listener:
    """Remembers what it has understood: the same words from the same relay are read once."""

    def __init__(self) -> None:
        self._wordings = Wordings()
        self._templates: dict[Heard, list[_Template]] = {}
        self._known: dict[Heard, Speech] = {}

    def hear(self, service: bytes, relay: bytes | None, sentence: bytes) -> Speech:
        """Read the sentence, with its closing bracket if it has one, that C(service) logged about C(relay)."""
        templates = self._templates.get((service, relay, sentence[-_END:]))
        if templates is not None:
            for begin, end, word, speech in templates:
                if word is None:
                    if sentence == begin:
                        return speech
                elif sentence.startswith(begin) and sentence.endswith(end):
                    middle = sentence[len(begin) : len(sentence) - len(end)]
                    if self._wordings.masked[middle] == word and b" " not in middle:
                        return speech
        return self._learn(service, relay, sentence)

    def _learn(self, service: bytes, relay: bytes | None, sentence: bytes) -> Speech:
        if len(sentence) > MAX_TEXT:
            return self._understand(service, relay, sentence)
        # A host's own name is never masked: it tells who spoke.
        host, bracket, said = sentence.partition(b"]")
        words = said.split(b" ")
        masked = list(map(self._wordings.masked.__getitem__, words))
        wording = (service, relay, host + bracket + b" ".join(masked))
        speech = self._known.get(wording)
        if speech is None:
            _make_room(self._known)
            speech = self._known[wording] = self._understand(service, relay, sentence)
        different = [number for number, word in enumerate(masked) if word != words[number]]
        template = None
        if not different:
            template = _Template(sentence, b"", None, speech)
        elif len(different) == 1 and len(words) > different[0] + 1:
            end = b" " + b" ".join(words[different[0] + 1 :])
            begin = sentence[: len(sentence) - len(end) - len(words[different[0]])]
            template = _Template(begin, end, masked[different[0]], speech)
        if template:
            _make_room(self._templates)
            templates = self._templates.setdefault((service, relay, sentence[-_END:]), [])
            templates.insert(0, template)
            del templates[_TEMPLATES:]
        return speech

    def _understand(self, service: bytes, relay: bytes | None, sentence: bytes) -> Speech:
        closed = sentence.endswith(b")")
        if closed:
            sentence = sentence[:-1]
        words, named = self._words(sentence, closed)
        reason = words.reason
        reached = _lines.relay_parts(relay) or _lines.relay_parts(named)
        relay_host, relay_ip = reached or ((reason.host or "").lower(), reason.ip or "")
        # The retry service repeats what a client of the same instance heard.
        instance, _slash, program = text_of(service).rpartition("/")
        is_client = program in ("smtp", "lmtp")
        own = normalise(relay_ip) if words.named_ips else None
        key = Key(
            words.signature,
            words.code,
            words.stage,
            relay_host,
            f"{instance}/{program if is_client else 'smtp'}",
            tuple(ip for ip in words.named_ips if ip != own),
        )
        return Speech(key, relay_ip, reason.suspended, is_client or reason.suspended)

    def _words(self, sentence: bytes, closed: bool) -> tuple[Words, bytes | None]:
        """Return the words, and who spoke them: without the host the words of many hosts are the same."""
        spoken = _SPOKEN.match(sentence)
        if spoken:
            words = self._wordings.of(b"host -[]" + spoken.group(2), closed=closed)
            if words.reason.host == "-":
                return words, spoken.group(1)
        return self._wordings.of(sentence, closed=closed), None


def _make_room(seen: dict[Heard, t.Any]) -> None:
    if len(seen) >= _KEPT:
        seen.clear()
