# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""The options of M(postmaster.delist.postfix_relay)."""

from __future__ import annotations

import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._relay_preflight import OVERRIDES

Spec = t.Dict[str, t.Dict[str, t.Any]]

SCOPES = ("destinations", "all", "relayhost")
# What the plan of a fleet refuses; a host knows nothing of it, but takes the same list.
PLAN_OVERRIDES = ("ses_sandbox", "ses_paused", "red_cause", "invalid_recipients", "quota", "unverified_senders")
_WHAT: Spec = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "scope": {"type": "str", "choices": list(SCOPES), "default": "destinations"},
    "domains": {"type": "list", "elements": "str", "default": []},
    "exceptions": {"type": "list", "elements": "str", "default": []},
    "probes": {"type": "list", "elements": "str", "default": []},
    "max_domains": {"type": "int", "default": 1000},
    "override": {"type": "list", "elements": "str", "choices": [*OVERRIDES, *PLAN_OVERRIDES], "default": []},
    "expires": {"type": "str"},
    "asked": {"type": "dict"},
}
_WHERE: Spec = {
    "config_directory": {"type": "path"},
    "region": {"type": "str"},
    "port": {"type": "int", "default": 587},
    "endpoint": {"type": "str"},
    "ca_file": {"type": "path"},
    "user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
}
_HOW: Spec = {
    "rate": {"type": "float"},
    "hosts": {"type": "int", "default": 1},
    "verify": {"type": "bool", "default": True},
    "verify_recipient": {"type": "str", "default": "success@simulator.amazonses.com"},
    "verify_sender": {"type": "str"},
    "verify_seconds": {"type": "float", "default": 40.0},
    "watch_seconds": {"type": "float", "default": 5.0},
    "log_paths": {"type": "list", "elements": "path", "default": []},
}
MODULE: Spec = {**_WHAT, **_WHERE, **_HOW, "rules": {"type": "dict"}}
ACTION: Spec = {
    **MODULE,
    "access_key_id": {"type": "str"},
    "secret_access_key": {"type": "str", "no_log": True},
}
