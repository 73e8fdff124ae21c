# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Pasted text -> what it means, for a person and for code."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import Reply, parse
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _findings as findings
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings import _text as texts
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._assess import Assessment, assess
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted import _pasted as pasted
from ansible_collections.postmaster.delist.plugins.plugin_utils._pasted._reply import stage_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser


@functools.lru_cache(maxsize=4)
def recogniser(knowledge_paths: tuple[str, ...] = ()) -> Recogniser:
    """Return the recogniser over the shipped knowledge and a site's own."""
    return Recogniser(load(knowledge_paths))


def explain(
    text: str,
    relay: str | None = None,
    dsn: str | None = None,
    command: str | None = None,
    *,
    knowledge_paths: t.Sequence[str] = (),
) -> list[dict[str, t.Any]]:
    """Return one diagnosis for each refusal in a text; none when there is none in it.

    :param relay: host name of the server that answered, where the text does not say it
    :param dsn: the enhanced code that the local MTA noted
    :param command: the SMTP command that was answered, such as RCPT TO
    """
    using = recogniser(tuple(knowledge_paths))
    stage = stage_of(command)
    found: dict[tuple[str, str, str | None], dict[str, t.Any]] = {}
    for item in pasted.read(text):
        item = item.completed(relay, dsn, stage)
        diagnosis = _diagnosis(using, item)
        if diagnosis is not None:
            found.setdefault((diagnosis["id"], diagnosis["reply"]["text"], item.relay_host), diagnosis)
    return list(found.values())


def _diagnosis(using: Recogniser, item: pasted.Pasted) -> dict[str, t.Any] | None:
    read = assess(
        using,
        item.reply,
        relay=item.relay_host,
        relay_ips=item.relay_ips,
        relay_port=item.relay_port,
        dsn=item.dsn,
        stage=item.stage,
        is_ours=item.is_ours,
    )
    reply = read.recognition.reply
    if _is_accepted(item, reply):
        return None
    is_reply = reply.code is not None or reply.enhanced is not None or item.status is not None or item.is_ours
    if read.rule is None and not is_reply:
        return None
    finding = findings.finding(using.known, read, findings.egress_of_text(read))
    return {
        **finding,
        "receivers": _receivers(read),
        "hosts": [],
        "also_matched": [rule.name for rule in read.recognition.others],
        "evidence": [reply.text],
        "receiver_name": texts.receiver_name(using.known, read.receiver or read.answered_by),
        "summary": texts.summary(finding),
        "reply": {
            "code": reply.code,
            "enhanced": reply.enhanced,
            "stage": item.stage,
            "text": reply.text,
            "relay_host": item.relay_host,
            "relay_ips": list(item.relay_ips),
            "named_ips": list(read.named_ips),
            "status": item.status,
        },
    }


def accepted(text: str) -> bool:
    """Tell whether a text holds answers of a mail server, but none that refuses."""
    return any(_is_accepted(item, parse(item.reply)) for item in pasted.read(text))


def _is_accepted(item: pasted.Pasted, reply: Reply) -> bool:
    return item.status == "sent" or (reply.code is not None and reply.code < 400)


def _receivers(read: Assessment) -> list[dict[str, t.Any]]:
    slug = read.answered_by or read.receiver
    return [{"slug": slug, "hosts": []}] if slug else []
