# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The sentences of Postfix's SMTP and LMTP clients: what a delivery line says, and why in brackets."""

from __future__ import annotations

import functools
import re
import typing as t

MAX_TEXT = 8192  # no sentence of Postfix is longer; what comes from outside may be

_HOST = r"(?P<host>[^\s\[\]]+)\[(?P<ip>[^\[\]]*)\](?::\d+)?"
_SUSPENDED = "delivery temporarily suspended: "

# (shape, sentence), in the order tried; the group `reply` is what the other side said.
# Examples: https://www.postfix.org/ source, src/smtp/smtp_connect.c, smtp_trouble.c, smtp_proto.c.
_SENTENCES = tuple(
    (shape, re.compile(pattern, re.DOTALL))
    for shape, pattern in (
        ("said", rf"host {_HOST} said: (?P<reply>.*)"),
        ("refused", rf"host {_HOST} refused to talk to me: (?P<reply>.*)"),
        ("auth", rf"SASL authentication failed; server {_HOST} said: (?P<reply>.*)"),
        ("connect", rf"connect to {_HOST}: .*"),
        ("lost", rf"lost connection with {_HOST} while (?P<doing>.*)"),
        ("timeout", rf"conversation with {_HOST} timed out while (?P<doing>.*)"),
        ("tls", rf"TLS is required, but was not offered by host {_HOST}"),
        ("size", rf"message size \d+ exceeds size limit \d+ of server {_HOST}"),
    )
)
_IN_REPLY_TO = re.compile(r" \(in reply to ([A-Za-z ]+?) command\)\Z")
_CUT_IN_REPLY_TO = re.compile(r" \((?:i(?:n(?: (?:r(?:e(?:p(?:l(?:y[^()]*)?)?)?)?)?)?)?)?\Z")
STAGES = {
    "EHLO": "HELO",
    "HELO": "HELO",
    "LHLO": "HELO",
    "MAIL FROM": "MAIL FROM",
    "RCPT TO": "RCPT TO",
    "DATA": "DATA",
    "end of DATA": "end of DATA",
}
_DOING = (
    ("initial server greeting", "greeting"),
    ("HELO handshake", "HELO"),
    ("EHLO handshake", "HELO"),
    ("LHLO handshake", "HELO"),
    ("sending MAIL FROM", "MAIL FROM"),
    ("sending RCPT TO", "RCPT TO"),
    ("sending end of data", "end of DATA"),
    ("sending message body", "DATA"),
    ("sending DATA command", "DATA"),
)

# The parts of a line. Millions of lines are tried: sets of one character and plain ranges, and a choice with nothing
# rather than an optional group, are what Python's re is fast at.
STAMP = (
    r"(?:[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
    r"|[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:[.,][0-9]{1,9}|)"
    r"(?:Z|[+-][0-9][0-9]:?[0-9][0-9]))"
)
# Stamp, host (FreeBSD's syslogd -v writes <mail.info> before it, busybox mail.info after it), log identifier.
_LOGGER = r"(?:<[a-z0-9.]+> |)(?P<logger>[^] []+) (?:[a-z0-9]+\.[a-z]+ |)"
CLIENT = rf"(?P<stamp>{STAMP}) {_LOGGER}(?P<service>[^] [:]+/(?:smtp|lmtp))"
HEAD = rf"(?P<stamp>{STAMP}) {_LOGGER}(?P<service>[^] [:]+/(?:smtp|lmtp|error|retry|qmgr))\[[0-9]+\]: "
QUEUE_ID = r"(?P<queue_id>[0-9A-Za-z]{5,24})"
# In a quoted local part even `>` is an ordinary character.
ADDRESS = r"""(?:(?!")[^>]*|"(?:[^"\\]|\\.)*"[^>]*)"""
TO_RELAY = rf">, (?:relay=|orig_to=<{ADDRESS}>, relay=)"
DELAYS = r"(?:delay|conn_use=[0-9]+, delay)=(?P<delay>[0-9.]+), (?:delays=[0-9./]+, |)(?:dsn=(?P<dsn>[0-9.]+), |)"
FINAL = (
    rf"to=<(?P<recipient>{ADDRESS}){TO_RELAY}(?P<relay>[^ ,]+), {DELAYS}status=(?P<status>[A-Za-z]+) \((?P<reason>.*)"
)
_EARLIER_HOST = r"[^] []+\[[^]]*\]"
# Before the next mail exchanger is tried; the recipients follow with the last one's answer.
NON_FINAL = (
    rf"(?P<earlier>host {_EARLIER_HOST} (?:said|refused to talk to me): .*"
    rf"|(?:lost connection with {_EARLIER_HOST}|conversation with {_EARLIER_HOST} timed out) while [A-Za-z -]+)"
)

