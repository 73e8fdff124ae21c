# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the log that the evidence bench reads: a busy mail host's, the same bytes for the same arguments.

The promise names its log: 512 MiB, about 4.6 million lines, 0.6 % refused, many signatures, such that pflogsumm takes
646 MiB for it. So this is a host that application servers and people send through: several messages a session, to some
600,000 people at ten thousands of domains, most of whom it writes to once, with the strangers that knock at every host
on the Internet, and each kind of line as Postfix 3.7 writes it. The bench prints how near the log comes to that.
"""

from __future__ import annotations

import random
import time
import typing as t
from collections import deque
from pathlib import Path

from evidence_world import SMALL_HOSTS, Client, Delivery, World, words_of

STAMP_START = 1_795_000_000  # 18 November 2026; any fixed second does
SESSIONS_PER_SECOND = 2
IN_FLIGHT = 30  # messages
MESSAGES = (1, 1, 2, 2, 3, 4, 6, 10)  # of a session
RECIPIENTS = (1, 1, 1, 1, 1, 1, 2, 2, 2, 4)
REFUSED = 0.0425  # of the deliveries: 0.6 % of the lines
WORDINGS = 100  # of the small hosts' refusals
STRANGERS = 6  # for each session
SMTP_PROCESSES, SMTPD_PROCESSES = 60, 20


class _Host:
    """Writes what happens: each method yields lines without their head."""

    def __init__(self, seed: int, signatures: int, refused: float) -> None:
        self._rng = random.Random(seed)
        self._world = World(self._rng)
        self._signatures = signatures
        self._refused = refused
        self._serial = 0
        self.now = STAMP_START

    def stranger(self) -> t.Iterator[str]:
        """Yield the lines about one of the many who are not let in: bots at port 25, guessers of passwords."""
        rng = self._rng
        address, kind = f"198.51.100.{rng.randrange(250)}", rng.random()
        if kind < 0.7:
            peer = f"[{address}]:{rng.randrange(20000, 60000)}"
            postscreen = "postfix/postscreen[812]:"
            yield f"{postscreen} CONNECT from {peer} to [192.0.2.7]:25"
            if kind < 0.42:
                yield f"{postscreen} PREGREET 11 after 0.09 from {peer}: EHLO User\\r\\n"
            elif kind < 0.45:
                yield (
                    f"{postscreen} NOQUEUE: reject: RCPT from {peer}: 550 5.7.1 Service unavailable; client [{address}]"
                    " blocked using zen.spamhaus.org; from=<x@example.net>, to=<info@example.jp>, proto=ESMTP,"
                    " helo=<example.net>"
                )
            else:
                yield f"{postscreen} HANGUP after 1.2 from {peer} in tests"
            yield f"{postscreen} DISCONNECT {peer}"
            return
        client = f"unknown[{address}]"
        smtpd = f"postfix/submission/smtpd[{3100 + rng.randrange(SMTPD_PROCESSES)}]:"
        yield f"{smtpd} connect from {client}"
        if kind < 0.85:
            yield f"{smtpd} warning: {client}: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
            yield f"{smtpd} disconnect from {client} ehlo=1 auth=0/1 rset=1 quit=1 commands=3/4"
        else:
            yield f"{smtpd} lost connection after CONNECT from {client}"
            yield f"{smtpd} disconnect from {client} commands=0/0"

    def session(self) -> t.Iterator[str | _Message]:
        """Yield lines, and each message once it is in the queue."""
        rng = self._rng
        client = self._world.clients[int(len(self._world.clients) ** rng.random()) - 1]
        smtpd = f"postfix/{'submission/' * client.is_person}smtpd[{3100 + rng.randrange(SMTPD_PROCESSES)}]:"
        messages = rng.choice(MESSAGES)
        yield f"{smtpd} connect from {client.name}"
        for _message in range(messages):
            yield from self._arrival(smtpd, client)
        hello = "ehlo=2 starttls=1 auth=1" if client.is_person else "ehlo=1"
        commands = 3 * messages + 1 + (4 if client.is_person else 1)
        said = f"mail={messages} rcpt={messages} data={messages} quit=1 commands={commands}"
        yield f"{smtpd} disconnect from {client.name} {hello} {said}"

    def _arrival(self, smtpd: str, client: Client) -> t.Iterator[str | _Message]:
        rng = self._rng
        self._serial += 1
        queue_id = f"{0x10000 + self._serial * 7919 % 0xEFFFF:05X}{self._serial % 0xFFFFF:05X}"
        account = f", sasl_method=PLAIN, sasl_username={client.account}" if client.is_person else ""
        yield f"{smtpd} {queue_id}: client={client.name}{account}"
        message_id = f"{rng.randrange(16**12):012x}@{client.account}.example.jp"
        yield f"postfix/cleanup[{4100 + rng.randrange(9)}]: {queue_id}: message-id=<{message_id}>"
        sender = f"{client.account}@{rng.choice(self._world.own_domains)}"
        count, size = rng.choice(RECIPIENTS), rng.randrange(800, 90_000)
        yield f"postfix/qmgr[811]: {queue_id}: from=<{sender}>, size={size}, nrcpt={count} (queue active)"
        yield _Message(queue_id, message_id, size, [self._world.delivery() for _recipient in range(count)])

    def delivery(self, message: _Message) -> t.Iterator[str]:
        for delivery in message.deliveries:
            yield from self._attempt(message, delivery)
        yield f"postfix/qmgr[811]: {message.queue_id}: removed"

    def _attempt(self, message: _Message, delivery: Delivery) -> t.Iterator[str]:
        rng = self._rng
        smtp = f"postfix/smtp[{5100 + rng.randrange(SMTP_PROCESSES)}]:"
        kind, n = rng.random(), rng.randrange(1000)
        used = f"conn_use={2 + n % 6}, " if kind > 0.85 else ""
        delays = f"{used}delay=0.{n % 97}, delays=0.0{n % 8}/0/0.{n % 50}/0.{n % 40},"
        line = f"{smtp} {message.queue_id}: to=<{delivery.recipient}>, relay={delivery.relay}:25, {delays}"
        if kind >= self._refused:
            said = delivery.accepted.format(
                id=f"{rng.randrange(16**13):013x}-{rng.randrange(16**10):010x}si{1000000 + n}wrc.{n}",
                id16=f"{rng.randrange(16**10):010X}",
                mid=message.message_id,
                size=message.size,
                time=self.now,
                n=n,
                m=n % 60,
            )
            yield f"{line} dsn=2.0.0, status=sent ({said})"
        elif n < 100:
            why = f"connect to {delivery.relay}:25: Connection timed out"
            yield f"{smtp} {why}"
            to = f"to=<{delivery.recipient}>, relay=none, delay=30, delays=0.1/0/30/0,"
            yield f"{smtp} {message.queue_id}: {to} dsn=4.4.1, status=deferred ({why})"
        else:
            yield f"{line} {self._refusal(delivery, n)}"

    def _refusal(self, delivery: Delivery, n: int) -> str:
        rng = self._rng
        refusal = rng.choices(delivery.refusals, [one.weight for one in delivery.refusals])[0]
        reply = refusal.text.format(
            id=f"{rng.randrange(16**13):013x}-{rng.randrange(16**10):010x}si{1000000 + n}wrc.{n}",
            id16=f"{rng.randrange(16**12):012X}",
            n=n,
            m=n % 60,
            user=delivery.recipient,
            words=words_of((delivery.wording + n * SMALL_HOSTS) % self._signatures),
        )
        outcome = "dsn=5.7.1, status=bounced" if reply.startswith("5") else "dsn=4.7.1, status=deferred"
        return f"{outcome} (host {delivery.relay} said: {reply} (in reply to {refusal.command} command))"


class _Message(t.NamedTuple):
    queue_id: str
    message_id: str
    size: int
    deliveries: list[Delivery]


def lines(*, seed: int = 1, signatures: int = WORDINGS, refused: float = REFUSED) -> t.Iterator[str]:
    """Lines without end, in the order of time; the small hosts have so many wordings."""
    host = _Host(seed, signatures, refused)
    waiting: deque[_Message] = deque()
    sessions = 0
    rng = random.Random(seed)
    while True:
        host.now = STAMP_START + sessions // SESSIONS_PER_SECOND
        head = time.strftime("%b %e %H:%M:%S mx1 ", time.gmtime(host.now))
        for event in host.session():
            if isinstance(event, str):
                yield head + event
                continue
            waiting.append(event)
            if len(waiting) > IN_FLIGHT:
                waiting.rotate(-rng.randrange(IN_FLIGHT))
                for line in host.delivery(waiting.popleft()):
                    yield head + line
        while rng.random() < STRANGERS / (1 + STRANGERS):
            for line in host.stranger():
                yield head + line
        sessions += 1


def write(path: Path, size: int, *, seed: int = 1, signatures: int = WORDINGS, refused: float = REFUSED) -> Path:
    """Write at least `size` bytes to `path`, unless it is there already."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    written = 0
    with part.open("w", encoding="ascii", newline="\n") as out:
        for line in lines(seed=seed, signatures=signatures, refused=refused):
            written += out.write(line + "\n")
            if written >= size:
                break
    part.replace(path)
    return path
