# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One finding's request: the draft or crib, or the reason why there is none, and what to do in plain words."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_model import Party, Receiver, Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_context import context_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_forms import Forms
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_gates import refusals
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_mail import draft
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_mailbox import UNCHECKED, Mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_templates import Templates
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_way import Way, counterpart_of, way_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_words import Words

LANGUAGES = ("en", "ja")
# Which channels are asked, and by what. The others wait, or are mended at home.
_KINDS = {"email": "email", "form": "form", "at_list": "form"}
_SUFFIXES = {"email": ".eml", "form": ".form.md"}

Finding = Mapping[str, Any]
Context = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What requests.json says about one finding, and the text of the file that C(record["path"]) names."""

    record: Mapping[str, Any]
    content: str | None = None


@dataclass(frozen=True)
class Writer:
    """Writes requests with what all of a run share. C(directories) are a site's own, the first that has a file wins."""

    knowledge: Knowledge
    words: Words
    mailbox: Mailbox = UNCHECKED
    language: str = "en"
    mail_language: str = "en"
    allow_documentation: bool = False
    directories: Sequence[Path] = ()

    @functools.cached_property
    def _directories(self) -> tuple[Path, ...]:
        return (*self.directories, SHIPPED)

    @functools.cached_property
    def _templates(self) -> Templates:
        return Templates(self._directories)

    @functools.cached_property
    def _forms(self) -> Forms:
        return Forms(self._directories)

    def write(self, finding: Finding) -> Request:
        """Return the request of one finding, or why there is none."""
        counterpart = counterpart_of(finding, self.knowledge)
        way = way_of(finding, counterpart, self.knowledge)
        context = self._context(finding, counterpart, way)
        asks = way.channel in _KINDS and self.knowledge.causes[finding["cause"]]["request"]
        refused = self._refusals(finding, way, context) if asks else []
        if not asks or refused:
            return self._request(finding, way, {**context, "kind": "none", "path": None, "refusals": refused})
        kind = _KINDS[way.channel]
        context |= {"kind": kind, "path": f"requests/{finding['slug']}{_SUFFIXES[kind]}", "refusals": []}
        if kind == "form":
            return self._request(finding, way, context, content=self._crib(way, context))
        message = self._draft(counterpart, way, context)
        return self._request(finding, way, context, content=message.as_string(), message=message)

    def _context(self, finding: Finding, counterpart: Party | None, way: Way) -> dict[str, Any]:
        entry = self.knowledge.lists.get(finding.get("list") or "")
        return {
            **context_of(finding, counterpart, way, self.words),
            "list": entry.name if entry else None,
            "mailbox": self.mailbox,
            "mail_language": self.mail_language,
            "languages": sorted(LANGUAGES, key=lambda language: language != self.language),
        }

    def _request(
        self,
        finding: Finding,
        way: Way,
        context: Context,
        *,
        content: str | None = None,
        message: EmailMessage | None = None,
    ) -> Request:
        record = {
            "finding": finding["id"],
            "slug": finding["slug"],
            "case": context["case"],
            "receiver": finding.get("receiver"),
            "list": finding.get("list"),
            "kind": context["kind"],
            "channel": way.channel,
            "path": context["path"],
            "to": way.to,
            "url": way.url,
            "subject": str(message["Subject"]) if message else None,
            "message_id": str(message["Message-ID"]) if message else None,
            "expected_answer": way.expected_answer,
            "propagation": way.propagation,
            "refused": next(iter(context["refusals"]), None),
            "refusals": context["refusals"],
            "instruction": self._instruction(context),
        }
        return Request(record, content)

    def _draft(self, counterpart: Party | None, way: Way, context: Context) -> EmailMessage:
        own = [f"receivers/{counterpart.slug}/request.eml.j2"] if isinstance(counterpart, Receiver) else []
        rendered = self._templates.render([*own, f"request/mail.{self.mail_language}.eml.j2"], context)
        return draft(rendered, words=self.words, to=str(way.to), case=context["case"])

    def _crib(self, way: Way, context: Context) -> str:
        form = self._forms.fill(way, self._templates, context)
        return self._templates.render(["request/crib.md.j2"], {**context, "form": form}).rstrip("\n") + "\n"

    def _refusals(self, finding: Finding, way: Way, context: Context) -> list[Mapping[str, str]]:
        found = refusals(
            finding, way, words=self.words, mailbox=self.mailbox, allow_documentation=self.allow_documentation
        )
        return [{"code": code, **self._reason(code, {**context, **details})} for code, details in found]

    def _reason(self, code: str, context: Context) -> Text:
        texts = self._reasons[code]
        return {
            language: self._templates.render_text(texts[language], context, name=f"refusal {code}")
            for language in LANGUAGES
        }

    @functools.cached_property
    def _reasons(self) -> Mapping[str, Text]:
        return read(SHIPPED / "request" / "refusals.yml")["refusals"]

    def _instruction(self, context: Context) -> Text:
        return {
            language: self._templates.render([f"request/instruction.{language}.j2"], context).strip()
            for language in LANGUAGES
        }
