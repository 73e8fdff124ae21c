# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The options of the modules that ask the DNS."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import SEVERITIES

Spec = t.Dict[str, t.Dict[str, t.Any]]

WAY: Spec = {
    "server": {"type": "list", "elements": "str", "default": []},
    "port": {"type": "int", "default": 53},
    "timeout": {"type": "float", "default": 5.0},
    "retries": {"type": "int", "default": 5},
    "max_seconds": {"type": "float"},
}
TARGETS: Spec = {
    "addresses": {"type": "list", "elements": "str", "default": []},
    "domains": {"type": "list", "elements": "str", "default": []},
    "allow_documentation": {"type": "bool", "default": False},
}
SENDER: Spec = {
    **WAY,
    **TARGETS,
    "helo": {"type": "dict", "default": {}},
    "selectors": {"type": "dict", "default": {}},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
    "requirements": {"type": "dict"},
}
DNSBL: Spec = {
    **WAY,
    **TARGETS,
    "zones": {"type": "list", "elements": "str", "default": []},
    "tags": {"type": "list", "elements": "str", "default": []},
    "severity": {"type": "str", "choices": list(SEVERITIES), "default": "info"},
    "keys": {"type": "dict", "default": {}, "no_log": True},
    "include_clean": {"type": "bool", "default": True},
    "previous": {"type": "list", "elements": "dict"},
    "max_unknown": {"type": "int"},
    "fail_on": {"type": "str", "choices": list(SEVERITIES)},
    "knowledge_paths": {"type": "list", "elements": "path", "default": []},
    "catalogue": {"type": "dict"},
}
