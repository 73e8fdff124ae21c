# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import typing as t

import pytest

pytest.importorskip("dns")

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names, redact, result, survey
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Zone
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import ScriptedServer
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.virtual_time import VirtualTime


@pytest.fixture
def virtual_time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    return VirtualTime(monkeypatch)


@pytest.fixture
def server(virtual_time: VirtualTime) -> t.Iterator[ScriptedServer]:
    with contextlib.closing(virtual_time.server()) as running:
        yield running


@pytest.fixture
def server_without_tcp(virtual_time: VirtualTime) -> t.Iterator[ScriptedServer]:
    with contextlib.closing(virtual_time.server(tcp=False)) as running:
        yield running


def entry(**over: t.Any) -> dict[str, t.Any]:
    """Return a list as the catalogue describes it."""
    return {
        "name": {"en": "A list", "ja": "リスト"},
        "severity": "high",
        "scope": "ip",
        "channel": "at_list",
        "url": "https://list.example",
        "policy": None,
        "expires_after": None,
        **over,
    }


LISTS = {"bad": entry(), "worse": entry(severity="critical"), "good": entry(scope="allow", severity="info")}


def make_zone(name: str = "bl.test", *, key: str | None = None, **over: t.Any) -> Zone:
    data = {"zone": name, "targets": ["ip4"], "kind": "block", "codes": {"127.0.0.2": "bad"}, **over}
    return Zone(data, LISTS, key=key)


class Outcome:
    """A survey's result, easy to look into."""

    def __init__(self, found: survey.Survey, keys: t.Sequence[str] = ()) -> None:
        redactor = redact.Redactor(keys)
        self.found = found
        self.rows = result.listings(found, include_clean=True, redact=redactor)
        self.short = result.listings(found, include_clean=False, redact=redactor)
        self.zones = {row["zone"]: row for row in result.health(found, redact=redactor)}
        self.totals = result.totals(found)
        self.problems = [target.problem for target in found.targets if target.problem]

    def row(self, target: str, zone: str = "bl.test") -> dict[str, t.Any]:
        (row,) = (row for row in self.rows if row["target"] == target and row["zone"] == zone)
        return row

    def state(self, target: str, zone: str = "bl.test") -> tuple[str, str | None]:
        row = self.row(target, zone)
        return row["state"], row["cause_of_unknown"]


Ask = t.Callable[..., Outcome]


@pytest.fixture
def ask(server: ScriptedServer) -> Ask:
    def run(
        zones: Zone | t.Sequence[Zone],
        addresses: t.Sequence[str] = (),
        domains: t.Sequence[str] = (),
        *,
        via: ScriptedServer | None = None,
        documentation: bool = False,
        servers: t.Sequence[str] = ("127.0.0.1",),
        **way: t.Any,
    ) -> Outcome:
        found = survey.survey(
            [zones] if isinstance(zones, Zone) else zones,
            names.targets(addresses, domains, allow_documentation=documentation),
            survey.Way(servers, (via or server).port, **{"timeout": 0.6, "retries": 1, **way}),
        )
        return Outcome(found)

    return run
