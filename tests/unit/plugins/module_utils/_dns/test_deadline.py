# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run ends when nothing is left to wait for; what its deadline cuts off is unknown, with that cause and no other."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.conftest import Ask, make_zone
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import ScriptedServer, silence
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.virtual_time import VirtualTime

FAR = 60.0


def test_timeouts_end_a_run_long_before_its_deadline(
    ask: Ask, server: ScriptedServer, virtual_time: VirtualTime
) -> None:
    server.healthy("bl.test")
    server.on("7.1.60.45.bl.test", silence)
    began = virtual_time.now
    found = ask(make_zone(), ["45.60.1.7", "45.60.1.8"], timeout=0.3, max_seconds=FAR)
    assert virtual_time.now - began == pytest.approx(0.3)
    assert found.state("45.60.1.7") == ("unknown", "timeout")
    assert found.state("45.60.1.8") == ("clean", None)


def test_more_questions_follow_those_that_were_given_up(ask: Ask, server: ScriptedServer) -> None:
    server.healthy("bl.test")
    for last in range(1, 5):
        server.on(f"{last}.1.60.45.bl.test", silence)
    found = ask(make_zone(), ["45.60.1.0/24"], timeout=0.3, max_seconds=FAR)
    assert (found.totals["unknown"], found.totals["clean"]) == (4, 252)


def test_a_silent_resolver_is_not_waited_for_again(ask: Ask, server: ScriptedServer) -> None:
    server.default = silence
    found = ask([make_zone(), make_zone("two.test")], ["45.60.1.7"], timeout=0.3, max_seconds=FAR)
    assert found.found.resolver.state == "silent"
    assert {row["health"] for row in found.zones.values()} == {"timeout"}
    assert [name for name, _kind in server.asked if name.endswith(".test")] == []


def test_a_list_whose_probe_the_deadline_cut_off_is_not_called_unproven(ask: Ask, server: ScriptedServer) -> None:
    server.healthy("bl.test")
    found = ask(make_zone(limits={"per_second": 1}), ["45.60.1.7"], max_seconds=0.5)
    assert found.zones["bl.test"]["health"] == "deadline"
    assert found.state("45.60.1.7") == ("unknown", "deadline")
