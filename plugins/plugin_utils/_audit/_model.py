# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an audit is made of: concerns, each there tonight or not, on some hosts, about one subject."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

SEVERITIES = ("critical", "high", "medium", "low", "info")
# What is looked at. Each has its own way to tell "gone" from "not looked at".
CHECKS = ("finding", "listing", "sender_dns", "delivery", "lint", "change", "case")

# Characters of a name.
LONGEST = 700

Text = t.Mapping[str, str]
Data = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Concern:
    """C(id) is the same every night, and begins with C(check); C(about) is what the check needs to look again."""

    check: str
    key: str
    severity: str
    title: Text
    action: Text
    subject: str | None = None
    hosts: tuple[str, ...] = ()
    receiver: str | None = None
    list: str | None = None
    overdue: bool = False
    about: Data = dataclasses.field(default_factory=dict)

    @property
    def id(self) -> str:
        return id_of(self.check, self.key)

    def data(self) -> dict[str, t.Any]:
        """Return the concern as audit.json has it, but for what the nights before say of it."""
        return {
            "id": self.id,
            "check": self.check,
            "severity": self.severity,
            "overdue": self.overdue,
            "subject": self.subject,
            "receiver": self.receiver,
            "list": self.list,
            "hosts": sorted(self.hosts),
            "title": dict(self.title),
            "action": dict(self.action),
            "about": dict(self.about),
        }


def id_of(check: str, key: str) -> str:
    """Return the name of a concern, such as that of a finding, whose key is its own id."""
    whole = f"{check}/{key}"
    if len(whole) <= LONGEST:
        return whole
    # A refused link, say: the ledger has so much room, and the name must still be the same every night.
    digest = hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:16]
    return f"{whole[: LONGEST - len(digest) - 1]}~{digest}"


def rank(concern: Data) -> tuple[int, str]:
    """The gravest first."""
    return SEVERITIES.index(concern["severity"]), concern["id"]


def both(*keys: str, **values: object) -> dict[str, str]:
    """Return a text of knowledge/texts/audit.yml in all languages, filled in."""
    return {language: _texts(language).say(*keys, **values) for language in LANGUAGES}


@functools.lru_cache(maxsize=len(LANGUAGES))
def _texts(language: str) -> Texts:
    return Texts(language, file="audit")
