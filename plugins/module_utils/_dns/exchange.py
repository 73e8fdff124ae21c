# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Many DNS questions at once: one loop, a few connected UDP sockets for each resolver, TCP where UDP is too small.

Most questions about block lists end in a plain "no such name". Those are judged by their header alone; only replies
that carry something are parsed. Every reply must come from the resolver asked (the socket is connected), to the port
and with the id of the question, and repeat the question itself; anything else is a stray and changes nothing.
"""

from __future__ import annotations

import collections
import itertools
import selectors
import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns import answers, stream
from ansible_collections.postmaster.delist.plugins.module_utils._dns.patience import Patience
from ansible_collections.postmaster.delist.plugins.module_utils._dns.question import Feed, Port, Question, random_ids

# More unanswered questions than this overflow the receive buffer of common servers.
WINDOW = 128
# Each socket has a port of its own, so that guessing a reply means guessing port and id.
SOCKETS_PER_SERVER = 4

_ONE, _ONE_AND_NONE = b"\0\1", b"\0\1\0\0"
# Bits of the header: a reply to a plain query, cut short, and what became of it.
_REPLY, _TRUNCATED, _RCODE = 0xF8, 2, 15
_LARGEST_DATAGRAM = 4096


class Exchange:
    """Asks; use as a context manager. C(strays) counts replies that belonged to no question."""

    def __init__(
        self,
        servers: t.Sequence[str],
        *,
        port: int = 53,
        timeout: float = 5.0,
        retries: int = 5,
        window: int = WINDOW,
        deadline: float | None = None,
    ) -> None:
        self.strays = 0
        self._patience = Patience(timeout, retries)
        self._deadline = deadline
        self._window = min(window, WINDOW) * len(servers)
        self._addresses = [(server, port) for server in servers]
        self._selector = selectors.DefaultSelector()
        self._ports: list[list[Port]] = []
        self._waiting: list[collections.deque[tuple[float, Question]]] = [
            collections.deque() for _attempt in range(retries + 1)
        ]
        self._streams: dict[stream.Stream, Question] = {}
        self._ids = random_ids()
        self._rota: t.Iterator[Port] = iter(())
        self._open = 0

    def __enter__(self) -> Exchange:
        try:
            for server, address in enumerate(self._addresses):
                self._ports.append([])
                for _socket in range(SOCKETS_PER_SERVER):
                    port = Port(server, address)
                    self._ports[-1].append(port)
                    self._selector.register(port.socket, selectors.EVENT_READ, port)
        except OSError:
            self.__exit__()
            raise
        # The servers in turn, and each one's sockets in turn.
        self._rota = itertools.cycle([port for ports in zip(*self._ports) for port in ports])
        return self

    def __exit__(self, *_error: object) -> None:
        for exchange in list(self._streams):
            exchange.close()
        for ports in self._ports:
            for port in ports:
                port.socket.close()
        self._selector.close()

    def run(self, feed: Feed, deliver: t.Callable[[Question, answers.Answer], None]) -> None:
        """Ask everything that the feed gives; C(deliver) gets each question once, with its answer."""
        self._deliver = deliver
        while True:
            now = time.monotonic()
            if self._deadline is not None and now >= self._deadline:
                self._give_up()
                return
            self._fill(feed, now)
            pause = feed.wait(now) if self._open < self._window else None
            if not self._open and pause is None:
                return
            asked = self._open
            self._expire(now)
            if self._open < asked:
                continue  # There is room for other questions, or nothing is left to wait for.
            for key, events in self._selector.select(self._nap(now, pause)):
                if isinstance(key.data, Port):
                    self._receive(key.data)
                else:
                    self._stream_ready(key.data, events)

    def _nap(self, now: float, pause: float | None) -> float:
        """Return how long to sleep when nothing arrives."""
        until = [queue[0][0] for queue in self._waiting if queue]
        until += [exchange.deadline for exchange in self._streams]
        if pause is not None:
            until.append(now + pause)
        if self._deadline is not None:
            until.append(self._deadline)
        return max(0.0, min(until, default=now) - now)

    def _fill(self, feed: Feed, now: float) -> None:
        """Ask as many new questions as the window has room for."""
        due = self._patience.due(now, 0, now)
        ready = []
        for _question in range(self._window - self._open):
            question = feed.take(now)
            if question is None:
                break
            question.started = now
            self._place(question, next(self._rota))
            self._waiting[0].append((due, question))
            ready.append(question)
        self._open += len(ready)
        # All at once: a server that finds the next question waiting does not go to sleep in between.
        for port, wire in [(question.port, question.wire()) for question in ready]:
            t.cast(Port, port).send(wire)

    def _place(self, question: Question, port: Port) -> None:
        """Give a question its port, and an id that nothing else has there."""
        found = next(self._ids)
        while found in port.asking:
            found = next(self._ids)
        question.id = found
        question.port = port
        port.asking[found] = question

    def _ask_again(self, question: Question, now: float) -> None:
        """Repeat a question, to the next server where there is one."""
        port = t.cast(Port, question.port)
        if len(self._ports) > 1:
            del port.asking[question.id]
            others = self._ports[(port.server + 1) % len(self._ports)]
            self._place(question, others[question.id[0] % len(others)])
        question.attempt += 1
        due = self._patience.due(question.started, question.attempt, now)
        self._waiting[question.attempt].append((due, question))
        t.cast(Port, question.port).send(question.wire())

    def _receive(self, port: Port) -> None:
        asking, receive, measured, more = port.asking, port.socket.recv, False, True
        while more:
            try:
                wire = receive(_LARGEST_DATAGRAM)
            except OSError:
                return
            question = asking.get(wire[:2])
            if question is None:
                self.strays += 1
                continue
            if not (measured or question.attempt):
                measured = True
                self._patience.heard(time.monotonic() - question.started)
            # Nearly every reply says this, so it is judged here and now: your question, one, no answer, no such name.
            if (
                wire.startswith(question.section, 12)
                and wire[4:8] == _ONE_AND_NONE
                and wire[3] & _RCODE == answers.NO_SUCH_NAME
                and wire[2] & (_REPLY | _TRUNCATED) == 0x80
            ):
                self._finish(question, answers.PLAIN_NXDOMAIN)
            elif not _answers(wire, question.section):
                self.strays += 1
            elif wire[2] & _TRUNCATED:
                self._open_stream(question)
            else:
                answer = answers.judge(wire)
                if not self._ask_another(question, answer.status):
                    self._finish(question, answer)
            # When nothing is asked, nothing is to be expected: a read that finds nothing costs as much as an answer.
            more = bool(asking)

    def _ask_another(self, question: Question, status: str) -> bool:
        """Ask the next server where that may help, unless each had its turn."""
        turns = min(len(self._ports), len(self._waiting))
        if status not in answers.WORTH_ANOTHER_SERVER or question.attempt + 1 >= turns:
            return False
        self._ask_again(question, time.monotonic())
        return True

    def _finish(self, question: Question, answer: answers.Answer) -> None:
        port = t.cast(Port, question.port)
        del port.asking[question.id]
        question.port = None
        self._open -= 1
        self._deliver(question, answer)

    def _expire(self, now: float) -> None:
        for attempt, queue in enumerate(self._waiting):
            while queue:
                due, question = queue[0]
                live = question.port is not None and question.attempt == attempt
                if live and due > now:
                    break
                queue.popleft()
                if not live:
                    continue
                if self._patience.left(question.started, attempt, now):
                    self._ask_again(question, now)
                else:
                    self._finish(question, answers.Answer(answers.TIMEOUT))
        for exchange in [exchange for exchange in self._streams if exchange.deadline <= now]:
            self._close_stream(exchange, answers.Answer(answers.TRUNCATED))

    def _give_up(self) -> None:
        for ports in self._ports:
            for port in ports:
                for question in list(port.asking.values()):
                    self._finish(question, answers.Answer(answers.DEADLINE))
        for exchange in list(self._streams):
            self._close_stream(exchange, answers.Answer(answers.DEADLINE))

    def _open_stream(self, question: Question) -> None:
        """Ask a question again over TCP, because its answer does not fit into a datagram."""
        port = t.cast(Port, question.port)
        del port.asking[question.id]
        question.port = None
        try:
            exchange = stream.Stream(
                self._addresses[port.server], question.wire(), time.monotonic() + self._patience.timeout
            )
        except OSError:
            self._open -= 1
            self._deliver(question, answers.Answer(answers.TRUNCATED))
            return
        self._streams[exchange] = question
        self._selector.register(exchange.socket, selectors.EVENT_WRITE, exchange)

    def _stream_ready(self, exchange: stream.Stream, events: int) -> None:
        question = self._streams[exchange]
        try:
            wire = exchange.advance()
        except OSError:
            self._close_stream(exchange, answers.Answer(answers.TRUNCATED))
            return
        if wire is not None:
            good = wire[:2] == question.id and _answers(wire, question.section) and not wire[2] & 2
            self._close_stream(exchange, answers.judge(wire) if good else answers.Answer(answers.TRUNCATED))
        elif exchange.sent and not events & selectors.EVENT_READ:
            self._selector.modify(exchange.socket, selectors.EVENT_READ, exchange)

    def _close_stream(self, exchange: stream.Stream, answer: answers.Answer) -> None:
        question = self._streams.pop(exchange)
        self._selector.unregister(exchange.socket)
        exchange.close()
        self._open -= 1
        self._deliver(question, answer)


def _answers(wire: bytes, section: bytes) -> bool:
    """Tell whether a datagram is a reply to this very question."""
    if len(wire) < 12 or wire[2] & _REPLY != 0x80 or wire[4:6] != _ONE:
        return False
    # Names are compared without regard to case; no octet of a length, type or class is a letter.
    return wire.startswith(section, 12) or wire[12 : 12 + len(section)].lower() == section
