# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random logs of Postfix in all formats that syslog daemons write, with noise that must not count."""

from __future__ import annotations

import random
import time
import typing as t

RELAYS = [
    ("example-com.mail.protection.outlook.com", "104.47.1.36"),
    ("gmail-smtp-in.l.google.com", "142.250.27.27"),
    ("gmail-smtp-in.l.google.com", "2a00:1450:4025:401::1b"),
    ("mx1.example.net", "198.51.100.25"),
    ("MX2.example.net", "198.51.100.26"),
    ("127.0.0.1", "127.0.0.1"),
]
REPLIES = [
    "550 5.7.1 Service unavailable; Client host [203.0.113.{n}] blocked using FBLW15 (in reply to RCPT TO command)",
    "421-4.7.28 [203.0.113.7      15] unusual rate. 421-4.7.28 https://support.google.com/mail/ {id} - gsmtp"
    " (in reply to end of DATA command)",
    "550 5.1.1 <{user}>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
    "450 4.2.0 <{user}>: Greylisted until 2026-11-24T01:02:0{n}Z, id {id} (in reply to RCPT TO command)",
    "554 5.7.1 {id}: queue 4FxQ2T1Abcz{n}{n} host b.example[192.0.2.9] said: 550 no (in reply to MAIL FROM command)",
]
REASONS = [
    "host {relay} refused to talk to me: 554 5.7.1 203.0.113.{n} is blocked, see https://example.net/?ip=203.0.113.{n}",
    "connect to {relay}:25: Connection timed out",
    "lost connection with {relay} while receiving the initial server greeting",
    "conversation with {relay} timed out while sending RCPT TO",
    "Host or domain name not found. Name service error for name=example.invalid type=MX: Host not found, try again",
    "TLS is required, but was not offered by host {relay}",
    "mail for example.org loops back to myself",
]
RECIPIENTS = ["a@example.com", "B@Example.com", "c@example.org", '"x> y"@example.org', "postmaster", "d+1@xn--p1ai"]
SERVICES = ["postfix/smtp", "postfix/smtp", "postfix/lmtp", "postfix/ses/smtp", "postfix-out/smtp"]


def _rfc3164(at: int, _rng: random.Random) -> str:
    return time.strftime("%b %e %H:%M:%S", time.localtime(at))


def _rsyslog(at: int, rng: random.Random) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{rng.randrange(10**6):06d}+00:00"


def _tokyo(at: int, _rng: random.Random) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at + 9 * 3600)) + "+09:00"


def _zulu(at: int, _rng: random.Random) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


Head = t.Callable[[int, random.Random, str, str], str]


def _usual(stamp: t.Callable[[int, random.Random], str], before: str = "", behind: str = "") -> Head:
    """What stands before and behind the host's name differs."""

    def head(at: int, rng: random.Random, host: str, program: str) -> str:
        return f"{stamp(at, rng)} {before}{host} {behind}{program}[{rng.randrange(1, 99999)}]: "

    return head


def _rfc5424(at: int, rng: random.Random, host: str, program: str) -> str:
    before = rng.choice(["<22>1 ", "<22>1 ", "1 ", ""])
    data = rng.choice(["-", f'[meta sequenceId="{rng.randrange(10**6)}"]', r'[a x="\"] 7 - - " y=""][b]'])
    mark = rng.choice(["", " ", "\ufeff"])
    return f"{before}{_rsyslog(at, rng)} {host} {program} {rng.randrange(1, 99999)} - {data} {mark}"


FORMATS: dict[str, Head] = {
    "rfc3164": _usual(_rfc3164),
    "rsyslog": _usual(_rsyslog),
    "tokyo": _usual(_tokyo),
    "zulu": _usual(_zulu),
    "freebsd": _usual(_rfc3164, before="<mail.info> "),
    "busybox": _usual(_rfc3164, behind="mail.info "),
    "rfc5424": _rfc5424,
}


