# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The options of M(postmaster.delist.bounce_info)."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._egress import AUTO
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import MODES

MODULE: dict[str, dict[str, t.Any]] = {
    "paths": {"type": "list", "elements": "path", "default": []},
    "rotated": {"type": "bool", "default": True},
    "journal": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
    "journal_directory": {"type": "path"},
    "queue": {"type": "bool", "default": True},
    "egress": {"type": "list", "elements": "str", "default": [AUTO]},
    "config_directory": {"type": "path"},
    "since": {"type": "str"},
    "until": {"type": "str"},
    "delivered": {"type": "bool", "default": True},
    "proofs": {"type": "list", "elements": "str", "default": []},
    "senders": {"type": "bool", "default": True},
    "recipients": {"type": "str", "choices": list(MODES), "default": "domains"},
    "lost_mail": {"type": "bool", "default": False},
    "max_groups": {"type": "int", "default": 2000},
    "max_bytes": {"type": "int"},
    "max_seconds": {"type": "float"},
    "lint": {"type": "bool", "default": False},
    "facts": {"type": "dict", "default": {}},
    "host": {"type": "str"},
    # The action's alone: it never reaches a host, but the documentation of both is one.
    "evidence_dir": {"type": "path"},
    "from_runs": {"type": "list", "elements": "str", "default": []},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}