_STAMPED = re.compile(STAMP)
_RELAY = re.compile(r"(?P<host>[^\s\[\]]+)\[(?P<ip>[^\[\]]*)\](?::(?P<port>\d{1,5}))?\Z")


class Reason(t.NamedTuple):
    """What the words in brackets after status= say."""

    host: str | None  # the host that is spoken of, as Postfix names it
    ip: str | None
    reply: str  # what it said; the whole sentence where nothing was said
    stage: str | None  # greeting, HELO, MAIL FROM, RCPT TO, DATA, end of DATA
    shape: str  # said, refused, auth, connect, lost, timeout, tls, size, other
    suspended: bool = False  # the reason is an earlier one, repeated for a destination that rests
    truncated: bool = False  # the end was cut off on the way to the log


class LogLine(t.NamedTuple):
    """One line of an SMTP or LMTP client about one recipient, or about one mail exchanger of several."""

    stamp: str | None
    service: str | None
    queue_id: str | None
    recipient: str | None
    relay_host: str | None
    relay_ip: str | None
    relay_port: int | None
    dsn: str | None
    status: str | None  # sent, bounced, deferred, SOFTBOUNCE, undeliverable, deliverable; None: not final
    reason: Reason


class _Pasted(t.NamedTuple):
    whole: t.Pattern[str]
    bare: t.Pattern[str]
    behind_other: t.Pattern[str]


@functools.lru_cache(maxsize=None)
def _pasted() -> _Pasted:
    """Compile what only pasted lines need: a host that reads its logs should not wait for it."""
    return _Pasted(
        whole=re.compile(rf"(?:{HEAD}|){QUEUE_ID}: (?:{FINAL}|{NON_FINAL})", re.DOTALL),
        bare=re.compile(FINAL, re.DOTALL),
        behind_other=re.compile(rf"(?:\A|(?<=\s)){QUEUE_ID}: (?:{FINAL}|{NON_FINAL})", re.DOTALL),
    )


def parse_reason(reason: str, *, closed: bool = True) -> Reason:
    """Take a sentence apart; without its closing bracket in the log (`closed` false) it counts as cut off."""
    text = reason[:MAX_TEXT].strip()
    suspended = text.startswith(_SUSPENDED)
    while text.startswith(_SUSPENDED):
        text = text[len(_SUSPENDED) :].lstrip()
    shape, said = _sentence(text)
    reply, stage = _split_stage(said["reply"], shape) if "reply" in said else (text, _stage_of(said.get("doing")))
    truncated = not closed or len(reason) > MAX_TEXT
    if truncated:
        reply = _CUT_IN_REPLY_TO.sub("", reply)
    return Reason(said.get("host"), said.get("ip"), reply, stage, shape, suspended, truncated)


def parse_line(line: str) -> LogLine | None:
    """Read one pasted line, with its syslog head or without; None when no delivery client wrote it."""
    line = line[: 2 * MAX_TEXT].strip()
    pasted = _pasted()
    match = (
        pasted.whole.match(line)
        or pasted.bare.match(line)
        or (None if _STAMPED.match(line) else pasted.behind_other.search(line))
    )
    if match is None:
        return None
    found = match.groupdict()
    reason = _reason_of(found)
    service = found.get("service")
    if service and not speaks_for_receiver(service, reason):
        return None
    relay = _RELAY.match(found.get("relay") or "")
    return LogLine(
        stamp=found.get("stamp"),
        service=service,
        queue_id=found.get("queue_id"),
        recipient=found.get("recipient"),
        relay_host=relay.group("host") if relay else reason.host,
        relay_ip=relay.group("ip") if relay else reason.ip,
        relay_port=int(relay.group("port")) if relay and relay.group("port") else None,
        dsn=found.get("dsn"),
        status=found.get("status"),
        reason=reason,
    )


def _reason_of(found: dict[str, t.Any]) -> Reason:
    earlier = found.get("earlier")
    if earlier:
        return parse_reason(earlier)
    sentence: str = found["reason"]
    return parse_reason(sentence[:-1]) if sentence.endswith(")") else parse_reason(sentence, closed=False)


def _sentence(text: str) -> tuple[str, dict[str, t.Any]]:
    for shape, sentence in _SENTENCES:
        match = sentence.fullmatch(text)
        if match:
            return shape, match.groupdict()
    return "other", {}


def speaks_for_receiver(service: str, reason: Reason) -> bool:
    """Tell the clients from the queue manager and error(8), which only repeat what a client heard."""
    return service.endswith(("/smtp", "/lmtp")) or reason.suspended


def _split_stage(reply: str, shape: str) -> tuple[str, str | None]:
    if shape == "refused":
        return reply, "greeting"
    match = _IN_REPLY_TO.search(reply)
    if match is None:
        return reply, None
    return reply[: match.start()], STAGES.get(match.group(1))


def _stage_of(doing: str | None) -> str | None:
    return next((stage for words, stage in _DOING if doing and words in doing), None)
