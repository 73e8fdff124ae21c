# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The harness tells what happened, and fourfold really fails on a task that lies."""

from __future__ import annotations

import pytest

WRITE = {"name": "Write", "ansible.builtin.copy": {"dest": "{{ playbook_dir }}/file", "content": "x\n", "mode": "0600"}}


def test_results_and_recap(run_tasks):
    run = run_tasks([WRITE, {"name": "Say", "ansible.builtin.debug": {"msg": "hello"}}])
    assert run.of("Say").msg == "hello"
    assert run.of("copy").changed
    assert run.stats["localhost"]["changed"] == run.changed == 1


def test_rc_is_held(run_tasks):
    failing = [{"name": "Fail", "ansible.builtin.fail": {"msg": "no"}}]
    assert run_tasks(failing, rc=2).of("Fail").status == "failed"
    with pytest.raises(AssertionError, match="rc 2"):
        run_tasks(failing)


def test_fourfold_passes_an_honest_task(fourfold):
    assert fourfold([WRITE]).done.changed == 1


def test_fourfold_fails_what_changes_every_time(fourfold):
    with pytest.raises(AssertionError, match="changes left"):
        fourfold([{"name": "Always", "ansible.builtin.debug": {"msg": "x"}, "changed_when": True}])


def test_fourfold_fails_what_check_mode_does_not_foretell(fourfold):
    with pytest.raises(AssertionError, match="foretold"):
        fourfold([{"name": "Hidden", "ansible.builtin.command": {"argv": ["true"]}}])
