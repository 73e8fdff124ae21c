# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The evidence files of a run, one at a time and only what diagnosis needs of them; a broken one is a note."""

from __future__ import annotations

import collections
import datetime
import functools
import json
import re
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.module_utils._addresses import normalise
from ansible_collections.postmaster.delist.plugins.plugin_utils._evidence_files import NO_EVIDENCE, counted
from ansible_collections.postmaster.delist.plugins.plugin_utils._hours import Hours, hours_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._moments import moment

_HOST_NAME = re.compile(r"[\w.:-]{1,255}", re.ASCII)
_address = functools.lru_cache(maxsize=4096)(normalise)  # a fleet has few of its own
_OUTCOMES = ("bounced", "deferred", "expired")


class Group(t.NamedTuple):
    """The replies of one signature, as one host saw them."""

    host: str
    signature: str
    text: str
    dsn: str | None
    stage: str | None
    relay_host: str | None
    relay_ips: tuple[str, ...]
    relay_port: int | None
    service: str | None
    named_ips: tuple[str, ...]
    counts: dict[str, int]
    at_least: bool
    recipient_domains: dict[str, int]
    first_at: datetime.datetime | None
    last_at: datetime.datetime | None
    by_hour: Hours | None

    def by_address(self) -> list[Group]:
        """Return the replies about each address; how many were about which, a group does not say."""
        if len(self.named_ips) < 2:
            return [self]
        return [self._replace(named_ips=(ip,)) for ip in self.named_ips]


class HostEvidence(t.NamedTuple):
    host: str
    groups: list[Group]
    configured: tuple[str, ...]
    delivered: dict[str, datetime.datetime]  # last delivery by relay host
    taken: dict[str, int] | None  # deliveries by relay host; None where they were not counted
    relayhost: str | None  # as Postfix has it
    by_service: dict[str, tuple[str, ...]]  # public addresses of each transport
    helo: str | None = None  # the name that the host greets with, where somebody looked


class Broken(t.NamedTuple):
    """Something that could not be read; C(code) names the sentence that says so."""

    path: str
    code: str
    detail: str


def read(folder: Path) -> tuple[list[HostEvidence], list[Broken]]:
    """Return what the files of a folder hold, in the order of their names, and what could not be read."""
    found: list[HostEvidence] = []
    broken: list[Broken] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_host(path, json.loads(path.read_bytes()), broken))
        except OSError as error:
            broken.append(Broken(path.name, "evidence_unreadable", error.strerror or type(error).__name__))
        except (ValueError, RecursionError):
            broken.append(Broken(path.name, "evidence_not_json", ""))
        except NO_EVIDENCE as error:
            broken.append(Broken(path.name, "evidence_malformed", f"{type(error).__name__}: {error}"))
    return found, broken


def _host(path: Path, data: dict[str, t.Any], broken: list[Broken]) -> HostEvidence:
    if data["schema"] != 1:
        raise KeyError("schema 1")
    host = str(data["host"])
    groups = []
    for index, reply in enumerate(data["replies"]):
        try:
            groups.append(_group(host, reply))
        except NO_EVIDENCE as error:
            broken.append(Broken(path.name, "reply_malformed", f"replies[{index}]: {type(error).__name__}: {error}"))
    delivered: dict[str, datetime.datetime] = {}
    taken: collections.Counter[str] = collections.Counter()
    for entry in data.get("delivered") or ():
        if entry.get("relay_host"):
            taken[str(entry["relay_host"])] += counted(entry.get("count"))
        last_at = moment(entry.get("last_at"))
        if entry.get("relay_host") and last_at:
            delivered[str(entry["relay_host"])] = last_at
    egress, looks = data.get("egress") or {}, list(data.get("lint") or [])
    return HostEvidence(
        host=host,
        groups=groups,
        configured=_texts(egress.get("configured")),
        delivered=delivered,
        taken=None if data.get("delivered") is None else taken,
        relayhost=_text(egress.get("relayhost") or None),
        by_service={str(name): _texts(ips) for name, ips in (egress.get("by_service") or {}).items()},
        helo=str(looks[0]["helo"]) if len(looks) == 1 else None,
    )


def _group(host: str, reply: dict[str, t.Any]) -> Group:
    outcomes = reply["outcomes"]
    counts = {name: counted(outcomes.get(name)) for name in _OUTCOMES}
    return Group(
        host=host,
        signature=str(reply["signature"]),
        text=str(reply["text"]),
        dsn=_text(reply.get("dsn")),
        stage=_text(reply.get("stage")),
        relay_host=_host_name(reply.get("relay_host")),
        relay_ips=_texts(reply.get("relay_ips")),
        relay_port=int(reply["relay_port"]) if reply.get("relay_port") else None,
        service=_text(reply.get("service")),
        named_ips=tuple(ip for ip in map(_address, _texts(reply["named_ips"])) if ip),
        counts={**counts, "recipients": counted(reply.get("recipients"))},
        at_least=bool(reply.get("recipients_at_least")),
        recipient_domains={str(name): counted(count) for name, count in (reply.get("recipient_domains") or {}).items()},
        first_at=moment(reply.get("first_at")),
        last_at=moment(reply.get("last_at")),
        by_hour=hours_of(reply.get("by_hour")),
    )


def _text(value: t.Any) -> str | None:
    if not isinstance(value, (str, type(None))):
        raise TypeError("a text was expected")
    return value


def _host_name(value: t.Any) -> str | None:
    """Return what names a relay; of other words a finding's name would be made."""
    text = _text(value)
    return text if text and _HOST_NAME.fullmatch(text) else None


def _texts(value: t.Any) -> tuple[str, ...]:
    if not isinstance(value or [], list) or not all(isinstance(each, str) for each in value or ()):
        raise TypeError("a list of texts was expected")
    return tuple(value or ())
