# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The cribs of web forms: which field takes which value. What each form asks for is data, in form.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils import _knowledge_check as check
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_model import Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read, read_with_lines
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_templates import Templates
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_text import block
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_way import Way

# The forms for channels of which no file says more; they are named after kinds of channels.
GENERIC = "request/form.yml"


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


def fill(
    way: Way, folder: str | None, directories: Iterable[Path], templates: Templates, context: Mapping[str, Any]
) -> Form:
    """Return the form of this way with its values; the first directory that knows it decides."""
    paths = [directory / folder / "form.yml" for directory in directories if folder]
    found = next(
        (form for path in paths if path.is_file() for form in _forms(path) if way.key in form["channels"]), None
    )
    form = found or next(form for form in _forms(SHIPPED / GENERIC) if way.channel in form["channels"])
    return Form(
        fields=tuple(
            Field(
                name=field["name"],
                value=block(templates.render_text(field["value"], context, name=f"form field {field['name']!r}")),
                required=field.get("required", True),
                help=field["help"],
            )
            for field in form["fields"]
        ),
        limits=tuple(form.get("limits") or ()),
        steps=tuple(form.get("steps") or ()),
        next=form["next"],
    )


def _forms(path: Path) -> Sequence[Mapping[str, Any]]:
    if path.is_relative_to(SHIPPED):
        return read(path)["forms"]
    document = read_with_lines(path)
    check.document("form", document)
    return document.data["forms"]
