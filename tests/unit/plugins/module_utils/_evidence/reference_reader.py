# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The slow, obvious reader that the engine is held against: line by line, nothing remembered but the counts.

Shared with the engine is only what a sentence means (parse_reason, signature, find_ips); these have tests of their own.
"""

from __future__ import annotations

import calendar
import re
import time
import typing as t
from collections import Counter, defaultdict

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips, normalise
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse, signature

HEAD = re.compile(
    r"(?P<stamp>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9-]{10}T[0-9:]{8}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2}))"
    r" (?:<[a-z0-9.]+> )?(?P<host>[^] []+) (?:[a-z0-9]+\.[a-z]+ )?(?P<service>[^] [:]+)\[[0-9]+\]:"
    r" (?P<queue_id>[0-9A-Za-z]{5,24}): (?P<rest>.*)",
    re.DOTALL,
)
RFC5424 = re.compile(
    r"(?:<[0-9]+>)?(?:1 )?(?P<stamp>[0-9-]{10}T[0-9:]{8}(?:\.[0-9]+)?(?:Z|[+-][0-9:]+)) (?P<host>\S+)"
    r' (?P<service>[^ :[]+) [0-9]+ \S+ (?:-|(?:\[(?:"(?:\\.|[^"])*"|[^]"])*\])+)'
    r" [ \ufeff]?(?P<queue_id>[0-9A-Za-z]{5,24}): (?P<rest>.*)",
    re.DOTALL,
)
FINAL = re.compile(
    r"""to=<(?P<to>[^">]*|"(?:[^"\\]|\\.)*"[^>]*)>, (?:orig_to=<[^>]*>, )?relay=(?P<relay>[^ ,]+), """
    r"(?:conn_use=\d+, )?delay=(?P<delay>[\d.]+), (?:delays=[\d./]+, )?(?:dsn=[\d.]+, )?"
    r"status=(?P<status>[A-Za-z]+) \((?P<reason>.*)",
    re.DOTALL,
)
EARLIER = re.compile(
    r"host [^] []+\[[^]]*\] (said|refused to talk to me): "
    r"|lost connection with [^] []+\[[^]]*\] while |conversation with [^] []+\[[^]]*\] timed out while "
)
RELAY = re.compile(r"(?P<host>[^] []+)\[(?P<ip>[^]]*)\](?P<port>:\d+)?")
OUTCOMES = {"bounced": "bounced", "deferred": "deferred", "SOFTBOUNCE": "deferred", "undeliverable": "undeliverable"}


class Seen:
    """What is known of one group of replies."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.recipients: set[str] = set()
        self.times: list[int] = []
        self.refused_at: list[int] = []
        self.relay_ips: set[str] = set()


class Reference:
    """Counts the lines of a log."""

    def __init__(self, *, reference: float) -> None:
        self.reference = reference
        self.replies: dict[tuple[t.Any, ...], Seen] = defaultdict(Seen)
        self.delivered: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.origins: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
        self.refused: dict[tuple[str, str, str], list[tuple[int, str, bool]]] = defaultdict(list)
        self.waiting: dict[tuple[str, str, str], dict[str, tuple[int, tuple[t.Any, ...]]]] = defaultdict(dict)
        self.lost: list[tuple[int, str, str, str, str]] = []
        self.matched = 0

    def read(self, lines: t.Iterable[bytes]) -> Reference:
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            head = HEAD.fullmatch(line) or RFC5424.fullmatch(line)
            at = self._seconds(head["stamp"]) if head else None
            if head and at is not None:
                instance = head["service"].partition("/")[0]
                self._line(head["service"], head["rest"], (head["host"], instance, head["queue_id"]), at)
        return self

    def _line(self, service: str, rest: str, mail: tuple[str, str, str], at: int) -> None:
        program = service.rpartition("/")[2]
        if program in ("smtpd", "cleanup", "qmgr", "pickup"):
            for name, pattern in (
                ("client", r"client=([^\s,]+)"),
                ("sasl", r"client=.*, sasl_username=([^\s,]+)"),
                ("sender", r"from=<(.*)>, size="),
                ("message_id", r"message-id=<([^>]*)"),
            ):
                found = re.match(pattern, rest)
                if found:
                    self.origins[mail][name] = found[1] or "<>"
        if program == "qmgr" and re.match(r"from=<.*>, status=(force-)?expired, returned to sender", rest):
            self._expire(mail, at)
        if program not in ("smtp", "lmtp", "error", "retry"):
            return
        final = FINAL.fullmatch(rest)
        if final and final["status"] == "sent":
            relay = RELAY.fullmatch(final["relay"])
            if relay and relay["port"] and program in ("smtp", "lmtp") and not relay["ip"].startswith("127."):
                self.delivered[service, relay["host"].lower()].append(at)
        elif final and final["status"] in OUTCOMES:
            closed = final["reason"].endswith(")")
            reason = final["reason"][:-1] if closed else final["reason"]
            self._refused(service, reason, closed, final, mail, at)
        elif re.match(EARLIER, rest):
            self._refused(service, rest, True, None, mail, at)

    def _refused(
        self, service: str, text: str, closed: bool, final: t.Any, mail: tuple[str, str, str], at: int
    ) -> None:
        reason = parse_reason(text, closed=closed)
        instance, _slash, program = service.rpartition("/")
        if program not in ("smtp", "lmtp"):
            if not reason.suspended:
                return
            service = f"{instance}/smtp"
        relay = RELAY.match(final["relay"]) if final else None
        host, ip = (relay["host"], relay["ip"]) if relay else (reason.host or "", reason.ip or "")
        heard = reason.shape in ("said", "refused", "auth")
        reply = parse(reason.reply)
        named = tuple(one for one in find_ips(reply.text) if one != normalise(ip)) if heard else ()
        key = (signature(reason.reply), reply.code if heard else None, reason.stage, host.lower(), service, named)
        outcome = OUTCOMES[final["status"]] if final else "non_final"
        if reason.suspended:
            outcome = "suspended"
        seen = self.replies[key]
        seen.outcomes[outcome] += 1
        if final and final["status"] == "SOFTBOUNCE":
            seen.outcomes["soft_bounced"] += 1
        seen.times.append(at)
        if outcome in ("bounced", "deferred"):
            seen.refused_at.append(at)
        if ip:
            seen.relay_ips.add(ip)
        self.matched += 1
        if final is None or outcome == "undeliverable":
            return
        recipient = final["to"].lower()
        seen.recipients.add(recipient)
        self.refused[mail].append((at, recipient, outcome != "suspended"))
        if outcome == "bounced":
            self.waiting[mail].pop(recipient, None)
            self.lost.append((at, mail[2], final["to"], "bounced", key[0]))
        else:
            self.waiting[mail].pop(recipient, None)
            self.waiting[mail][recipient] = (at, key, final["to"])

    def _expire(self, mail: tuple[str, str, str], at: int) -> None:
        self.matched += 1
        waiting = self.waiting.pop(mail, {})
        last = max((one[0] for one in waiting.values()), default=at)
        for tried, key, recipient in waiting.values():
            if last - tried <= 600:
                self.replies[key].outcomes["expired"] += 1
                self.lost.append((at, mail[2], recipient, "expired", key[0]))

    def senders(self) -> dict[tuple[str, str], dict[str, t.Any]]:
        """What is known of accounts, of clients without one, and of envelope senders without either."""
        found: dict[tuple[str, str], dict[str, t.Any]] = {}
        for mail, lines in self.refused.items():
            origin = self.origins[mail]
            account, client, sender = (origin.get(name, "") for name in ("sasl", "client", "sender"))
            who = ("account", account) if account else ("client", client) if client else ("sender", sender.lower())
            one = found.setdefault(who, {"mails": [], "lines": [], "names": set(), "clients": set()})
            one["mails"].append(mail)
            one["lines"] += lines
            one["names"] |= {sender} - {""}
            one["clients"] |= {client} - {""}
        return {
            who: {
                "messages": len(one["mails"]),
                "refusals": sum(counts for _at, _to, counts in one["lines"]),
                "recipients": len({to for _at, to, _counts in one["lines"]}),
                "names": one["names"],
                "clients": one["clients"],
                "first_at": min(at for at, _to, _counts in one["lines"]),
                "last_at": max(at for at, _to, _counts in one["lines"]),
            }
            for who, one in found.items()
        }

    def _seconds(self, stamp: str) -> int | None:
        if stamp[4:5] == "-":
            offset = 0
            if not stamp.endswith("Z"):
                sign, hours, minutes = re.fullmatch(r".*([+-])(\d\d):?(\d\d)", stamp).groups()  # type: ignore[union-attr]
                offset = int(sign + "1") * (int(hours) * 3600 + int(minutes) * 60)
            return calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) - offset
        year = time.localtime(self.reference).tm_year
        for one in (year + 1, year, year - 1):
            try:
                at = int(time.mktime((*time.strptime(f"{one} {stamp}", "%Y %b %d %H:%M:%S")[:6], 0, 0, -1)))
            except ValueError:
                continue
            if at <= self.reference + 86400:
                return at
        return None
