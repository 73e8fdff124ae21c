# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""Sums in the public shape of evidence (knowledge/schema/evidence.json), always in the same order."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _lines
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._clock import rfc3339
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._replies import Group, Key, Sample
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._senders import Sender
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import Reason, parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import HEARD, text_of

_TOP_SENDERS = 20


def replies(sums: Sums, privacy: Privacy) -> list[dict[str, t.Any]]:
    """Return one entry for each reply of each relay, the most frequent first.

    The groups are gone then: there may be thousands, which need not be in memory twice.
    """
    sums.replies.keep_newest()
    names, groups = sums.domains.names(), sums.replies.groups
    in_order = [key for key, _group in sorted(groups.items(), key=_by_lines)]
    return [_reply(key, groups.pop(key), names, privacy) for key in in_order]


def _reply(key: Key, group: Group, names: t.Mapping[int, str], privacy: Privacy) -> dict[str, t.Any]:
    reason, recipient, dsn, port = _read_again(group.samples[-1][2])
    reply = parse(reason.reply)
    domains = group.recipients.by_domain(names)
    entry = {
        "signature": privacy.without_domains(key.signature, [recipient.rpartition("@")[2]]),
        "text": privacy.text(reason.reply, people=[recipient]),
        "code": key.code,
        "enhanced": reply.enhanced if reason.shape in HEARD else None,
        "dsn": dsn,
        "stage": key.stage,
        "shape": reason.shape,
        "relay_host": key.relay_host or None,
        "relay_ips": list(group.relay_ips),
        "relay_port": port,
        "service": key.service,
        "outcomes": {"bounced": 0, "deferred": 0, "expired": 0, **group.outcomes},
        "named_ips": list(key.named_ips),
        "recipients": group.recipients.count(),
        "recipient_domains": {} if privacy.mode == "none" else dict(sorted(domains.items(), key=_by_count)),
        "first_at": rfc3339(group.first_at),
        "last_at": rfc3339(group.last_at),
        "by_hour": _by_hour(group),
        "samples": [_sample(sample, privacy) for sample in group.samples],
    }
    if group.recipients.at_least:
        entry["recipients_at_least"] = True
    if reason.truncated:
        entry["truncated"] = True
    return entry


def _by_hour(group: Group) -> dict[str, t.Any] | None:
    row = group.hours.row()
    return {"begins_at": rfc3339(row[0]), "counts": row[1]} if row else None


def _read_again(sample: bytes) -> tuple[Reason, str, str | None, int | None]:
    """Read a line that was read before, for its sentence, recipient, dsn= and port; it may have been cut since."""
    line = _lines.LINE.match(sample)
    if line is None:
        return parse_reason(""), "", None, None
    reason, earlier, recipient, dsn, relay = line.group("reason", "earlier", "recipient", "dsn", "relay")
    sentence = text_of(reason if earlier is None else earlier + b")")
    closed = sentence.endswith(")")
    read = parse_reason(sentence[:-1] if closed else sentence, closed=closed)
    return read, text_of(recipient or b""), text_of(dsn or b"") or None, _lines.relay_port(relay)


def _sample(sample: Sample, privacy: Privacy) -> dict[str, str]:
    at, queue_id, line = sample
    return {"at": rfc3339(at), "queue_id": text_of(queue_id), "line": privacy.line(text_of(line))}


def _by_lines(item: tuple[Key, Group]) -> tuple[t.Any, ...]:
    key, group = item
    signature, code, stage, *others = key
    return (-group.lines(), group.first_at, signature, code or 0, stage or "", *others)


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def delivered(sums: Sums, privacy: Privacy) -> list[dict[str, t.Any]]:
    counts = sorted(sums.relays.counts.items(), key=lambda item: (-item[1].number, item[0]))
    samples: dict[tuple[str, str], list[Sample]] = {}
    for (service, relay, _family), proof in sorted(sums.proofs.newest.items(), key=lambda item: -item[1].at):
        samples.setdefault((service, relay), []).append(proof)
    return [
        {
            "relay_host": relay,
            "service": service,
            "count": count.number,
            "last_at": rfc3339(count.last_at),
            "samples": [_sample(sample, privacy) for sample in samples.get((service, relay), ())],
        }
        for (service, relay), count in counts
    ]


def top_senders(sums: Sums, privacy: Privacy) -> list[dict[str, t.Any]]:
    """Return the senders most often refused; null where the log does not tell."""
    senders = sorted(sums.mails.senders().known.items(), key=lambda item: (-item[1].refusals, item[0]))
    return [_sender(sender, privacy) for _key, sender in senders[:_TOP_SENDERS]]


def _sender(sender: Sender, privacy: Privacy) -> dict[str, t.Any]:
    domains = {text_of(domain): number for domain, number in sender.domains.items()}
    entry = {
        "sender": privacy.address(_most_frequent(sender.names)) or None,
        "sasl_username": privacy.address(text_of(sender.account)) or None,
        "client": _most_frequent(sender.clients) or None,
        "messages": sender.messages,
        "refusals": sender.refusals,
        "recipients": sender.recipients.count(),
        "senders": len(sender.names),
        "clients": len(sender.clients),
        "sender_domains": {} if privacy.mode == "none" else dict(sorted(domains.items(), key=_by_count)),
        "first_at": rfc3339(sender.first_at),
        "last_at": rfc3339(sender.last_at),
    }
    if sender.recipients.at_least:
        entry["recipients_at_least"] = True
    return entry


def _most_frequent(numbers: t.Mapping[bytes, int]) -> str:
    return text_of(min(numbers, key=lambda name: (-numbers[name], name), default=b""))


def lost(sums: Sums, privacy: Privacy) -> list[dict[str, t.Any]]:
    rows = sums.lost.rows if sums.lost else []
    return [
        {
            "at": rfc3339(row.at),
            "queue_id": text_of(row.queue_id),
            "message_id": text_of(row.mail.origin.message_id) or None if row.mail.origin else None,
            "sender": privacy.address(text_of(row.mail.origin.sender)) or None if row.mail.origin else None,
            "recipient": privacy.address(text_of(row.recipient)),
            "outcome": row.outcome,
            "signature": privacy.without_domains(row.reply.signature, [text_of(row.recipient).rpartition("@")[2]]),
            "relay_host": row.reply.relay_host or None,
        }
        for row in rows
    ]
