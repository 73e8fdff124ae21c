# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chaos run: in the middle of a change something goes wrong, then it is mended: nothing lost, all restorable.

A scenario comes of its seed alone: `make chaos SEEDS=17` repeats one, `make chaos SEEDS=0-99` are those of the night.
build/chaos.jsonl has the account of each.
"""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab import chaos, directly
from ansible_collections.postmaster.delist.tests.lab.controller import Controller
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.ordeal import BLOCKED, OPEN, Ordeal
from ansible_collections.postmaster.delist.tests.lab.running import ROOT

LEDGER = ROOT / "build" / "chaos.jsonl"
IN_CI = range(10)
AT_NIGHT = range(100)
PLAYBOOKS_AT_NIGHT = range(50)
# The configuration, and with it the record, where little room is: a disk that can be filled.
SMALL_DISK = """\
set -eu
mkdir -p /run/configuration
mount -t tmpfs -o size=2m,mode=755 tmpfs /run/configuration
cp -a /etc/postfix/. /run/configuration
mount --bind /run/configuration /etc/postfix
if [ -d /run/systemd/system ]; then systemctl restart postfix; fi
"""
LARGE_DISK = """\
set -eu
umount /etc/postfix
umount /run/configuration
if [ -d /run/systemd/system ]; then systemctl restart postfix; fi
"""


def seeds(at_night: range, in_ci: range = range(0)) -> list[t.Any]:
    """Those that CHAOS_SEEDS names (17, or 0-99), else those of the night, of which some are for CI too."""
    if asked := os.environ.get("CHAOS_SEEDS"):
        first, _dash, last = asked.partition("-")
        return [pytest.param(seed) for seed in range(int(first), int(last or first) + 1)]
    return [pytest.param(seed, marks=pytest.mark.smoke if seed in in_ci else pytest.mark.nightly) for seed in at_night]


@pytest.fixture(scope="module")
def arena(running_lab: Lab) -> t.Iterator[Lab]:
    for host in running_lab.hosts.values():
        running_lab.on(host, "sh", "-c", SMALL_DISK)
    yield running_lab
    for host in running_lab.hosts.values():
        running_lab.on(host, "sh", "-c", LARGE_DISK)


@pytest.mark.parametrize("seed", seeds(AT_NIGHT, IN_CI))
def test_a_change_of_a_host(arena: Lab, seed: int) -> None:
    scenario = chaos.of_a_change(seed)
    ordeal = Ordeal(arena, scenario, LEDGER)
    (host,) = ordeal.hosts
    try:
        with ordeal.mail_meanwhile():
            for blow in scenario.blows:
                if chaos.FAULTS[blow.fault].at_first:
                    arena.on(host, "sh", "-c", blow.strike)
            later = [blow for blow in scenario.blows if not chaos.FAULTS[blow.fault].at_first]
            command = "; ".join(f"({blow.strike})" for blow in later) or ":"
            step = later[0].step if later else "none"
            ended = change(ordeal, step, command)
    finally:
        ordeal.heal()
    assert step in (*ended.steps, "none"), ended.said
    for to in (BLOCKED, OPEN):
        arena.mail.send(host, to)
    in_the_middle = ordeal.balance()
    if "hold" in scenario.layers:
        assert in_the_middle["returned"] == 1, "the hold did not hold"
    if scenario.again:
        again = change(ordeal)
        assert again.rc == 0, again.said
    for layer in ("relay", "hold"):
        restored = directly.absent(arena, host, layer)
        assert restored.rc == 0, restored.said
    assert ordeal.state() == ordeal.before
    ordeal.release()
    at_the_end = ordeal.balance()
    assert at_the_end["held"] == 0
    ordeal.nothing_is_twice()
    ordeal.no_secret_is_left()
    ordeal.note(rc=ended.rc, in_the_middle=in_the_middle, at_the_end=at_the_end)


@pytest.mark.parametrize("seed", seeds(PLAYBOOKS_AT_NIGHT))
def test_a_playbook(arena: Lab, tmp_path: Path, seed: int) -> None:
    scenario = chaos.of_a_playbook(seed)
    ordeal = Ordeal(arena, scenario, LEDGER)
    with Controller(ordeal, tmp_path) as controller:
        if scenario.action == "follow_up":
            controller.play("follow_up")
        try:
            with ordeal.mail_meanwhile():
                ended = controller.play_while_something_goes_wrong()
        finally:
            ordeal.heal()
            controller.heal()
        for host in ordeal.hosts:
            for to in (BLOCKED, OPEN):
                arena.mail.send(host, to)
        in_the_middle = ordeal.balance()
        if "hold" in scenario.layers and scenario.action != "restore":
            assert in_the_middle["returned"] == len(ordeal.hosts), "the hold did not hold"
        if scenario.again:
            controller.play(scenario.action)
        controller.play("restore")
        assert ordeal.state() == ordeal.before
        ordeal.release()
        controller.play("follow_up")
        at_the_end = ordeal.balance()
        assert at_the_end["held"] == 0
        ordeal.nothing_is_twice()
        ordeal.no_secret_is_left()
        controller.no_secret_is_left()
        ordeal.note(rc=ended, in_the_middle=in_the_middle, at_the_end=at_the_end, cases=controller.cases())


def change(ordeal: Ordeal, step: str = "none", command: str = ":") -> directly.Ended:
    """What the scenario does, by Postfix's own layer."""
    (host,) = ordeal.hosts
    if ordeal.scenario.action == "restore":
        return directly.absent(ordeal.lab, host, "relay", step, command)
    return ordeal.change(host, ordeal.scenario.action, step, command)
