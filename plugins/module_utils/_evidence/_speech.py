# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Who said what to which of our services: from the raw parts of a line to the group of replies it belongs to."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Key, Speech
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import (
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


class _Peer(t.NamedTuple):
    """A relay, which a line names with its address and port, or none."""

    named: bytes  # as sentences name it
    host: str
    ip: str


class Listener:
    """Remembers what it has understood: the same words from the same relay are read once."""

    def __init__(self) -> None:
        self._wordings = Wordings()
        self._peers: dict[bytes | None, _Peer] = {}
        self._known: dict[tuple[bytes, str, str | None, Wording], Speech] = {}
        self._overheard: dict[tuple[bytes, _Peer, bytes, Wording], tuple[Speech, str]] = {}

    def hear(self, service: bytes, relay: bytes | None, sentence: bytes) -> tuple[Speech, str]:
        """Read the sentence, with its closing bracket if it has one, that C(service) logged about C(relay).

        Return it, and the address of the host that it came from.
        """
        peer = self._peers.get(relay) or self._meet(relay)
        named, host, ip = peer
        if not (host and sentence.startswith(named) and sentence.startswith(_HEARD, len(named))):
            return self._overhear(service, peer, sentence)
        wording = self._wordings.wording(_ANY_HOST, sentence[len(named) :])
        named_ips = wording.words.named_ips
        own = _canonical(ip) if named_ips else None
        # Most often no address of the relay is named, and then it does not matter which one it has.
        heard = (service, host, own if own in named_ips else None, wording)
        speech = self._known.get(heard)
        if speech is None:
            if wording.words.reason.host != "-":  # nothing was said after all
                return self._overhear(service, peer, sentence)
            make_room(self._known)
            speech = self._known[heard] = _understand(service, host, ip, wording.words)
        return speech, ip

    def _meet(self, relay: bytes | None) -> _Peer:
        make_room(self._peers)
        host, ip = _lines.relay_parts(relay) or ("", "")
        peer = self._peers[relay] = _Peer(b"host " + relay[: relay.find(b"]") + 1] if relay else b"", host, ip)
        return peer

    def _overhear(self, service: bytes, peer: _Peer, sentence: bytes) -> tuple[Speech, str]:
        """Read what another than the relay said, or nobody."""
        spoken = _SPOKEN.match(sentence)
        named, said = spoken.groups() if spoken else (b"", b"")
        wording = self._wordings.wording(_ANY_HOST, said) if said else self._wordings.of(sentence)
        heard = (service, peer, named, wording)
        known = self._overheard.get(heard)
        if known is None:
            make_room(self._overheard)
            if said and wording.words.reason.host != "-":  # nothing was said after all
                wording = self._wordings.of(sentence)
            reason = wording.words.reason
            host, ip = peer.host, peer.ip
            if not host:
                host, ip = _lines.relay_parts(named[len(b"host ") :]) or ((reason.host or "").lower(), reason.ip or "")
            known = self._overheard[heard] = (_understand(service, host, ip, wording.words), ip)
        return known


def _understand(service: bytes, relay_host: str, relay_ip: str, words: Words) -> Speech:
    reason = words.reason
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
    return Speech(key, suspended=reason.suspended, is_evidence=is_client or reason.suspended)
