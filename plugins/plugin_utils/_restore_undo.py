# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to the collection: may change at any time without notice.
"""What would bring back what a restore took away: the settings that each host had recorded, as variables of playbooks.

A mail host says what was on it, and whoever has that host may let it say anything. So a setting becomes a variable
only if it can be nothing but data when Ansible reads it as a template; the replies to hold are never read as one.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._ses_endpoint import EndpointError, endpoint
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._knowledge import for_hosts

Settings = t.Mapping[str, t.Any]
Has = t.Callable[[str], bool]

# The order in which they have to come back: what is still refused waits from the first on.
HOLD, RELAY = "hold", "relay"
_NEVER_A_TEMPLATE = frozenset({"hold_signatures"})
_MOST_DOMAINS = 1000


class Undo(t.NamedTuple):
    """A playbook for the hosts that had the same. C(variables) are for a file, C(run) is one whose folder is there."""

    playbook: str
    hosts: tuple[str, ...]
    run: str | None
    variables: dict[str, t.Any]
    left_out: tuple[str, ...]


def undos(was: t.Mapping[str, t.Mapping[str, Settings | None]], has_run: Has) -> list[Undo]:
    """Return what brings it back.

    :param was: by host and layer, what C(was) of postfix_hold and postfix_relay said
    :param has_run: tells whether there are findings of a run
    """
    hosts: dict[str, list[str]] = {}
    for host, layers in was.items():
        for playbook, run, variables in _wanted(layers, has_run):
            hosts.setdefault(json.dumps([playbook, run, variables], sort_keys=True), []).append(host)
    found = [_undo(json.loads(key), tuple(names)) for key, names in hosts.items()]
    return sorted(found, key=lambda undo: undo.playbook != HOLD)


def _undo(wanted: tuple[str, str | None, dict[str, t.Any]], hosts: tuple[str, ...]) -> Undo:
    playbook, run, variables = wanted
    plain = {name: value for name, value in variables.items() if name in _NEVER_A_TEMPLATE or _is_data(value)}
    return Undo(playbook, hosts, run, plain, tuple(sorted(set(variables) - set(plain))))


def _wanted(
    layers: t.Mapping[str, Settings | None], has_run: Has
) -> t.Iterator[tuple[str, str | None, dict[str, t.Any]]]:
    hold, relay = _dict(layers.get(HOLD)), _dict(layers.get(RELAY))
    if hold:
        for asked in map(_dict, _list(hold.get("asked")) or [{}]):
            yield HOLD, _run(asked, has_run), _hold(asked, hold)
    if relay:
        run = _run(_dict(relay.get("asked")), has_run)
        yield RELAY, run, _relay(relay, with_run=run is not None)


def _run(asked: Settings, has_run: Has) -> str | None:
    run = asked.get("run")
    return run if isinstance(run, str) and has_run(run) else None


def _hold(asked: Settings, hold: Settings) -> dict[str, t.Any]:
    return _given(
        hold_receivers=asked.get("receivers"),
        hold_causes=asked.get("causes"),
        hold_everywhere=asked.get("everywhere"),
        hold_signatures=asked.get("signatures"),
        hold_backoff=hold.get("backoff"),
    )


def _relay(relay: Settings, *, with_run: bool) -> dict[str, t.Any]:
    """Where the findings of its run are there, they name each host's domains again; else all of them are given."""
    domains = _dict(relay.get("asked")).get("domains") if with_run else relay.get("domains")
    return _given(
        relay_scope=relay.get("scope"),
        relay_region=relay.get("region"),
        relay_port=relay.get("port"),
        relay_endpoint=relay.get("host") if not _is_of_region(relay) else None,
        relay_domains=domains if relay.get("scope") == "destinations" else None,
        relay_max_domains=max(_MOST_DOMAINS, len(_list(relay.get("domains")))),
        relay_exceptions=relay.get("exceptions"),
        relay_probes=relay.get("probes"),
        relay_override=relay.get("override"),
        relay_rate=relay.get("rate"),
        relay_sharing=relay.get("hosts"),
        relay_ca_file=relay.get("ca_file"),
        relay_expires=relay.get("expires") or "",
    )


def _is_of_region(relay: Settings) -> bool:
    try:
        return endpoint(for_hosts(), region=str(relay.get("region")), port=relay["port"]).host == relay.get("host")
    except (EndpointError, KeyError, StopIteration, TypeError):
        return False


def _given(**variables: t.Any) -> dict[str, t.Any]:
    return {name: value for name, value in variables.items() if value is not None and value not in ([], False)}


def _dict(value: t.Any) -> Settings:
    return value if isinstance(value, dict) else {}


def _list(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else []


def _is_data(value: t.Any) -> bool:
    if isinstance(value, str):
        return value.isprintable() and "{" not in value
    if isinstance(value, list):
        return all(map(_is_data, value))
    return value is None or isinstance(value, (bool, int, float))
