# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the DNS of a sender must say, and who wants it: knowledge/sender_dns.yml."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge_yaml import read

PATH = SHIPPED / "sender_dns.yml"


@functools.lru_cache(maxsize=1)
def requirements() -> dict[str, t.Any]:
    """Return the plain data that a host can be handed; where a fact comes from stays at home."""
    data = read(PATH)
    problems = {
        code: {name: entry[name] for name in ("blocks", "wanted_by", "text")}
        for code, entry in data["problems"].items()
    }
    return {**{name: data[name] for name in ("generic_words", "relays", "manual")}, "problems": problems}
