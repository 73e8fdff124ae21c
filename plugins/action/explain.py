# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what a pasted reply means; documented in plugins/modules/explain.py."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import accepted, explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain_screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings._text import fill, phrases
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import plain

ARGUMENT_SPEC: dict[str, t.Any] = {
    "reply": {"type": "str"},
    "reply_file": {"type": "path"},
    "reply_variable": {"type": "str", "default": "reply"},
    "relay": {"type": "str"},
    "language": {"type": "str", "choices": ["en", "ja"], "default": "en"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}

# A bounce with the whole message it returns; what matters stands at its beginning.
_MOST_BYTES = 1024 * 1024


class ActionModule(ActionBase):
    """In process and without templates: the text comes from outside."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        options = self.validate_argument_spec(
            argument_spec=ARGUMENT_SPEC, mutually_exclusive=[["reply", "reply_file"]]
        )[1]
        language = options["language"]
        text = _text(options, task_vars or {})
        if not text.strip():
            raise _failure("no_text", language)
        try:
            diagnoses = explain(text, relay=options["relay"], knowledge_paths=options["knowledge_paths"])
        except KnowledgeError as exc:
            raise AnsibleActionFail(str(exc)) from None
        if diagnoses:
            lines = screen(diagnoses, language)
        elif accepted(text):
            lines = [phrases()["notes"]["accepted"][language]]
        else:
            raise _failure("not_a_reply", language)
        for line in lines:
            Display().display(line)
        return {**result, "changed": False, "diagnoses": diagnoses, "screen": lines}


def _text(options: dict[str, t.Any], task_vars: dict[str, t.Any]) -> str:
    """Return the text as a plain string: neither looked at as a template here nor trusted as one later."""
    if options["reply_file"] is not None:
        return _content(Path(options["reply_file"]), options["language"])
    given = options["reply"] if options["reply"] is not None else task_vars.get(options["reply_variable"], "")
    return str(given).encode(errors="replace").decode()


def _content(path: Path, language: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode(errors="replace")
    except OSError as exc:
        raise _failure("unreadable", language, path=str(path), reason=exc.strerror or type(exc).__name__) from None


def _failure(name: str, language: str, **values: str) -> AnsibleActionFail:
    return AnsibleActionFail(plain(fill(phrases()["errors"][name], **values)[language]))
