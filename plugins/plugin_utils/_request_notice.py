# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What to tell the customers whose mail is refused, in each language. It says what is known and promises nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_model import Text
from ansible_collections.postmaster.delist.plugins.plugin_utils._request_templates import Templates

# The reader looks for a name he knows; a long list tells him less.
_NAMES = 5
_JOINED_BY = {"en": ", ", "ja": "、"}


def notices(
    finding: Mapping[str, Any], knowledge: Knowledge, templates: Templates, context: Mapping[str, Any]
) -> dict[str, str]:
    """Return the notice about a finding by language."""
    slugs = [entry["slug"] for entry in finding.get("receivers") or ()] or [finding.get("receiver")]
    names = [_name(slug, knowledge) for slug in slugs if slug]
    full = {**context, "receivers": _joined(names), "several_receivers": len(names) > 1}
    return {
        language: templates.render([f"request/notice.{language}.j2"], full).strip("\n") + "\n"
        for language in _JOINED_BY
    }


def _name(slug: str, knowledge: Knowledge) -> Text:
    party = knowledge.receivers.get(slug)
    return party.name if party else dict.fromkeys(_JOINED_BY, slug)


def _joined(names: Sequence[Text]) -> Text:
    return {
        language: separator.join([name[language] for name in names[:_NAMES]] + ["…"] * (len(names) > _NAMES))
        for language, separator in _JOINED_BY.items()
    }
