# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is in the lab: addresses, real names, and what the DNS of the lab says of them.

Addresses are of documentation (RFC 5737), names of receivers are the real ones; no packet of either leaves the lab.
"""

from __future__ import annotations

import dataclasses
import typing as t

NETWORK = "198.51.100."
CONTROLLER = NETWORK + "1"
DNS = NETWORK + "2"
DOMAIN = "lab.example"
SES_NAME = "email-smtp.us-east-1.amazonaws.com"
SES_PORTS = {25: False, 587: False, 2587: False, 465: True, 2465: True}  # port: TLS from the first byte
LISTS = ("zen.spamhaus.org", "bl.spamcop.net")
MOST_HOSTS = 100


@dataclasses.dataclass(frozen=True)
class Habit:
    """How a mail host is set up: its base image and where its Postfix logs."""

    image: str
    logging: str  # rfc3164 | rfc3339 | maillog_file | journald


# One of each in every four hosts.
HABITS = (
    Habit("bookworm", "rfc3164"),
    Habit("bookworm", "rfc3339"),
    Habit("bookworm", "maillog_file"),
    Habit("trixie", "journald"),
)


@dataclasses.dataclass(frozen=True)
class Host:
    name: str
    ip: str
    image: str
    logging: str

    @property
    def fqdn(self) -> str:
        return f"{self.name}.{DOMAIN}"


@dataclasses.dataclass(frozen=True)
class Receiver:
    """An SMTP server of the world outside; `slug` as in knowledge/receivers."""

    slug: str
    ip: str
    relay: str  # the real name of its mail exchanger
    domains: tuple[str, ...]


RECEIVERS = (
    Receiver("home", NETWORK + "200", f"mx.{DOMAIN}", (DOMAIN,)),  # takes the bounces to our own senders
    Receiver(
        "microsoft_365", NETWORK + "201", "contoso-com.mail.protection.outlook.com", ("contoso.com", "fabrikam.com")
    ),
    Receiver("outlook_com", NETWORK + "202", "outlook-com.olc.protection.outlook.com", ("outlook.com", "hotmail.com")),
    Receiver("gmail", NETWORK + "203", "gmail-smtp-in.l.google.com", ("gmail.com",)),
    Receiver("t_online", NETWORK + "204", "mx00.t-online.de", ("t-online.de",)),
    Receiver("yahoo", NETWORK + "205", "mta5.am0.yahoodns.net", ("yahoo.com",)),
)
SES = Receiver("ses", NETWORK + "225", SES_NAME, ())


def hosts(number: int, *, systemd: bool = True) -> list[Host]:
    """The mail hosts mx1 to mxN; where systemd cannot run, its hosts are like the second."""
    if not 1 <= number <= MOST_HOSTS:
        raise ValueError(f"a lab has 1 to {MOST_HOSTS} mail hosts, not {number}")
    known = HABITS if systemd else (*HABITS[:3], HABITS[1])
    habits = [known[index % len(known)] for index in range(number)]
    return [
        Host(f"mx{number}", f"{NETWORK}{10 + number}", habit.image, habit.logging)
        for number, habit in enumerate(habits, 1)
    ]


def zone(mail_hosts: t.Iterable[Host]) -> list[tuple[str, str, str]]:
    """(name, type, data) of all that the lab's DNS knows, but for the lists."""
    records = [
        (DOMAIN, "TXT", f'"v=spf1 ip4:{NETWORK}0/24 include:amazonses.com -all"'),
        ("amazonses.com", "TXT", f'"v=spf1 ip4:{SES.ip} -all"'),
        (SES.relay, "A", SES.ip),
    ]
    for receiver in RECEIVERS:
        records.append((receiver.relay, "A", receiver.ip))
        records += [(domain, "MX", f"10 {receiver.relay}.") for domain in receiver.domains]
    for host in mail_hosts:
        records.append((host.fqdn, "A", host.ip))
        records.append((".".join(reversed(host.ip.split("."))) + ".in-addr.arpa", "PTR", f"{host.fqdn}."))
    return records
