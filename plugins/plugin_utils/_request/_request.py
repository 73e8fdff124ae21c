# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""One finding's request: the draft or crib, or the reason why there is none, and what to do in plain words."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party, Receiver, Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._context import context_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._escalation import (
    obstacle,
    refusal_in,
    refusal_of,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._forms import Forms
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._gates import refusals
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mail import draft
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._mailbox import UNCHECKED, Mailbox
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._notice import notices
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._open_case import OpenCase
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import Templates
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._way import Way, counterpart_of, way_of
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import Words

LANGUAGES = ("en", "ja")
# Which channels are asked, and by what. The others wait, or are mended at home.
_KINDS = {"email": "email", "form": "form", "at_list": "form"}
_SUFFIXES = {"email": ".eml", "form": ".form.md"}

Finding = Mapping[str, Any]
Context = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What requests.json says about one finding, and its files by path."""

    record: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def content(self) -> str | None:
        """The draft or crib itself."""
        return self.files.get(self.record["path"] or "")


@dataclass(frozen=True)
class Library:
    """The templates, forms and reasons of requests: a site's C(directories) first, then what ships."""

    directories: Sequence[Path] = ()

    @functools.cached_property
    def templates(self) -> Templates:
        return Templates((*self.directories, SHIPPED))

    @functools.cached_property
    def forms(self) -> Forms:
        return Forms((*self.directories, SHIPPED))

    @functools.cached_property
    def reasons(self) -> Mapping[str, Text]:
        return read(SHIPPED / "request" / "refusals.yml")["refusals"]


