# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who said what to which of our services: from the raw parts of a line to the group of replies it belongs to."""

from __future__ import annotations

import functools
import re

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key, Speech
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._words import (
    Wording,
    Wordings,
    Words,
    make_room,
    text_of,
)

_HEARD = (b" said: ", b" refused to talk to me: ")
_SPOKEN = re.compile(rb"(host [^\s\[\]]+\[[^\[\]]*\])( (?:said|refused to talk to me): .*)", re.DOTALL)
_ANY_HOST = b"host -[]"  # without their hosts the words of many hosts are the same


# A receiver's addresses are few, and each is heard in many wordings.
_canonical = functools.lru_cache(maxsize=1024)(normalise)


class Listener:
    """Remembers what it has understood: the same words from the same relay are read once."""

    def __init__(self) -> None:
        self._wordings = Wordings()
        self._known: dict[tuple[bytes, bytes | None, bytes, Wording], Speech] = {}

    def hear(self, service: bytes, relay: bytes | None, sentence: bytes) -> Speech:
        """Read the sentence, with its closing bracket if it has one, that C(service) logged about C(relay)."""
        named = b"host " + relay[: relay.find(b"]") + 1] if relay else b""
        said = None
        if named and sentence.startswith(named) and sentence.startswith(_HEARD, len(named)):
            said = sentence[len(named) :]
        else:
            spoken = _SPOKEN.match(sentence)
            if spoken:
                named, said = spoken.groups()
        wording = self._wordings.of(sentence) if said is None else self._wordings.wording(_ANY_HOST, said)
        heard = (service, relay, named, wording)
        speech = self._known.get(heard)
        if speech is None:
            make_room(self._known)
            if said is not None and wording.words.reason.host != "-":  # nothing was said after all
                wording = self._wordings.of(sentence)
            speech = self._known[heard] = _understand(service, relay, named, wording.words)
        return speech


def _understand(service: bytes, relay: bytes | None, named: bytes, words: Words) -> Speech:
    reason = words.reason
    reached = _lines.relay_parts(relay) or _lines.relay_parts(named[len(b"host ") :])
    relay_host, relay_ip = reached or ((reason.host or "").lower(), reason.ip or "")
    # The retry service repeats what a client of the same instance heard.
    instance, _slash, program = text_of(service).rpartition("/")
    is_client = program in ("smtp", "lmtp")
    own = _canonical(relay_ip) if words.named_ips else None
    key = Key(
        words.signature,
        words.code,
        words.stage,
        relay_host,
        f"{instance}/{program if is_client else 'smtp'}",
        tuple(ip for ip in words.named_ips if ip != own),
    )
    return Speech(key, relay_ip, reason.suspended, is_client or reason.suspended)
