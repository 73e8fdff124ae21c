# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the mail host of the evidence bench writes to, who writes through it, and what it is answered."""

from __future__ import annotations

import random
import typing as t

TAIL_DOMAINS = 80_000  # of recipients; a few get much, most get a message or two
SMALL_HOSTS = 300  # of the companies that receive for most of those
OWN_DOMAINS = 120  # of the senders
CLIENTS = 400  # application servers and people's machines
REGULARS = 20_000
NEW_RECIPIENT = 0.97  # seldom is the same person written to twice in a log of some hours
SMALL_SHARE = 0.6  # of the deliveries, to domains with mail exchangers of their own
_SYLLABLES = "ka ri mo to shi na be lo wen tar dan vi sol mer hag ost bru ken fel ia un go pra zim".split()
_FIRST = "anna bob carla dmitri emi farid greta hiro ines jun kofi lena marco nils olga pia rei sven tom yuki".split()


class Refusal(t.NamedTuple):
    """What is said after a command; of several, as often as they weigh."""

    weight: int
    text: str
    command: str


class Receiver(t.NamedTuple):
    """A big receiver: the end of its recipients' domains, its relays and how many addresses each has."""

    weight: int
    domain: str
    relays: tuple[str, ...]
    network: str
    accepted: str
    refusals: tuple[Refusal, ...]


GMAIL = (
    Refusal(
        6,
        "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the"
        " recipient's email address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1 "
        " https://support.google.com/mail/?p=NoSuchUser {id} - gsmtp",
        "RCPT TO",
    ),
    Refusal(
        2,
        "452-4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to 452-4.2.2 "
        " https://support.google.com/mail/?p=OverQuotaTemp {id} - gsmtp",
        "RCPT TO",
    ),
    Refusal(
        2,
        "421-4.7.28 [203.0.113.7      15] Our system has detected an unusual rate of unsolicited mail 421-4.7.28"
        " originating from your IP address. 421-4.7.28"
        " https://support.google.com/mail/?p=UnsolicitedRateLimitError {id} - gsmtp",
        "end of DATA",
    ),
)
EXCHANGE_ONLINE = (
    Refusal(
        4,
        "550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors"
        " [AM6EUR05FT{n:03d}.eop-eur05.prod.protection.outlook.com 2026-11-18T10:{m:02d}:11.{n:03d}Z 08DE{id16}]",
        "RCPT TO",
    ),
    Refusal(
        3,
        "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal from"
        " this list please forward this message to delist@messaging.microsoft.com",
        "RCPT TO",
    ),
)
OUTLOOK = (
    Refusal(
        5,
        "550 5.5.0 Requested action not taken: mailbox unavailable"
        " [DB5EUR02FT{n:03d}.eop-EUR02.prod.protection.outlook.com 2026-11-18T10:{m:02d}:11.{n:03d}Z 08DE{id16}]",
        "RCPT TO",
    ),
    Refusal(
        3,
        "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service"
        " provider since part of their network is on our block list (S3140). You can also refer your provider to"
        " http://mail.live.com/mail/troubleshooting.aspx#errors."
        " [AM6EUR05FT{n:03d}.eop-eur05.prod.protection.outlook.com]",
        "MAIL FROM",
    ),
)
YAHOO = (
    Refusal(
        4, "554 30 Sorry, your message to {user} cannot be delivered. This mailbox is disabled (554.30).", "end of DATA"
    ),
    Refusal(
        3,
        "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user"
        " complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes",
        "MAIL FROM",
    ),
)
ICLOUD = (
    Refusal(
        1,
        "554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137",
        "end of DATA",
    ),
)
SMALL_REFUSALS = (
    Refusal(5, "550 5.1.1 <{user}>: Recipient address rejected: User unknown in {words}", "RCPT TO"),
    Refusal(
        4,
        "450 4.2.0 <{user}>: Recipient address rejected: Greylisted, see http://postgrey.example.net/help/{words}.html",
        "RCPT TO",
    ),
    Refusal(
        1,
        "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org;"
        " https://www.spamhaus.org/query/ip/203.0.113.7",
        "RCPT TO",
    ),
)
_OUTLOOK_TOOK = "250 2.6.0 <{mid}> [InternalId={n}52{n}, Hostname=AM0PR0{m}MB{n}.eurprd04.prod.outlook.com]"
_EXCHANGE_TOOK = _OUTLOOK_TOOK + " {size} bytes in 0.{n}, {m}.{n} KB/sec Queued mail for delivery"
BIG = (
    Receiver(
        40,
        "gmail.example",
        ("gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com"),
        "142.250",
        "250 2.0.0 OK  {time} {id} - gsmtp",
        GMAIL,
    ),
    Receiver(16, "", ("aspmx.l.google.com",), "142.251", "250 2.0.0 OK  {time} {id} - gsmtp", GMAIL),
    Receiver(
        9,
        "outlook.example",
        ("outlook-com.olc.protection.outlook.com", "hotmail-com.olc.protection.outlook.com"),
        "52.101",
        _OUTLOOK_TOOK + " {size} bytes in 0.{n}, {m}.{n} KB/sec Queued mail for delivery -> 250 2.1.5",
        OUTLOOK,
    ),
    Receiver(8, "", ("{tenant}.mail.protection.outlook.com",), "52.101", _EXCHANGE_TOOK, EXCHANGE_ONLINE),
    Receiver(
        12,
        "yahoo.example",
        ("mta5.am0.yahoodns.net", "mta6.am0.yahoodns.net", "mta7.am0.yahoodns.net"),
        "67.195",
        "250 ok dirdel",
        YAHOO,
    ),
    Receiver(
        5,
        "icloud.example",
        ("mx01.mail.icloud.com", "mx02.mail.icloud.com"),
        "17.57",
        "250 2.0.0 Ok: queued as {id16}",
        ICLOUD,
    ),
)
BIG_WEIGHTS = tuple(receiver.weight for receiver in BIG)


