# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How Exim, sendmail, qmail, OpenSMTPD and PowerMTA write down a reply."""

from __future__ import annotations

import re

from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import (
    ADDRESS,
    HOST,
    REPLY,
    Pasted,
    ips,
    stage_of,
)

_EXIM = re.compile(
    r"SMTP error from remote mail(?: server|er) after (?P<command>[A-Za-z ]+)(?::<[^>]*>)?(?: [A-Z]+=\S+)*:"
    r" (?:host " + HOST + r" \[(?P<ip>[^\]]+)\]: )?(?P<reply>.*)"
)
_EXIM_DELIVERED = re.compile(r"\A.{19,70}? (?:=>|->|>>) \S{1,320} .{0,1000}?\bH=\S")
_EXIM_HOST = re.compile(r"(?:\bH=|\bhost )(?P<host>[^\s\[\]]+) \[(?P<ip>[^\]]+)\]")


def exim(record: str) -> Pasted | None:
    found = _EXIM.search(record)
    if found is None:
        return Pasted(record, status="sent", has_code=False) if _EXIM_DELIVERED.search(record) else None
    before = list(_EXIM_HOST.finditer(record, 0, found.start()))
    host = found if found["host"] else before[-1] if before else None
    status = (
        "bounced" if " ** " in record[: found.start()] else "deferred" if " == " in record[: found.start()] else None
    )
    return Pasted(
        found["reply"],
        host["host"] if host else None,
        ips(host["ip"] if host else None),
        None,
        stage_of(found["command"]),
        status,
    )


_SENDMAIL = re.compile(
    r"\brelay=(?P<host>[^\s,\[\]]+?)\.?(?: \[(?P<ip>[^\]]+)\])?, dsn=(?P<dsn>[0-9.]+),"
    r"(?: reply=(?P<said>.{1,1500}?),)? stat=(?P<reply>.*)"
)
_RESULTS = "Deferred|Service unavailable|User unknown|Data format error"
_SENDMAIL_RESULT = re.compile(rf"(?P<result>{_RESULTS})(?:: (?P<reply>.*))?")
_TRANSCRIPT = re.compile(r"while talking to " + HOST + r"\.?:(?P<talk>.*)")
_TALK = re.compile(
    r"(?:>>> |\A *)(?P<command>[A-Za-z]+(?: (?:FROM|From|TO|To))?).{0,300}?<<< (?P<reply>"
    + REPLY
    + r".*)|<<< (?P<greeting>"
    + REPLY
    + r".*)"
)


def sendmail(record: str) -> Pasted | None:
    found = _SENDMAIL.search(record)
    if found is None:
        return _sendmail_transcript(record)
    result = _SENDMAIL_RESULT.fullmatch(found["reply"])
    reply = found["said"] or (result["reply"] if result and result["reply"] else found["reply"])
    status = {"Deferred": "deferred", "Sent": "sent"}.get(re.split("[: ]", found["reply"])[0], "bounced")
    return Pasted(reply, found["host"], ips(found["ip"]), found["dsn"], None, status)


# What sendmail itself says below the other side's reply, of the result and not of the reason.
_SUMMARY = re.compile(
    r"(?: [45][0-9]{2}(?: [45]\.[0-9]{1,3}\.[0-9]{1,3})?|(?<![0-9.])) <[^<>\s]{1,320}>\.\.\. "
    rf"(?:{_RESULTS}|Host unknown).*"
)


def _sendmail_transcript(record: str) -> Pasted | None:
    found = _TRANSCRIPT.search(record)
    talk = _TALK.search(found["talk"] if found else record) if found or record.startswith(("<<< ", ">>> ")) else None
    if talk is None:
        return None
    stage = stage_of(talk["command"]) if talk["command"] else "greeting" if found else None
    reply = (talk["reply"] or talk["greeting"]).replace(" <<< ", " ").partition(" >>> ")[0]
    return Pasted(_SUMMARY.sub("", reply), found["host"] if found else None, (), None, stage)


_QMAIL = re.compile(
    r"(?:(?:Connected to )?" + ADDRESS + r" (?P<doing>does not like recipient|failed after I sent the message"
    r"|failed on DATA command|but greeting failed|but sender was rejected|but my name was rejected)\. ?[/ ]?)?"
    r"Remote host said: (?P<reply>.*?)(?: ?/?(?:Giving up on |I'm not going to try again).*)?/?\Z"
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


def qmail(record: str) -> Pasted | None:
    log = _QMAIL_LOG.search(record)
    said = log["said"] if log else record
    found = _QMAIL.search(said.replace("_", " ") if "Remote_host_said:_" in said else said)
    if found is None:
        return None
    status = {"failure": "bounced", "deferral": "deferred"}[log["status"]] if log else None
    return Pasted(found["reply"], None, ips(found["ip"]), None, _QMAIL_STAGES.get(found["doing"] or ""), status)


_OPENSMTPD = re.compile(
    r'\bmta delivery [^"]{0,700}(?:source="[^"]{0,60}" )?relay="(?P<ip>[^" ]{3,45})'
    r'(?: \((?P<host>[^")]{1,255})\))?" [^"]{0,100}result="(?P<result>[A-Za-z]{1,20})" stat="(?P<reply>[^"]*)"'
)
_OPENSMTPD_RESULTS = {"PermFail": "bounced", "TempFail": "deferred", "Ok": "sent"}


def opensmtpd(record: str) -> Pasted | None:
    found = _OPENSMTPD.search(record)
    if found is None:
        return None
    return Pasted(
        found["reply"], found["host"], ips(found["ip"].strip("[]")), None, None, _OPENSMTPD_RESULTS.get(found["result"])
    )


# One line of accounting: …,5.7.1 (delivery not authorized),smtp;550 5.7.1 Denied,mx.example.com (192.0.2.25),…
_POWERMTA = re.compile(
    r',"?smtp;(?P<reply>[45][0-9]{2}[ -].{1,1500}?)"?,(?P<host>[^\s,()]{1,255}) \((?P<ip>[0-9A-Fa-f.:]{3,45})\)(?:,|\Z)'
)


def powermta(record: str) -> Pasted | None:
    found = _POWERMTA.search(record)
    return None if found is None else Pasted(found["reply"], found["host"], ips(found["ip"]))
