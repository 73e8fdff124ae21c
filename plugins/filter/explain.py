# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter explain; documented in explain.yml."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError


def _explain(
    text: str,
    relay: str | None = None,
    dsn: str | None = None,
    command: str | None = None,
    knowledge_paths: t.Sequence[str] = (),
) -> list[dict[str, t.Any]]:
    if not isinstance(text, str):
        raise AnsibleFilterError(f"postmaster.delist.explain expects a text, not {type(text).__name__}")
    try:
        return explain(text, relay=relay, dsn=dsn, command=command, knowledge_paths=knowledge_paths)
    except KnowledgeError as exc:
        raise AnsibleFilterError(str(exc)) from None


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"explain": _explain}
