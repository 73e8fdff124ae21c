# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What to tell the customers whose mail is refused, in each language. It says what is known and promises nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge
from ansible_collections.postmaster.delist.plugins.plugin_utils._request._templates import Templates

_LANGUAGES = ("en", "ja")
# The reader looks for a name that he knows; a long list tells him less.
_NAMES = 5


def notices(
    finding: Mapping[str, Any], knowledge: Knowledge, templates: Templates, context: Mapping[str, Any]
) -> dict[str, str]:
    """Return the notice about a finding by language.

    Only receivers that everybody knows are named: to which domains a customer writes is nobody else's business.
    """
    slugs = [entry["slug"] for entry in finding.get("receivers") or ()] or [finding.get("receiver")]
    parties = [knowledge.receivers[slug] for slug in slugs if slug in knowledge.receivers][:_NAMES]
    full = {
        **context,
        "receivers": [party.name for party in parties],
        "others": len(parties) < len(slugs),
        "domains": sorted({domain for party in parties for domain in party.domains}),
    }
    return {
        language: templates.render([f"request/notice.{language}.j2"], full).strip("\n") + "\n"
        for language in _LANGUAGES
    }
