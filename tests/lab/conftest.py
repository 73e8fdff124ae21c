# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the tests against real mail hosts.

lab -> Lab: one of four hosts for the whole session, each logging in its own way; as new for each test that asks.
    `lab.hosts`, `lab.world`, `lab.mail`, `lab.run_playbook(...)`: see handle.py.
fresh_lab(hosts) -> Lab: one of the test's own, killed at its end.

Where no lab can be, the tests are skipped and say why.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab import running
from ansible_collections.postmaster.delist.tests.lab.ability import NotPossibleError
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.place import Place


@pytest.fixture(scope="session")
def start_lab() -> t.Iterator[t.Callable[[int], Lab]]:
    try:
        running.possible()
    except NotPossibleError as reason:
        pytest.skip(f"no lab on this machine: {reason}")
    # A short path: the sockets of ssh are in it.
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    places: list[Place] = []
    numbers = itertools.count(1)

    def start(hosts: int) -> Lab:
        place = Place(folder / str(next(numbers)))
        places.append(place)
        running.start(place.run, hosts, tied=True)
        lab = Lab(place)
        lab.world.reset()
        return lab

    yield start
    for place in places:
        running.stop(place)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def running_lab(start_lab: t.Callable[[int], Lab]) -> Lab:
    return start_lab(4)


@pytest.fixture
def lab(running_lab: Lab) -> Lab:
    running_lab.reset()
    return running_lab


@pytest.fixture
def fresh_lab(start_lab: t.Callable[[int], Lab]) -> t.Iterator[t.Callable[[int], Lab]]:
    labs: list[Lab] = []

    def start(hosts: int) -> Lab:
        labs.append(start_lab(hosts))
        return labs[-1]

    yield start
    for one in labs:
        running.stop(one.place)
