# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who said what to which of our services: from the raw parts of a line to the group of replies it belongs to."""

from __future__ import annotations

import re

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key, Speech
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._words import Wordings, Words, text_of
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import MAX_TEXT

_KEPT = 4096
_SPOKEN = re.compile(rb"host ([^\s\[\]]+\[[^\[\]]*\])( (?:said|refused to talk to me): .*)", re.DOTALL)


class Listener:
    """Remembers what it has understood: the same words from the same relay are read once."""

    def __init__(self) -> None:
        self._wordings = Wordings()
        self._verbatim: dict[tuple[bytes, bytes | None, bytes], Speech] = {}
        self._masked: dict[tuple[bytes, bytes | None, bytes], Speech] = {}

    def hear(self, service: bytes, relay: bytes | None, sentence: bytes) -> Speech:
        """Read the sentence, with its closing bracket if it has one, that C(service) logged about C(relay)."""
        parts = (service, relay, sentence)
        speech = self._verbatim.get(parts)
        if speech is not None:
            return speech
        if len(sentence) > MAX_TEXT:
            return self._understand(service, relay, sentence)
        # A host's own name is never masked: it tells who spoke.
        host, bracket, said = sentence.partition(b"]")
        masked = (service, relay, host + bracket + self._wordings.without_ids(said))
        speech = self._masked.get(masked)
        if speech is None:
            speech = _remember(self._masked, masked, self._understand(service, relay, sentence))
        if masked == parts:
            _remember(self._verbatim, parts, speech)
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
        own = normalise(relay_ip)
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


def _remember(
    seen: dict[tuple[bytes, bytes | None, bytes], Speech], parts: tuple[bytes, bytes | None, bytes], speech: Speech
) -> Speech:
    if len(seen) >= _KEPT:
        seen.clear()
    seen[parts] = speech
    return speech
