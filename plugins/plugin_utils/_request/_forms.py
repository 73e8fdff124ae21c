# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The cribs of web forms: which field takes which value. What each form asks for is data, in form.yml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import _check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import (
    Document,
    KnowledgeError,
    read,
    read_with_lines,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import Templates, compiled
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import block
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._way import Way

# Where forms stand: of receivers, of lists, and what holds for any form of which no file says more.
FILES = ("receivers/*/form.yml", "request/forms/*.yml")
GENERIC = "request/form.yml"

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One field as the form labels it; an empty value is for the operator to fill in."""

    name: str
    value: str
    required: bool
    help: Text


@dataclass(frozen=True)
class Form:
    """A form filled in for one finding."""

    fields: Sequence[Field]
    limits: Sequence[Text]
    steps: Sequence[Text]
    next: Text


class Forms:
    """The forms that directories know. One form may serve a receiver and a list: its page decides."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self._forms = [form for directory in directories for form in _forms_below(directory)]

    def fill(self, way: Way, templates: Templates, context: Data) -> Form:
        """Return the form of this way with its values."""
        form = self._of_page(str(way.url)) or _generic(way.channel)
        return Form(
            fields=tuple(_field(field, templates, context) for field in form["fields"]),
            limits=tuple(form.get("limits") or ()),
            steps=tuple(form.get("steps") or ()),
            next=form["next"],
        )

    def _of_page(self, url: str) -> Data | None:
        """Return the form that names the page most exactly; among equals the first directory's."""
        found = [(len(page), form) for form in self._forms for page in form["pages"] if is_page(url, page)]
        return max(found, key=lambda pair: pair[0])[1] if found else None


def is_page(url: str, page: str) -> bool:
    """Tell whether the address leads to a page, given as host or host/path, or below it."""
    bare = url.partition("://")[2]
    return bare.startswith(page) and bare[len(page) : len(page) + 1] in ("", "/", "?", "#")


def complaints(document: Document) -> Iterator[KnowledgeError]:
    """Yield what is wrong with a file of forms: its form, and values that are no templates."""
    wrong = list(check.form_complaints("form", document))
    yield from wrong
    for index, form in enumerate(() if wrong else document.data["forms"]):
        for number, field in enumerate(form["fields"]):
            try:
                compiled(field["value"])
            except jinja2.TemplateSyntaxError as error:
                where = ("forms", index, "fields", number, "value")
                yield document.error(where, f"a template was expected: {error.message}")


def _forms_below(directory: Path) -> Iterator[Data]:
    for pattern in FILES:
        for path in sorted(directory.glob(pattern)):
            if directory == SHIPPED:
                yield from read(path)["forms"]
            else:
                document = read_with_lines(path)
                for complaint in complaints(document):
                    raise complaint
                yield from document.data["forms"]


def _generic(channel: str) -> Data:
    forms: Sequence[Data] = read(SHIPPED / GENERIC)["forms"]
    return next(form for form in forms if form["channel"] == channel)


def _field(field: Data, templates: Templates, context: Data) -> Field:
    value = templates.render_text(field["value"], context, name=f"form field {field['name']!r}")
    return Field(name=field["name"], value=block(value), required=field.get("required", True), help=field["help"])
