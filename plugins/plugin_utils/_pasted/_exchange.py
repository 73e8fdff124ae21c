# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""How Exchange writes down a reply: reports for people and administrators, message tracking, the send protocol."""

from __future__ import annotations

import re

from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import HOST, REPLY, Pasted, ips

# Reports for administrators: how a quoted reply begins, and what ends it.
_REPORTED = (
    (re.compile(r"(?:" + HOST + r" )?#<(?P<inner>[^\s#<>]{1,255}) #[0-9.]{1,15} smtp; ?"), "#SMTP#"),
    (re.compile(r"(?:" + HOST + r" )?#(?=" + REPLY + ")"), "##"),
)
# Reports for people.
_TOLD = re.compile(r"(?:" + HOST + r" )?(?:gave this error:|[Rr]emote [Ss]erver returned) '?(?P<reply>.*?)'?\Z")
# Message tracking and queues: what the last attempt ended with, and where it went.
_EXCHANGE_TRACKED = re.compile(
    r"\{LED=(?P<reply>[^{}]{1,4000})\}(?:;\{FQDN=(?P<host>[^{}]{0,255})\})?(?:;\{IP=(?P<ip>[^{}]{0,45})\})?"
)
# A line of the send protocol: session, number, our end, the other end, direction, data.
_EXCHANGE_PROTOCOL = re.compile(
    r",[0-9]{1,9},[^,]{0,60},\[?(?P<ip>[0-9A-Fa-f.:]{3,45}?)\]?:[0-9]{1,5},<,\"?(?P<reply>" + REPLY + r".*)"
)


def exchange(record: str) -> Pasted | None:
    found = _EXCHANGE_TRACKED.search(record)
    if found is not None:
        return Pasted(found["reply"], found["host"] or None, ips(found["ip"]))
    found = _EXCHANGE_PROTOCOL.search(record)
    if found is not None:
        return Pasted(found["reply"].rstrip(",").removesuffix('"'), None, ips(found["ip"]))
    for beginning, ending in _REPORTED:
        found = beginning.search(record)
        end = record.find(ending, found.end()) if found else -1
        if found is not None and end >= 0:
            host = found.groupdict().get("inner") or found["host"]
            return Pasted(record[found.end() : end].rstrip(" >"), host)
    found = _TOLD.search(record)
    return Pasted(found["reply"], found["host"]) if found else None