@dataclass(frozen=True)
class Writer:
    """Writes requests with what all of a run share."""

    knowledge: Knowledge
    words: Words
    mailbox: Mailbox = UNCHECKED
    language: str = "en"
    mail_language: str = "en"
    allow_documentation: bool = False
    answer: Mapping[str, Any] | None = None
    cases: Mapping[str, OpenCase] = field(default_factory=dict)
    library: Library = field(default_factory=Library)

    def write(self, finding: Finding) -> Request:
        """Return the request of one finding, or why there is none."""
        counterpart = counterpart_of(finding, self.knowledge)
        way = way_of(finding, counterpart, self.knowledge)
        context = self._context(finding, counterpart, way)
        asks = way.channel in _KINDS and self.knowledge.causes[finding["cause"]]["request"]
        refused = self._refusals(finding, way, context) if asks else []
        kind = _KINDS[way.channel] if asks and not refused else "none"
        request = self._asked(kind, counterpart, way, context, _path(finding, _SUFFIXES.get(kind)))
        escalation = self._escalation(finding, counterpart, context) if kind != "none" else _NOTHING
        # Customers are told what is sure, whether or not we know already what to say to the receiver.
        is_sure = asks and "low_confidence" not in [refusal["code"] for refusal in refused]
        notice = self._notice(finding, context) if is_sure else _NOTHING
        record = {
            "finding": finding["id"],
            "slug": finding["slug"],
            "case": context["case"],
            "receiver": finding.get("receiver"),
            "list": finding.get("list"),
            "kind": kind,
            "channel": way.channel,
            "to": way.to,
            "url": way.url,
            **request.facts,
            "expected_answer": way.expected_answer,
            "propagation": way.propagation,
            "refused": refused[0] if refused else None,
            "refusals": refused,
            "notice": notice.facts or None,
            "escalation": escalation.facts or None,
        }
        # The record's subject is that of the mail; the instruction speaks of the finding's.
        instruction = self._in_both("instruction", {**context, **record, "subject": context["subject"]})
        return Request({**record, "instruction": instruction}, {**request.files, **notice.files, **escalation.files})

    def _context(self, finding: Finding, counterpart: Party | None, way: Way) -> dict[str, Any]:
        entry = self.knowledge.lists.get(finding.get("list") or "")
        return {
            **context_of(finding, counterpart, way, self.words),
            **({"case": self.cases[finding["id"]].case} if finding["id"] in self.cases else {}),
            "list_name": entry.name if entry else None,
            "mailbox": self.mailbox,
            "mail_language": self.mail_language,
            "before": self._before(finding),
            "languages": sorted(LANGUAGES, key=lambda language: language != self.language),
        }

    def _before(self, finding: Finding) -> list[Mapping[str, Any]]:
        """Return what stands in the way of a request, and the names of those who look at it."""
        parties = {**self.knowledge.blocklists, **self.knowledge.receivers}
        return [
            {**blocker, "wanted_by": [parties[slug].name for slug in blocker["wanted_by"] if slug in parties]}
            for blocker in finding.get("blockers") or ()
        ]

    def _asked(self, kind: str, counterpart: Party | None, way: Way, context: Context, path: str) -> _Part:
        if kind == "email":
            own = [f"receivers/{counterpart.slug}/request.eml.j2"] if isinstance(counterpart, Receiver) else []
            rendered = self.library.templates.render([*own, f"request/mail.{self.mail_language}.eml.j2"], context)
            message = draft(rendered, words=self.words, to=str(way.to), case=context["case"])
            return _Part(_mail_facts(message, path), {path: message.as_string()})
        if kind == "form":
            form = self.library.forms.fill(way, self.library.templates, context)
            crib = self.library.templates.render(["request/crib.md.j2"], {**context, "form": form}).rstrip("\n") + "\n"
            fields = [asdict(each) for each in form.fields]
            return _Part({"path": path, "subject": None, "message_id": None, "fields": fields}, {path: crib})
        return _Part({"path": None, "subject": None, "message_id": None}, {})

    def _refusals(self, finding: Finding, way: Way, context: Context) -> list[Mapping[str, str]]:
        found = refusals(
            finding, way, words=self.words, mailbox=self.mailbox, allow_documentation=self.allow_documentation
        )
        return [self._refusal(code, {**context, **details}) for code, details in found]

    def _refusal(self, code: str, context: Context) -> Mapping[str, str]:
        texts = self.library.reasons[code]
        return {
            "code": code,
            **{
                language: self.library.templates.render_text(texts[language], context, name=f"refusal {code}")
                for language in LANGUAGES
            },
        }

    def _notice(self, finding: Finding, context: Context) -> _Part:
        written = notices(finding, self.knowledge, self.library.templates, context)
        paths = {language: _path(finding, f".notice.{language}.txt") for language in written}
        return _Part(paths, {paths[language]: text for language, text in written.items()})

    def _escalation(self, finding: Finding, counterpart: Party | None, context: Context) -> _Part:
        said = self._said(finding, context["case"])
        if said is None:
            return _NOTHING
        facts = {"verdict": said["verdict"], "sentence": said["sentence"], "tickets": said["tickets"], "to": None}
        code = obstacle(said, counterpart, self.words.new_facts)
        if code:
            refused = self._refusal(code, {**context, "answer": said})
            return _Part({**facts, "path": None, "subject": None, "message_id": None, "refused": refused}, {})
        rendered = self.library.templates.render(
            [f"request/escalation.{self.mail_language}.eml.j2"],
            {**context, "answer": said, "new_facts": self.words.new_facts},
        )
        thread = [*said["references"], *([said["message_id"]] if said["message_id"] else [])]
        message = draft(rendered, words=self.words, to=said["from"], case=context["case"], thread=thread)
        path = _path(finding, ".escalation.eml")
        facts |= {"to": said["from"], **_mail_facts(message, path), "refused": None}
        return _Part(facts, {path: message.as_string()})

    def _said(self, finding: Finding, case: str) -> Mapping[str, Any] | None:
        """Return what is to be answered: the answer that was given here, else what the case waits for."""
        said = refusal_in(self.answer, finding, case) if self.answer else None
        known = self.cases.get(finding["id"])
        return said or (refusal_of(known.answer) if known and known.answer else None)

    def _in_both(self, name: str, context: Context) -> Text:
        return {
            language: self.library.templates.render([f"request/{name}.{language}.j2"], context).strip()
            for language in LANGUAGES
        }


@dataclass(frozen=True)
class _Part:
    """One part of a request: what the record says of it, and its files."""

    facts: Mapping[str, Any]
    files: Mapping[str, str]


_NOTHING = _Part({}, {})


def _path(finding: Finding, suffix: str | None) -> str:
    return f"requests/{finding['slug']}{suffix}"


def _mail_facts(message: EmailMessage, path: str) -> dict[str, Any]:
    return {"path": path, "subject": str(message["Subject"]), "message_id": str(message["Message-ID"])}