class LogMaker:
    """Writes lines that a few mail hosts could have written, beginning at C(at)."""

    def __init__(self, seed: int, *, at: int, formats: t.Sequence[str] = tuple(FORMATS)) -> None:
        self.rng = random.Random(seed)
        self.at = at
        self.formats = [FORMATS[self.rng.choice(list(formats))] for _file in range(self.rng.choice([1, 1, 2, 3]))]
        self.hosts = self.rng.sample(["mx1", "mx2.example.jp", "r\u00f6hre"], self.rng.choice([1, 1, 2]))
        self.lines: list[bytes] = []
        self.serial = self.rng.randrange(10**6)

    def make(self, messages: int) -> list[bytes]:
        """Return the lines of so many messages; each line without its newline."""
        for _message in range(messages):
            self._message()
        return self.lines

    def _say(self, program: str, text: str) -> None:
        head = self.rng.choice(self.formats)(self.at, self.rng, self.host, program)
        self.lines.append(f"{head}{text}".encode())

    def _message(self) -> None:
        rng = self.rng
        self.host = rng.choice(self.hosts)
        self.serial += 1
        self.queue_id = f"{self.serial * 7919:X}" if rng.random() < 0.5 else f"4FxQ2T{self.serial:06d}zB"
        self.service = rng.choice(SERVICES)
        self.instance = self.service.split("/")[0]
        self.born = self.at
        self._noise()
        self._arrival()
        recipients = rng.sample(RECIPIENTS, rng.randrange(1, 4))
        for attempt in range(rng.randrange(1, 4)):
            left = [recipient for recipient in recipients if self._attempt(recipient, attempt)]
            recipients = left
            if not recipients:
                self._say(f"{self.instance}/qmgr", f"{self.queue_id}: removed")
                return
            self.at += rng.choice([400, 900, 4000])
            self._noise()
            self._queued()
        if rng.random() < 0.5:
            word = rng.choice(["expired", "expired", "force-expired"])
            self._say(
                f"{self.instance}/qmgr", f"{self.queue_id}: from=<{self.sender}>, status={word}, returned to sender"
            )

    def _arrival(self) -> None:
        rng = self.rng
        user = rng.choice(["alice", "bob", "cron"])
        self.sender = rng.choice([f"{user}@example.jp", f"{user}@example.jp", ""])
        if user == "cron":
            self._say(f"{self.instance}/pickup", f"{self.queue_id}: uid=0 from=<root>")
        else:
            sasl = f", sasl_method=PLAIN, sasl_username={user}" if rng.random() < 0.7 else ""
            self._say(
                f"{self.instance}/{rng.choice(['smtpd', 'submission/smtpd'])}",
                f"{self.queue_id}: client=pc-{user}.example.jp[192.0.2.{len(user)}]{sasl}",
            )
        self._say(f"{self.instance}/cleanup", f"{self.queue_id}: message-id=<{self.serial}@mail.example.jp>")
        self._queued()

    def _queued(self) -> None:
        self._say(f"{self.instance}/qmgr", f"{self.queue_id}: from=<{self.sender}>, size=1234, nrcpt=1 (queue active)")

    def _attempt(self, recipient: str, attempt: int) -> bool:
        """Say what came of one recipient; tell whether it stays in the queue."""
        rng = self.rng
        self.at += rng.choice([0, 0, 1, 2])
        name, ip = rng.choice(RELAYS)
        relay = f"{name}[{ip}]"
        if rng.random() < 0.2:
            earlier = rng.choice([f"host {relay} said: " + rng.choice(REPLIES), rng.choice(REASONS[:4])])
            self._say(self.service, f"{self.queue_id}: {self._fill(earlier.replace('{relay}', relay), recipient)}")
        fate = rng.choice(["sent", "sent", "said", "said", "reason", "suspended", "probe", "local"])
        if fate == "sent":
            self._final(recipient, f"{relay}:25", "2.0.0", "sent", "250 2.0.0 Ok: queued as 8A1B2C3D4E")
            return False
        if fate == "local":
            self._say(
                f"{self.instance}/local",
                f"{self.queue_id}: to=<{recipient}>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=5.1.1,"
                " status=bounced (unknown user)",
            )
            return True
        if fate == "probe":
            self._final(recipient, f"{relay}:25", "5.1.1", "undeliverable", f"host {relay} said: 550 5.1.1 no")
            return True
        if fate == "said":
            reason = self._fill(f"host {relay} said: " + rng.choice(REPLIES), recipient)
            shown = f"{relay}:25"
        else:
            reason = self._fill(rng.choice(REASONS).replace("{relay}", relay), recipient)
            shown = rng.choice(["none", f"{relay}:25"])
        if fate == "suspended":
            service, self.service = self.service, f"{self.instance}/{rng.choice(['error', 'retry'])}"
            self._final(recipient, "none", "4.7.1", "deferred", "delivery temporarily suspended: " + reason)
            self.service = service
            return True
        status = rng.choice(["bounced", "deferred", "deferred", "SOFTBOUNCE"])
        self._final(recipient, shown, "4.0.0" if status == "deferred" else "5.7.1", status, reason)
        return status != "bounced"

    def _fill(self, text: str, recipient: str) -> str:
        rng = self.rng
        found = text.replace("{user}", recipient).replace("{n}", str(rng.randrange(1, 4)))
        return found.replace(
            "{id}", f"{rng.randrange(16**13):013x}-{rng.randrange(16**12):012x}si{rng.randrange(99)}wrc"
        )

    def _final(self, recipient: str, relay: str, dsn: str, status: str, reason: str) -> None:
        rng = self.rng
        orig_to = ", orig_to=<root>" if rng.random() < 0.1 else ""
        reused = "conn_use=2, " if rng.random() < 0.1 else ""
        self._say(
            self.service,
            f"{self.queue_id}: to=<{recipient}>{orig_to}, relay={relay}, {reused}delay={self.at - self.born}.3,"
            f" delays=0.1/0/0.3/0.6, dsn={dsn}, status={status} ({reason})",
        )
        if rng.random() < 0.03:  # syslog cut the end off
            line = self.lines[-1]
            self.lines[-1] = line[: rng.choice([-rng.randrange(1, 40), line.index(b" (") + 2])]

    def _noise(self) -> None:
        rng = self.rng
        relay = "{}[{}]".format(*rng.choice(RELAYS))
        quoted = (
            f"{self.queue_id}: to=<q@example.com>, relay={relay}:25, delay=1, delays=0/0/0/1, dsn=5.7.1,"
            f" status={rng.choice(['bounced', 'sent'])} (host {relay} said: 550 5.7.1 no (in reply to RCPT TO command))"
        )
        kind = rng.randrange(8)
        if kind == 0:
            self._say(
                "postfix/smtpd",
                "NOQUEUE: reject: RCPT from unknown[198.51.100.9]: 554 5.7.1 Service unavailable; Client host"
                " [198.51.100.9] blocked using zen.spamhaus.org; from=<x@example.net> to=<i@example.jp> proto=ESMTP",
            )
        elif kind == 1:
            self._say(rng.choice(["myapp", "postfix/smtpd", "postfix/bounce"]), quoted)
        elif kind == 2:
            self._say("myapp", f"Nov 24 01:55:29 mx1 postfix/smtp[1]: {quoted}")
        elif kind == 3:
            self.lines.append(
                rng.choice([b"", b"\0" * 40, b"\xff\xfe\xc3", b"(host ", b"status=bounced (host x said: 550"])
            )
        elif kind == 4:
            self._say(
                self.service,
                f"Untrusted TLS connection established to {relay}:25: TLSv1.3 with cipher X (256/256 bits)",
            )
