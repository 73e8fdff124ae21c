# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What M(postmaster.delist.postfix_queue) does, from its options to its result."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _queue_held as held
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._durations import seconds
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._queue_release import Released, release

OPTIONS: dict[str, dict[str, t.Any]] = {
    "config_directory": {"type": "path"},
    "signatures": {"type": "list", "elements": "str", "default": []},
    "domains": {"type": "list", "elements": "str", "default": []},
    "queue_ids": {"type": "list", "elements": "str", "default": []},
    "release": {"type": "bool", "default": False},
    "everything": {"type": "bool", "default": False},
    "rate": {"type": "float", "default": 1.0},
    "max_seconds": {"type": "int", "default": 300},
    "max_groups": {"type": "int", "default": 50},
}
_CHOICES = ("signatures", "domains", "queue_ids")
_LIFETIME = "maximal_queue_lifetime"


def run(params: t.Mapping[str, t.Any], *, check_mode: bool) -> dict[str, t.Any]:
    """Return the module's result.

    :raises PostfixError: the queue cannot be read
    :raises ValueError: the options do not say what to release, or how fast
    """
    if params["release"] and not params["everything"] and not any(params[name] for name in _CHOICES):
        raise ValueError("Say what to release: signatures, domains or queue_ids, or everything")
    if params["rate"] <= 0 or params["max_seconds"] < 0:
        raise ValueError("rate must be more than 0 messages a second, and max_seconds not less than 0")
    postfix = Postfix(params["config_directory"])
    found = held.survey(postfix.queue(), held.Selection.of(*(params[name] for name in _CHOICES)))
    done = Released([], [], [])
    if params["release"] and check_mode:
        done = Released(found.ids, [], [])
    elif params["release"]:
        done = release(postfix, found.ids, rate=params["rate"], max_seconds=params["max_seconds"])
    lifetime = seconds(postfix.values(_LIFETIME)[_LIFETIME], default_unit="d")
    return {
        "changed": bool(done.ids),
        "messages": found.messages,
        "deferred": found.deferred,
        "on_hold": found.on_hold,
        "oldest_at": held.stamp(found.oldest),
        "expires_at": held.stamp(found.oldest + lifetime) if found.oldest else None,
        "groups": found.groups[: params["max_groups"]],
        "matched": len(found.ids),
        "released": done.ids,
        "refused": done.refused,
        "remaining": len(done.left),
        "warnings": list(_warnings(found.oldest, lifetime, time.time())),
    }


def _warnings(oldest: float | None, lifetime: float, now: float) -> t.Iterator[str]:
    if oldest is not None and lifetime and now - oldest >= held.OLD_SHARE * lifetime:
        share = 100 * (now - oldest) / lifetime
        yield (
            f"The oldest held message has used {share:.0f} % of the queue's lifetime; "
            f"Postfix returns it to its sender at {held.stamp(oldest + lifetime)}. Release it, or raise {_LIFETIME}."
        )
