# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What an audit needs of each host's evidence: who took its mail, where it sends from, how its Postfix is set up."""

from __future__ import annotations

import collections
import json
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._audit_model import Data
from ansible_collections.postmaster.delist.plugins.plugin_utils._findings_assess import answered_by
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge import Knowledge


class HostView(t.NamedTuple):
    """C(delivered) is by receiver, or by organisation; C(looks) is null where nobody looked at the configuration."""

    host: str
    delivered: t.Mapping[str, int]
    configured: tuple[str, ...]
    looks: t.Sequence[Data] | None
    queue: Data | None


def read(folder: Path, known: Knowledge) -> list[HostView]:
    """Return the hosts of a run's evidence. A broken file is the diagnosis' to note, and counts as not read here."""
    return [view for path in sorted(folder.glob("*.json")) if (view := _view(path, known))]


def _view(path: Path, known: Knowledge) -> HostView | None:
    try:
        data = json.loads(path.read_bytes())
        delivered: collections.Counter[str] = collections.Counter()
        for entry in data["delivered"] or ():
            receiver = answered_by(known, entry["relay_host"])
            if receiver:
                delivered[receiver] += int(entry["count"])
        looks = data.get("lint")
        return HostView(
            host=str(data["host"]),
            delivered=delivered,
            configured=tuple((data.get("egress") or {}).get("configured") or ()),
            looks=None if looks is None else [_checked(look) for look in looks],
            queue=data.get("queue"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _checked(look: Data) -> Data:
    """Raise where a look has not the shape that the rest relies on."""
    return {
        "config_directory": str(look["config_directory"]),
        "faults": [{name: str(fault[name]) for name in ("code", "parameter", "value")} for fault in look["faults"]],
        "layers": [
            {"name": str(layer["name"]), "at": layer["at"], "expires_at": layer["expires_at"]}
            for layer in look["layers"]
        ],
    }
