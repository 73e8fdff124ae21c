# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The templates of requests: an own sandbox, never Ansible's templar.

Values come from logs and replies: they are data in the context, and each is cleaned when it is printed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ansible_collections.postmaster.delist.plugins.plugin_utils._request import _text as text


class TemplateProblem(ValueError):
    """A template that cannot be rendered; the message names the template, the line and the reason."""


def compiled(source: str) -> jinja2.Template:
    """Return a text as a template.

    :raises jinja2.TemplateSyntaxError: it is none
    """
    return Templates(()).from_string(source)


class Templates:
    """Templates found by name below several directories; the first that holds a name wins."""

    def __init__(self, directories: Iterable[Path]) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FileSystemLoader([str(directory) for directory in directories]),
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            finalize=text.finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._environment.filters.update(
            line=text.line,
            block=text.block,
            indented=text.indented,
            fenced=text.fenced,
            code=text.code,
            minutes=text.minutes,
        )

        # The same few values are rendered for each finding.
        self.from_string = functools.cache(self._environment.from_string)

    def render(self, names: Sequence[str], context: Mapping[str, Any]) -> str:
        """Render the first template of C(names) that exists."""
        return self._render(", ".join(names), lambda: self._environment.select_template(names), context)

    def render_text(self, source: str, context: Mapping[str, Any], *, name: str) -> str:
        """Render a template that a knowledge file holds as a value; C(name) says where, for messages."""
        return self._render(name, lambda: self.from_string(source), context)

    def _render(self, name: str, load: Any, context: Mapping[str, Any]) -> str:
        try:
            return load().render(**context)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateProblem(f"{error.filename or name}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplatesNotFound as error:
            raise TemplateProblem(f"none of these templates exists: {', '.join(map(str, error.templates))}") from error
        except jinja2.TemplateNotFound as error:
            raise TemplateProblem(f"{name}: it uses {error.name}, which does not exist") from error
        except jinja2.TemplateError as error:
            raise TemplateProblem(f"{name}: {error.message}") from error
        except (ArithmeticError, LookupError, TypeError, ValueError, OverflowError) as error:
            raise TemplateProblem(f"{name}: {error}") from error
