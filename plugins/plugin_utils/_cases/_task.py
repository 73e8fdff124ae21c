# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What the operations of M(postmaster.delist.delist_case) have in common."""

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import Knowledge, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger import _place as place
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger

Done = dict[str, t.Any]


class Task(t.NamedTuple):
    """One task of a play. C(variables) are those of its first host, untemplated."""

    ledger: Ledger
    options: t.Mapping[str, t.Any]
    now: datetime.datetime
    variables: t.Mapping[str, t.Any]

    @property
    def actor(self) -> str:
        return str(self.options["actor"] or place.default_actor())

    @property
    def run(self) -> Path:
        return Path.cwd() / self.options["run_dir"]

    @property
    def known(self) -> Knowledge:
        return load(self.options["knowledge_paths"])

    @property
    def hosts(self) -> list[str]:
        """All hosts of the play."""
        return [str(name) for name in self.variables.get("ansible_play_hosts_all") or ()]
