# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The ways in which mail servers write down a reply: one reader for each, the first that knows the text wins."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils import _postfix_log as postfix
from ansible_collections.postmaster.delist.plugins.module_utils._rfc5424 import Rewriter
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted import _servers as servers
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._exchange import exchange
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import HOST, REPLY, Pasted, ips, stage_of

_RFC5424 = Rewriter(str)
_AT_ONCE = re.compile(REPLY)


def read(record: str) -> Pasted:
    """Return the reply in one record; a record that no reader knows is a bare reply."""
    record = _RFC5424.rewrite(record)
    for reader in (_anywhere,) if _AT_ONCE.match(record) else _READERS:
        found = reader(record)
        if found is not None:
            return found
    return Pasted(record, has_code=False)


_SMTPD = re.compile(r"\bpostfix[^\s\[\]]*/(?:smtpd|postscreen)\[\d+\]: |\bNOQUEUE: reject: |\bmilter-reject: ")
_EXPIRED = re.compile(r"/qmgr\[\d+\]: .*\bstatus=(?P<status>expired)\b")


def _postfix_server(record: str) -> Pasted | None:
    return Pasted(record, is_ours=True) if _SMTPD.search(record) else None


def _postfix_queue(record: str) -> Pasted | None:
    return Pasted(record, status="expired") if _EXPIRED.search(record) else None


def _postfix_client(record: str) -> Pasted | None:
    line = postfix.parse_line(record)
    if line is None:
        return None
    return Pasted(
        line.reason.reply,
        line.relay_host or line.reason.host,
        ips(line.relay_ip, line.reason.ip),
        line.dsn,
        line.reason.stage,
        line.status,
        relay_port=line.relay_port,
    )


_POSTFIX_SENTENCE = re.compile(
    r"(?:host|to|with|server) \S+\[[^\[\]]*\](?::\d+)? (?:said:|refused to talk to me:|while |timed out while )"
)


def _postfix_sentence(record: str) -> Pasted | None:
    """The sentence without its log line, as bounces quote it."""
    found = _POSTFIX_SENTENCE.search(record)
    if found is None:
        return None
    start = max(
        record.rfind(word, 0, found.end()) for word in ("host ", "lost connection ", "conversation ", "connect ")
    )
    reason = postfix.parse_reason(_enclosed(record, max(start, 0)))
    if reason.shape == "other":
        return None
    return Pasted(reason.reply, reason.host, ips(reason.ip), stage=reason.stage)


def _enclosed(record: str, start: int) -> str:
    """Return what begins there, without the bracket or quotation mark around it and what follows (mailq, JSON)."""
    opening = record[start - 1] if start else ""
    if opening == "(":
        inside = record[start:]
        # A line that was cut off has brackets of the reply only.
        is_closed = inside.endswith(")") or inside.count(")") > inside.count("(")
        return inside[: inside.rindex(")")] if is_closed else inside
    if opening == '"':
        quoted = _QUOTED.match(record, start)
        return quoted.group().replace('\\"', '"') if quoted else record[start:]
    return record[start:]


_QUOTED = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*(?=")')


# The number behind # in a link is none; "<-- " and "<** " are the marks of swaks.
_BURIED = re.compile(
    r"(?:\A|(?<=[:'\"(<>;])|(?<![A-Za-z0-9]#)(?<=#)|(?<=[:'\"(<>#;)] )|(?<=said )|(?<=was )|(?<=<-- )|(?<=<\*\* ))"
    r"(?P<reply>" + REPLY + r".*)"
)
# A server that begins to greet and then refuses, as La Poste's: "220-laposte 421 4.2.1 Service refuse".
_GREETED = re.compile(r"(?:smtp; ?)?220[ -]\S{1,255} (?=" + REPLY + ")")
_AROUND = re.compile(HOST + r"\.? ?(?:\(|\[)(?P<ip>[0-9A-Fa-f.:]{7,45})(?:\)|\])")
_INREPLY_TO = re.compile(r" ?\(in reply to (?P<command>[A-Za-z ]+?)(?: command)?\)\Z")
_CODE_ALONE = re.compile(r"(?P<code>[45][0-9]{2}(?: [45]\.[0-9]{1,3}\.[0-9]{1,3})?)[).\"']{0,3}\Z")


def _anywhere(record: str) -> Pasted | None:
    """A reply that stands at the beginning, or behind a colon, quote or bracket; or words with their code behind."""
    greeted = _GREETED.match(record)
    if greeted:
        record = record[greeted.end() :]
    found = _BURIED.search(record)
    if found is None:
        return None
    around = _AROUND.search(record, 0, found.start()) if found.start() else None
    answered = _INREPLY_TO.search(found["reply"]) if found["reply"].endswith(")") else None
    reply = found["reply"][: answered.start()] if answered else found["reply"]
    alone = _CODE_ALONE.match(reply)
    before = record[: found.start()].rstrip(" (")
    if alone and before:  # "Access denied (550 5.7.1)"
        return Pasted(f"{alone['code']} {before}")
    if answered:
        stage = stage_of(answered["command"])
    else:
        stage = "greeting" if greeted or before.endswith("refused to talk to me:") else None
    return Pasted(reply, around["host"] if around else None, ips(around["ip"]) if around else (), None, stage)


_READERS: tuple[t.Callable[[str], Pasted | None], ...] = (
    _postfix_server,
    _postfix_queue,
    _postfix_client,
    _postfix_sentence,
    servers.exim,
    servers.sendmail,
    servers.qmail,
    exchange,
    servers.opensmtpd,
    servers.powermta,
    _anywhere,
)
