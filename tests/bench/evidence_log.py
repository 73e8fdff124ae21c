# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate the log that the evidence bench reads: a busy mail host's, the same bytes for the same arguments."""

from __future__ import annotations

import random
import time
import typing as t
from collections import deque
from pathlib import Path

STAMP_START = 1_795_000_000  # 18 November 2026; any fixed second does
MESSAGES_PER_SECOND = 8
IN_FLIGHT = 12
RECIPIENTS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 5)
REFUSED_SHARE = 0.03  # of the deliveries: 0.6 % of the lines
SMALL_HOSTS = 300
WORDINGS = 100  # of the small hosts' refusals

# Relay: its refusals, each with the command it answers.
BIG_RECEIVERS = {
    "example-com.mail.protection.outlook.com[104.47.1.36]": (
        (
            "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal from"
            " this list please forward this message to delist@messaging.microsoft.com",
            "RCPT TO",
        ),
    ),
    "outlook-com.olc.protection.outlook.com[52.101.9.4]": (
        (
            "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service"
            " provider since part of their network is on our block list (S3140). You can also refer your provider to"
            " http://mail.live.com/mail/troubleshooting.aspx#errors."
            " [AM6EUR05FT{n:03d}.eop-eur05.prod.protection.outlook.com]",
            "MAIL FROM",
        ),
    ),
    "gmail-smtp-in.l.google.com[142.250.27.27]": (
        (
            "421-4.7.28 [203.0.113.7      15] Our system has detected an unusual rate of unsolicited mail"
            " originating from your IP address. 421-4.7.28"
            " https://support.google.com/mail/?p=UnsolicitedRateLimitError {id} - gsmtp",
            "end of DATA",
        ),
        (
            "550-5.1.1 The email account that you tried to reach does not exist. 550 5.1.1"
            " https://support.google.com/mail/?p=NoSuchUser {id} - gsmtp",
            "RCPT TO",
        ),
    ),
    "mta5.am0.yahoodns.net[67.195.204.72]": (
        (
            "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user"
            " complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
            "MAIL FROM",
        ),
    ),
    "mx01.mail.icloud.com[17.57.155.25]": (
        (
            "554 5.7.1 [CS01] Message rejected due to local policy. Please visit"
            " https://support.apple.com/en-us/HT204137",
            "end of DATA",
        ),
    ),
}
SMALL_REFUSALS = (
    ("550 5.1.1 <{user}>: Recipient address rejected: User unknown in {words}", "RCPT TO"),
    (
        "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org;"
        " https://www.spamhaus.org/query/ip/203.0.113.7",
        "RCPT TO",
    ),
    (
        "450 4.2.0 <{user}>: Recipient address rejected: Greylisted, see http://postgrey.example.net/help/{words}.html",
        "RCPT TO",
    ),
)


