# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What was done on our own hosts while a block lasted, as events of the cases that it was done for."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import Event, new
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._ledger import Ledger, Snapshot

KINDS = ("held", "relayed", "restored")
_BEGUN = ("held", "relayed")

Hosts = t.Mapping[str, t.Mapping[str, t.Any]]


def changed_hosts(names: t.Iterable[str], variables: t.Mapping[str, t.Any], registered: t.Sequence[str]) -> Hosts:
    """Return the hosts that one of the registered results has changed, each with what a timeline shows of it."""
    found: dict[str, dict[str, t.Any]] = {}
    for name in names:
        results = [variables[name].get(variable) for variable in registered]
        changed = [result for result in results if isinstance(result, t.Mapping) and result.get("changed")]
        if changed:
            found[name] = {key: value for result in changed for key, value in _shown(result)}
    return found


def note(ledger: Ledger, kind: str, hosts: Hosts, *, actor: str, now: datetime.datetime) -> tuple[list[str], bool]:
    """Note a change of hosts in the cases that it concerns; return these, and whether anything was written."""
    concerned, changed = [], False
    for case in ledger.cases(open_only=kind in _BEGUN):
        own = {name: hosts[name] for name in case.facts.get("hosts") or () if name in hosts}
        if not own:
            continue

        def decide(seen: Snapshot, own: Hosts = own) -> Event | None:
            case = t.cast(Case, seen.case)
            if not case.is_open and not _is_changed(seen):
                return None
            return new(case.id, kind, {"hosts": own}, actor=actor, at=now)

        _snapshot, written = ledger.record(case.id, decide)
        changed = changed or written
        concerned += [case.id] if written else []
    return concerned, changed


def _is_changed(seen: Snapshot) -> bool:
    """Tell whether a case that is over has left a change on the hosts."""
    changes = [event.kind for event in seen.events if event.kind in KINDS]
    return bool(changes) and changes[-1] in _BEGUN


def _shown(result: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, t.Any]]:
    messages = (result.get("held") or {}).get("messages")
    if isinstance(messages, int):
        yield "messages", messages
    scope = (result.get("relay") or {}).get("scope")
    if isinstance(scope, str):
        yield "scope", scope
