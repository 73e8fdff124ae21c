# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Can everybody that knowledge/ names be asked: do forms and templates hold, does each channel give a request?"""

from __future__ import annotations

import typing as t
from pathlib import Path

import jinja2
from knowledge_samples import Complaint

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _forms as forms
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._request import LANGUAGES, Library, Writer
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import TemplateProblem, compiled
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._words import words_of

_ASKED = frozenset({"email", "form", "at_list"})
_IP = "192.0.2.1"
_WORDS = {
    "organisation": "Example Mail",
    "contact_name": "A. Person",
    "reply_to": "postmaster@example.org",
    "fixed_text": "A form was abused. It is closed.",
    "domains": ["example.org"],
}


def documents(root: Path) -> t.Iterator[Document]:
    """Yield the files of forms below a folder."""
    paths = [path for pattern in forms.FILES for path in sorted(root.glob(pattern))]
    for path in [*paths, root / forms.GENERIC]:
        yield read_with_lines(path)


def complaints(root: Path, known: Knowledge) -> t.Iterator[Complaint]:
    """Yield what is wrong with forms and templates; channels are tried once these are right."""
    wrong: list[Complaint] = []
    try:
        for document in documents(root):
            found = list(forms.complaints(document)) or list(_pages(document, known))
            wrong += [(_slug(document.path), error) for error in found]
    except KnowledgeError as error:
        wrong.append((_slug(Path(error.path)), error))
    wrong += _templates(root, known)
    yield from wrong
    if not wrong:
        yield from _channels(known)


def _slug(path: Path) -> str:
    return path.parent.name if path.parent.parent.name == "receivers" else path.stem


def _pages(document: Document, known: Knowledge) -> t.Iterator[KnowledgeError]:
    """Yield the forms to which no channel leads: nobody would ever see them."""
    urls = [str(channel.get("url") or "") for party in _parties(known) for channel in party.channels.values()]
    for index, form in enumerate(document.data["forms"]):
        pages = form.get("pages") or ()
        if pages and not any(forms.is_page(url, page) for url in urls for page in pages):
            yield document.error(("forms", index, "pages"), f"the page of a channel was expected among {pages}")


def _templates(root: Path, known: Knowledge) -> t.Iterator[Complaint]:
    for path in sorted(root.glob("**/*.j2")):
        slug = _slug(path)
        try:
            compiled(path.read_text(encoding="utf-8"))
        except jinja2.TemplateSyntaxError as error:
            yield slug, KnowledgeError(path, error.lineno, f"a template was expected: {error.message}")
        except (OSError, UnicodeDecodeError) as error:
            yield slug, KnowledgeError(path, None, f"a text in UTF-8 was expected: {error}")
        if path.name == "request.eml.j2" and not _is_written_to(known, slug):
            yield slug, KnowledgeError(path, None, f"a receiver {slug} with a channel 'email' was expected")


def _is_written_to(known: Knowledge, slug: str) -> bool:
    party = known.receivers.get(slug)
    return party is not None and any(channel["channel"] == "email" for channel in party.channels.values())


def _channels(known: Knowledge) -> t.Iterator[Complaint]:
    library = Library()
    for party in _parties(known):
        for key, channel in party.channels.items():
            for language in LANGUAGES if channel["channel"] in _ASKED else ():
                writer = Writer(
                    known, words_of(_WORDS), mail_language=language, allow_documentation=True, library=library
                )
                try:
                    request = writer.write(_finding(party, key, channel["channel"], known))
                except TemplateProblem as problem:
                    yield party.slug, KnowledgeError(f"{party.slug}/channels/{key}", None, str(problem))
                    continue
                if request.content is None or _IP not in request.content:
                    reason = request.record["refused"] or {"en": "there is none"}
                    yield (
                        party.slug,
                        KnowledgeError(f"{party.slug}/channels/{key}", None, f"a request was expected: {reason['en']}"),
                    )


def _parties(known: Knowledge) -> t.Iterator[Party]:
    yield from (*known.receivers.values(), *known.blocklists.values())


def _finding(party: Party, key: str, channel: str, known: Knowledge) -> dict[str, t.Any]:
    """Return a finding as simple as can be, whose remedy is this channel."""
    of_lists = [slug for slug, entry in known.lists.items() if entry.operator == party.slug]
    return {
        "schema": 1,
        "id": f"{party.slug}/ip/{_IP}/ip_blocklisted_receiver",
        "slug": party.slug,
        "receiver": None if of_lists else party.slug,
        "receivers": [],
        "list": of_lists[0] if of_lists else None,
        "subject": {"kind": "ip", "value": _IP},
        "egress_ip": _IP,
        "ip_source": "reply",
        "cause": "ip_blocklisted_receiver",
        "scope": "ip",
        "hosts": [],
        "evidence": [f"550 5.7.1 [{_IP}] refused"],
        "remedy": {"channel": channel, "key": key},
        "confidence": "high",
        "documentation": True,
    }