class _Message:
    """One message: the lines of its arrival, then, some messages later, those of its delivery."""

    def __init__(self, rng: random.Random, serial: int, signatures: int) -> None:
        self.rng = rng
        self.queue_id = f"{0xA0000000 + serial * 7919:X}"
        self.number = rng.randrange(400)
        self.user = f"sender{self.number}"
        self.recipients = rng.choice(RECIPIENTS)
        self.signatures = signatures

    def arrival(self, head: str) -> t.Iterator[str]:
        rng, queue_id = self.rng, self.queue_id
        client = f"pc{self.number % 200}.example.jp[192.0.2.{self.number % 200}]"
        smtpd = f"{head}smtpd[{rng.randrange(1000, 32000)}]:"
        yield f"{smtpd} connect from {client}"
        if rng.random() < 0.02:
            yield (
                f"{smtpd} NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 554 5.7.1 Service unavailable; Client host"
                " [198.51.100.9] blocked using zen.spamhaus.org; from=<x@example.net> to=<info@example.jp> proto=ESMTP"
                " helo=<example.net>"
            )
        yield f"{smtpd} {queue_id}: client={client}, sasl_method=PLAIN, sasl_username={self.user}"
        message_id = f"{queue_id.lower()}.{rng.randrange(10**9)}@mail.example.jp"
        yield f"{head}cleanup[{rng.randrange(1000, 32000)}]: {queue_id}: message-id=<{message_id}>"
        size = rng.randrange(800, 90000)
        queued = f"size={size}, nrcpt={self.recipients} (queue active)"
        yield f"{head}qmgr[811]: {queue_id}: from=<{self.user}@example.jp>, {queued}"
        if rng.random() < 0.4:
            yield f"{head}anvil[{rng.randrange(1000, 32000)}]: statistics: max cache size 3 at Nov 24 01:55:29"
        yield f"{smtpd} disconnect from {client}"

    def delivery(self, head: str) -> t.Iterator[str]:
        for _recipient in range(self.recipients):
            yield from self._attempt(head)
        yield f"{head}qmgr[811]: {self.queue_id}: removed"

    def _attempt(self, head: str) -> t.Iterator[str]:
        rng = self.rng
        number = rng.randrange(max(SMALL_HOSTS, self.signatures))
        if rng.random() < 0.75:
            relay, refusals = rng.choice(list(BIG_RECEIVERS.items()))
        else:
            relay, refusals = f"mx{number}.example.net[198.51.{number // 250}.{number % 250}]", SMALL_REFUSALS
        smtp = f"{head}smtp[{rng.randrange(1000, 32000)}]:"
        if rng.random() < 0.1:
            yield f"{smtp} Trusted TLS connection established to {relay}:25: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384"
        line = (
            f"{smtp} {self.queue_id}: to=<user{rng.randrange(40000)}@example.com>, relay={relay}:25,"
            f" delay={rng.randrange(1, 15) / 10}, delays=0.1/0/0.3/0.6,"
        )
        if rng.random() >= REFUSED_SHARE:
            yield f"{line} dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {rng.randrange(16**10):X})"
            return
        text, command = rng.choice(refusals)
        reply = text.format(
            n=rng.randrange(1000),
            id=f"{rng.randrange(16**13):013x}-{rng.randrange(16**12):012x}si{rng.randrange(10**7):07d}wrc.{number}",
            user=f"user{rng.randrange(40000)}@example.com",
            words=_words(number % self.signatures),
        )
        outcome = "dsn=5.7.1, status=bounced" if reply.startswith("5") else "dsn=4.7.1, status=deferred"
        yield f"{line} {outcome} (host {relay} said: {reply} (in reply to {command} command))"


def _words(number: int) -> str:
    """A number as letters, which no signature masks."""
    return "table-" + "".join(chr(97 + int(digit)) for digit in str(number))


def lines(*, seed: int = 1, signatures: int = WORDINGS) -> t.Iterator[str]:
    """Lines without end, in the order of time; the small hosts have so many wordings."""
    rng = random.Random(seed)
    waiting: deque[_Message] = deque()
    serial = 0
    while True:
        stamp = time.strftime("%b %e %H:%M:%S", time.gmtime(STAMP_START + serial // MESSAGES_PER_SECOND))
        head = f"{stamp} mx1 postfix/"
        message = _Message(rng, serial, signatures)
        yield from message.arrival(head)
        waiting.append(message)
        if len(waiting) > IN_FLIGHT:
            waiting.rotate(-rng.randrange(IN_FLIGHT))
            yield from waiting.popleft().delivery(head)
        serial += 1


def write(path: Path, size: int, *, seed: int = 1, signatures: int = WORDINGS) -> Path:
    """Write at least `size` bytes to `path`, unless it is there already."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    written = 0
    with part.open("w", encoding="ascii", newline="\n") as out:
        for line in lines(seed=seed, signatures=signatures):
            written += out.write(line + "\n")
            if written >= size:
                break
    part.replace(path)
    return path
