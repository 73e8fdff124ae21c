# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The ways in which mail servers write down a reply: one reader for each, the first that knows the text wins."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils import _postfix_log as postfix
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted_reply import Pasted, stage_of

_REPLY = r"[45][0-9]{2}(?=[ #-]|\Z)"
_AT_ONCE = re.compile(_REPLY)
_HOST = r"(?P<host>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)"
_ADDRESS = r"\[?(?P<ip>[0-9A-Fa-f.:]{3,45})\]?"


def read(record: str) -> Pasted:
    """Return the reply in one record; a record that no reader knows is a bare reply."""
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
        _ips(line.relay_ip, line.reason.ip),
        line.dsn,
        line.reason.stage,
        line.status,
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
    reason = postfix.parse_reason(record[max(start, 0) :])
    if reason.shape == "other":
        return None
    return Pasted(reason.reply, reason.host, _ips(reason.ip), stage=reason.stage)


_EXIM = re.compile(
    r"SMTP error from remote mail(?: server|er) after (?P<command>[A-Za-z ]+)(?::<[^>]*>)?(?: [A-Z]+=\S+)*:"
    r" (?:host " + _HOST + r" \[(?P<ip>[^\]]+)\]: )?(?P<reply>.*)"
)
_EXIM_HOST = re.compile(r"(?:\bH=|\bhost )(?P<host>[^\s\[\]]+) \[(?P<ip>[^\]]+)\]")


def _exim(record: str) -> Pasted | None:
    found = _EXIM.search(record)
    if found is None:
        return None
    before = list(_EXIM_HOST.finditer(record, 0, found.start()))
    host = found if found["host"] else before[-1] if before else None
    status = (
        "bounced" if " ** " in record[: found.start()] else "deferred" if " == " in record[: found.start()] else None
    )
    return Pasted(
        found["reply"],
        host["host"] if host else None,
        _ips(host["ip"] if host else None),
        None,
        stage_of(found["command"]),
        status,
    )


_SENDMAIL = re.compile(
    r"\brelay=(?P<host>[^\s,\[\]]+?)\.?(?: \[(?P<ip>[^\]]+)\])?, dsn=(?P<dsn>[0-9.]+), stat=(?P<reply>.*)"
)
_SENDMAIL_RESULT = re.compile(
    r"(?P<result>Deferred|Service unavailable|User unknown|Data format error)(?:: (?P<reply>.*))?"
)
_TRANSCRIPT = re.compile(r"while talking to " + _HOST + r"\.?:(?P<talk>.*)")
_TALK = re.compile(
    r">>> (?P<command>[A-Za-z]+(?: (?:FROM|From|TO|To))?).{0,300}?<<< (?P<reply>"
    + _REPLY
    + r".*)|<<< (?P<greeting>"
    + _REPLY
    + r".*)"
)


def _sendmail(record: str) -> Pasted | None:
    found = _SENDMAIL.search(record)
    if found is None:
        return _sendmail_transcript(record)
    result = _SENDMAIL_RESULT.fullmatch(found["reply"])
    reply = result["reply"] if result and result["reply"] else found["reply"]
    deferred = found["reply"].startswith("Deferred")
    return Pasted(reply, found["host"], _ips(found["ip"]), found["dsn"], None, "deferred" if deferred else "bounced")


def _sendmail_transcript(record: str) -> Pasted | None:
    found = _TRANSCRIPT.search(record)
    talk = _TALK.search(found["talk"]) if found else None
    if found is None or talk is None:
        return None
    stage = stage_of(talk["command"]) if talk["command"] else "greeting"
    reply = (talk["reply"] or talk["greeting"]).replace(" <<< ", " ")
    return Pasted(reply.partition(" >>> ")[0], found["host"], (), None, stage)


_QMAIL = re.compile(
    r"(?:Connected to )?" + _ADDRESS + r" (?P<doing>does not like recipient|failed after I sent the message"
    r"|failed on DATA command|but greeting failed|but sender was rejected|but my name was rejected)\. ?"
    r"[/ ]?Remote host said: (?P<reply>.*?)(?: ?/?(?:Giving up on |I'm not going to try again).*)?/?\Z"
)
_QMAIL_STAGES = {
    "does not like recipient": "RCPT TO",
    "failed after I sent the message": "end of DATA",
    "failed on DATA command": "DATA",
    "but greeting failed": "greeting",
    "but sender was rejected": "MAIL FROM",
    "but my name was rejected": "HELO",
}
_QMAIL_LOG = re.compile(r"\bdelivery \d+: (?P<status>failure|deferral): (?P<said>\S+)")


def _qmail(record: str) -> Pasted | None:
    log = _QMAIL_LOG.search(record)
    found = _QMAIL.search(log["said"].replace("_", " ") if log else record)
    if found is None:
        return None
    status = {"failure": "bounced", "deferral": "deferred"}[log["status"]] if log else None
    return Pasted(found["reply"], None, _ips(found["ip"]), None, _QMAIL_STAGES[found["doing"]], status)


_EXCHANGE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:" + _HOST + r" )?#<" + r"(?P<inner>[^\s#<>]+) #[0-9.]+ smtp; ?(?P<reply>.*?)>? ?#SMTP#",
        r"(?:" + _HOST + r" )?#(?P<reply>" + _REPLY + r".*?) ?##",
        r"(?:" + _HOST + r" )?(?:gave this error:|[Rr]emote [Ss]erver returned) '?(?P<reply>.*?)'?\Z",
    )
)


def _exchange(record: str) -> Pasted | None:
    for pattern in _EXCHANGE:
        found = pattern.search(record)
        if found is not None:
            host = found.groupdict().get("inner") or found["host"]
            return Pasted(found["reply"], host)
    return None


_BURIED = re.compile(r"(?:\A|(?<=[:'\"(<>#;])|(?<=[:'\"(<>#;] )|(?<=said )|(?<=was ))(?P<reply>" + _REPLY + r".*)")
_AROUND = re.compile(_HOST + r"\.? ?(?:\(|\[)(?P<ip>[0-9A-Fa-f.:]{7,45})(?:\)|\])")
_IN_REPLY_TO = re.compile(r" ?\(in reply to (?P<command>[A-Za-z ]+?)(?: command)?\)\Z")


def _anywhere(record: str) -> Pasted | None:
    """A reply that stands at the beginning, or behind a colon, quote or bracket."""
    found = _BURIED.search(record)
    if found is None:
        return None
    around = _AROUND.search(record, 0, found.start())
    answered = _IN_REPLY_TO.search(found["reply"]) if found["reply"].endswith(")") else None
    reply = found["reply"][: answered.start()] if answered else found["reply"]
    stage = stage_of(answered["command"]) if answered else None
    return Pasted(reply, around["host"] if around else None, _ips(around["ip"] if around else None), None, stage)


_READERS: tuple[t.Callable[[str], Pasted | None], ...] = (
    _postfix_server,
    _postfix_queue,
    _postfix_client,
    _postfix_sentence,
    _exim,
    _sendmail,
    _qmail,
    _exchange,
    _anywhere,
)


def _ips(*ips: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ip for ip in ips if ip))
