# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""report.html: one page that loads nothing and runs nothing, in both languages, for screen, phone, paper and ear.

Every value is text to the template, cleaned and escaped where it is printed; a style that the page itself does not name
by its digest is not applied, and nothing else is allowed at all.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import typing as t
from pathlib import Path

import jinja2
import markupsafe

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import Command
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._html_view import Once, view
from ansible_collections.postmaster.delist.plugins.plugin_utils._report._report import Report
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._text import Block
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import LANGUAGES, Texts

FOLDER = Path(__file__).with_name("page")


def html(report: Report, *, texts: Texts, again: Command) -> str:
    """The whole page; it opens in the language of C(texts)."""
    style = _environment().get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    once = Once.of(report)
    article = _environment().get_template("article.html.j2")
    articles = [article.render(view(report, language, again, once)) for language in LANGUAGES]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            language=texts.language,
            title=Texts(texts.language, file="report_page").say("title", run=report.run_id),
            style_digest=f"sha256-{digest}",
            articles=map(markupsafe.Markup, articles),  # they were escaped as they were rendered
        )
    )


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _cleaned(value: t.Any) -> t.Any:
    """What a template prints: markup of its own, lines that were cleaned before, or one line, cleaned now."""
    if isinstance(value, (markupsafe.Markup, Block, int, float)):
        return value
    return "" if value is None else plain(value)