class Client(t.NamedTuple):
    """One of those who send through the host."""

    name: str  # and address
    account: str
    is_person: bool  # who says who they are; application servers are known by their addresses


class Delivery(t.NamedTuple):
    """One recipient of one message, and where it goes."""

    recipient: str
    relay: str  # host and address
    wording: int  # of a small host: its own
    accepted: str
    refusals: tuple[Refusal, ...]


class World:
    """Draws senders and recipients; the same for the same generator of random numbers."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._regulars: list[Delivery] = []
        self._serial = 0
        self._tail = [f"{name_of(number)}.example" for number in range(TAIL_DOMAINS)]
        self.clients = [
            Client(
                f"{'app' if number % 2 else name_of(31 * number)}{number}.example.jp[192.0.2.{number % 250}]",
                f"{_FIRST[number % 20]}{number}",
                is_person=number % 2 == 0,
            )
            for number in range(CLIENTS)
        ]
        self.own_domains = [f"{name_of(17 * number)}.example.jp" for number in range(OWN_DOMAINS)]

    def delivery(self) -> Delivery:
        rng = self._rng
        if self._regulars and rng.random() > NEW_RECIPIENT:
            return self._regulars[rng.randrange(len(self._regulars))]
        # Each domain half as often as that of half its rank.
        number = int(TAIL_DOMAINS ** rng.random()) - 1
        if rng.random() < SMALL_SHARE:
            host = number % SMALL_HOSTS
            relay = f"mx{host % 3}.{name_of(host)}.example[198.51.{host // 250}.{host % 250}]"
            took = "250 2.0.0 Ok: queued as {id16}"
            made = Delivery(self._person(self._tail[number]), relay, host, took, SMALL_REFUSALS)
        else:
            big = rng.choices(BIG, BIG_WEIGHTS)[0]
            domain = big.domain or self._tail[number]
            host = big.relays[rng.randrange(len(big.relays))].format(tenant=domain.replace(".", "-"))
            relay = f"{host}[{big.network}.{rng.randrange(8)}.{rng.randrange(24, 40)}]"
            made = Delivery(self._person(domain), relay, 0, big.accepted, big.refusals)
        if len(self._regulars) < REGULARS:
            self._regulars.append(made)
        return made

    def _person(self, domain: str) -> str:
        self._serial += 1
        family = name_of(self._serial * 7919 % 9973)
        return f"{_FIRST[self._rng.randrange(20)]}.{family}{self._serial % 997}@{domain}"


def name_of(number: int) -> str:
    """A name that can be said, another for each number."""
    name = ""
    number += len(_SYLLABLES)
    while number:
        number, syllable = divmod(number, len(_SYLLABLES))
        name += _SYLLABLES[syllable]
    return name


def words_of(number: int) -> str:
    """A number as letters, which no signature masks."""
    return "table-" + "".join(chr(97 + int(digit)) for digit in str(number))
