# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The options of M(postmaster.delist.delivery_probe)."""

from __future__ import annotations

import typing as t

MODULE: dict[str, dict[str, t.Any]] = {
    "config_directory": {"type": "path"},
    "recipient": {"type": "str", "required": True},
    "sender": {"type": "str"},
    "timeout": {"type": "float", "default": 60.0},
    "log_paths": {"type": "list", "elements": "path", "default": []},
}
ACTION: dict[str, dict[str, t.Any]] = {
    **MODULE,
    "blocked_at": {
        "type": "str",
        "choices": ["greeting", "HELO", "MAIL FROM", "RCPT TO", "DATA", "end of DATA"],
    },
    "receiver": {"type": "str"},
    "run_dir": {"type": "path"},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
}
