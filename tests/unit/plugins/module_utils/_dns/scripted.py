# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS server on loopback that answers as it is told: right, wrong, late, twice, or not at all.

As a context manager it serves from a thread of its own; without, whenever C(turn) is called.
"""

from __future__ import annotations

import functools
import selectors
import socket
import threading
import time
import typing as t

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Query = dns.message.Message
# What is sent back: nothing, one datagram, several, or a datagram after some seconds.
Sent = t.Union[None, bytes, t.List[t.Union[bytes, t.Tuple[float, bytes]]]]
Play = t.Callable[[Query], Sent]
Reply = t.Callable[[Query], bytes]


def answer(*data: str, kind: str = "A", ttl: int = 300) -> Reply:
    def play(query: Query) -> bytes:
        response = dns.message.make_response(query)
        response.answer.append(dns.rrset.from_text(query.question[0].name, ttl, "IN", kind, *data))
        return response.to_wire()

    return play


def rcode(name: str) -> Reply:
    def play(query: Query) -> bytes:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(name))
        return response.to_wire()

    return play


nxdomain = rcode("NXDOMAIN")
nodata = rcode("NOERROR")


def silence(_query: Query) -> Sent:
    return None


def in_turn(*plays: Play) -> Play:
    """Play one after the other, the last one for ever."""
    left = list(plays)

    def play(query: Query) -> Sent:
        return (left.pop(0) if len(left) > 1 else left[0])(query)

    return play


def truncated(query: Query) -> bytes:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.TC
    return response.to_wire()


def alias(target: str, *addresses: str) -> Reply:
    def play(query: Query) -> bytes:
        response = dns.message.make_response(query)
        response.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "CNAME", target))
        if addresses:
            response.answer.append(dns.rrset.from_text(target, 60, "IN", "A", *addresses))
        return response.to_wire()

    return play


class ScriptedServer:
    """Plays C(script[name, type]) for each question, else C(default); C(asked) is every question heard."""

    def __init__(self, *, tcp: bool = True, clock: t.Callable[[], float] = time.monotonic) -> None:
        self.script: dict[tuple[str, str], Play] = {}
        self.tcp_script: dict[tuple[str, str], Play] = {}
        self.default: Play = nxdomain
        self.asked: list[tuple[str, str]] = []
        self.sources: set[int] = set()
        self.ids: list[int] = []
        self.edns: dict[tuple[str, str], int] = {}
        self.times: list[float] = []
        self._clock = clock
        self._later: list[tuple[float, t.Callable[[], t.Any]]] = []
        self._udp, self._tcp = _sockets(tcp)
        self.port = self._udp.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._listen(self._udp, self._datagram)
        if self._tcp:
            self._listen(self._tcp, self._connection)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()
        self.close()

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            t.cast(socket.socket, key.fileobj).close()
        self._selector.close()

    def on(self, name: str, play: Play, kind: str = "A") -> None:
        self.script[name, kind] = play

    def healthy(self, zone: str, *, kinds: t.Sequence[str] = ("ip4",)) -> None:
        """Let a zone pass the probe of RFC 5782."""
        points = {"ip4": "2.0.0.127", "domain": "test", "ip6": "2.0.0.0.0.0.f.7.f.f.f.f" + ".0" * 20}
        for kind in kinds:
            self.on(f"{points[kind]}.{zone}", answer("127.0.0.2"))

    def count(self, name: str, kind: str = "A") -> int:
        return self.asked.count((name, kind))

    @property
    def next_due(self) -> float:
        return min((due for due, _act in self._later), default=float("inf"))

    def turn(self, wait: float = 0.0) -> bool:
        """Do what there is to do, and wait so many real seconds for it; tell whether there was anything."""
        acts = [key.data for key, _events in self._selector.select(wait)]
        now = self._clock()
        acts += [act for due, act in self._later if due <= now]
        self._later = [item for item in self._later if item[0] > now]
        for act in acts:
            act()
        return bool(acts)

    def _serve(self) -> None:
        while not self._stop.is_set():
            self.turn(0.01)

    def _listen(self, sock: socket.socket, act: t.Callable[[], t.Any]) -> None:
        sock.setblocking(False)
        self._selector.register(sock, selectors.EVENT_READ, act)

    def _in_a_moment(self, seconds: float, act: t.Callable[..., t.Any], *about: t.Any) -> None:
        self._later.append((self._clock() + seconds, functools.partial(act, *about)))

    def _datagram(self) -> None:
        wire, client = self._udp.recvfrom(65535)
        self.sources.add(client[1])
        sent = self._play(wire, self.script)
        for part in sent if isinstance(sent, list) else [sent]:
            if isinstance(part, tuple):
                self._in_a_moment(part[0], self._udp.sendto, part[1], client)
            elif part is not None:
                self._udp.sendto(part, client)

    def _connection(self) -> None:
        assert self._tcp is not None
        connection, _client = self._tcp.accept()
        self._listen(connection, functools.partial(self._conversation, connection))

    def _conversation(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        sent = self._play(connection.recv(65535)[2:], {**self.script, **self.tcp_script})
        if isinstance(sent, bytes):
            # In two pieces, as networks do.
            whole = len(sent).to_bytes(2, "big") + sent
            connection.sendall(whole[:5])
            self._in_a_moment(0.02, self._rest, connection, whole[5:])
        else:
            connection.close()

    @staticmethod
    def _rest(connection: socket.socket, data: bytes) -> None:
        with connection:
            connection.sendall(data)

    def _play(self, wire: bytes, script: dict[tuple[str, str], Play]) -> Sent:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        asked = (question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(asked)
        self.ids.append(query.id)
        self.times.append(self._clock())
        self.edns[asked] = query.payload
        return script.get(asked, self.default)(query)


def _sockets(tcp: bool) -> tuple[socket.socket, socket.socket | None]:
    """Return sockets of one port; what is free for datagrams may be taken for connections."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        udp.bind(("127.0.0.1", 0))
        if not tcp:
            return udp, None
        listening = socket.socket()
        # The connections of an earlier server on this port may still be fading away.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(udp.getsockname())
            listening.listen(8)
        except OSError:
            listening.close()
            udp.close()
            continue
        return udp, listening
