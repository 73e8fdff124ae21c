# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The options of postfix_hold: those that people set, and those that the action fills from the knowledge."""

from __future__ import annotations

import typing as t

CHOSEN: dict[str, t.Any] = {
    "rules": {"type": "list", "elements": "dict", "default": []},
    "literals": {"type": "list", "elements": "dict", "default": []},
    "replies": {"type": "list", "elements": "dict", "default": []},
    "near_misses": {"type": "list", "elements": "str", "default": []},
}

HOLD: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "config_directory": {"type": "path"},
    "run_dir": {"type": "path"},
    "findings": {"type": "list", "elements": "dict"},
    "receivers": {"type": "list", "elements": "str", "default": []},
    "causes": {"type": "list", "elements": "str", "default": []},
    "signatures": {"type": "list", "elements": "str"},
    "signatures_variable": {"type": "str", "default": "hold_signatures"},
    "everywhere": {"type": "bool", "default": False},
    "backoff": {"type": "str"},
    "watch_seconds": {"type": "int", "default": 5},
    "log_paths": {"type": "list", "elements": "path", "default": []},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
    "asked": {"type": "dict"},
    **CHOSEN,
}
