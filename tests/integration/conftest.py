# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the tests that run Ansible itself.

run_playbook(playbook, *, inventory, extra_vars, check, limit, args, env, rc) -> Run
    runs a playbook (its FQCN, a path, or a list of plays) in a folder of its own (`tmp_path`, unless `cwd` is given),
    on localhost by the local connection unless an inventory (path or dict) is given, and returns what came out:
    `.rc`, `.stdout`, `.stderr`, `.changed`, `.stats[host]`, and `.of("task or action name", host).data`.

run_tasks(tasks, **same) -> Run
    the same for a list of tasks.

fourfold(playbook, **same) -> Fourfold
    check, real, check, real: fails unless check mode foretells the real run and nothing is left the second time.
    A list whose first entry has no `hosts` is taken as tasks.
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness


@pytest.fixture
def run_playbook(tmp_path: Path) -> t.Callable[..., harness.Run]:
    return functools.partial(harness.run_playbook, cwd=tmp_path)


@pytest.fixture
def run_tasks(run_playbook: t.Callable[..., harness.Run]) -> t.Callable[..., harness.Run]:
    def run(tasks: list[dict[str, t.Any]], **options: t.Any) -> harness.Run:
        return run_playbook(harness.tasks_as_play(tasks), **options)

    return run


@pytest.fixture
def fourfold(tmp_path: Path) -> t.Callable[..., harness.Fourfold]:
    def run(playbook: str | Path | list[dict[str, t.Any]], **options: t.Any) -> harness.Fourfold:
        if isinstance(playbook, list) and "hosts" not in playbook[0]:
            playbook = harness.tasks_as_play(playbook)
        return harness.fourfold(playbook, **({"cwd": tmp_path} | options))

    return run
