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

space, postfix, in_namespace
    a private network, a Postfix of its own in it, and a module run there: `in_namespace(module, options) -> Result`
    (with `whole=True` the Run).
"""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness, private_postfix


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


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[private_postfix.Namespace]:
    space = private_postfix.Namespace(tmp_path_factory.mktemp("space"))
    yield space
    space.close()


@pytest.fixture
def postfix(space: private_postfix.Namespace) -> t.Iterator[private_postfix.Instance]:
    with private_postfix.instance(space) as running:
        yield running


@pytest.fixture
def in_namespace(space: private_postfix.Namespace, run_tasks: t.Callable[..., harness.Run]) -> t.Callable[..., t.Any]:
    interpreter = {"ansible_connection": "local", "ansible_python_interpreter": str(space.python)}

    def run(module: str, options: dict[str, t.Any], *, whole: bool = False, **more: t.Any) -> t.Any:
        task = {"name": module, f"postmaster.delist.{module}": options}
        done = run_tasks([task], inventory={"all": {"hosts": {"mx1": interpreter}}}, **more)
        return done if whole else done.of(module)

    return run
