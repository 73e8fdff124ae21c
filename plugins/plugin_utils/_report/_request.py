# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The requests of a report as texts to copy: a mail's recipient, subject and body, or the fields of a form."""

from __future__ import annotations

import email
import email.policy
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Item, Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._folder import FOLDER
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import Block, block

_COLUMNS = 72
_LINES = 30


class Copy(t.NamedTuple):
    """A text to copy: C(label) is a key among the texts of the page, or the label that a form gives the field."""

    label: str
    is_key: bool
    text: Block
    help: t.Mapping[str, str]

    @property
    def rows(self) -> int:
        return rows_of(self.text)


def rows_of(text: str) -> int:
    """How many lines a box needs for a text."""
    return min(_LINES, sum(1 + len(line) // _COLUMNS for line in text.split("\n")))


def copies(item: Item, report: Report) -> list[Copy]:
    """Return what to copy, in the order in which one fills it in; nothing where the request is not written."""
    request = item.request
    if request.get("kind") == "email":
        return list(_mail(_text(report, request["path"])))
    if request.get("kind") == "form":
        return [
            Copy(field["name"], False, block(field["value"]), field["help"]) for field in request.get("fields") or ()
        ]
    return []


def notice(item: Item, report: Report, language: str) -> Block:
    """Return what to tell the customers; nothing where it is not written."""
    paths = item.request.get("notice") or {}
    return block(_text(report, paths.get(language)))


def _mail(draft: str) -> t.Iterator[Copy]:
    if not draft:
        return
    message = email.message_from_string(draft, policy=email.policy.default)
    body = message.get_body(("plain",))
    for label, text in (("to", message["To"]), ("subject", message["Subject"])):
        yield Copy(label, True, block(text or ""), {})
    yield Copy("body", True, block(body.get_content() if body else ""), {})


def _text(report: Report, path: str | None) -> str:
    """The text of a file of ours below the run's folder; nothing where it is elsewhere or gone."""
    if not path or not path.startswith(f"{FOLDER}/") or path.count("/") != 1:
        return ""
    try:
        return (report.run_dir / path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
