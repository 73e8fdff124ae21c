# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No host is changed that nobody confirmed, and that is said once for a fleet: on real Postfixes that hold mail."""

from __future__ import annotations

import contextlib
import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness
from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")

RESTORE = "postmaster.delist.restore"
NOT_CONFIRMED = "This was the plan, nothing has changed"


class Fleet:
    """mx1, mx2 and mx3, each with a hold."""

    def __init__(self, space: private.Namespace, postfixes: t.Sequence[private.Instance], run: t.Any) -> None:
        self._run = run
        self.hosts = {f"mx{number}": postfix for number, postfix in enumerate(postfixes, 1)}
        self.inventory = {
            "all": {
                "vars": {"ansible_connection": "local", "ansible_python_interpreter": str(space.python)},
                "hosts": {
                    name: {"restore_config_directory": str(postfix.folder)} for name, postfix in self.hosts.items()
                },
            }
        }
        hold = {
            "config_directory": "{{ restore_config_directory }}",
            "signatures": ["550 5.7.1 Refused by our quite new filter"],
            "watch_seconds": 0,
        }
        self.play(harness.tasks_as_play([{"name": "Hold", "postmaster.delist.postfix_hold": hold}]))
        self.before = self._files()

    def play(self, playbook: t.Any, **options: t.Any) -> harness.Run:
        more = {"restore_layers": ["hold"], "restore_watch_seconds": 0}
        return self._run(playbook, inventory=self.inventory, extra_vars=more, **options)

    def changed(self) -> list[str]:
        return [name for name, files in self._files().items() if files != self.before[name]]

    def _files(self) -> dict[str, t.Any]:
        return {name: postfix.files() for name, postfix in self.hosts.items()}


@pytest.fixture
def fleet(space: private.Namespace, run_playbook: t.Callable[..., harness.Run]) -> t.Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        postfixes = [stack.enter_context(private.instance(space)) for _ in range(3)]
        yield Fleet(space, postfixes, run_playbook)


def refused(run: harness.Run) -> list[str]:
    return [result.host for result in run.results if result.status == "failed" and NOT_CONFIRMED in result.msg]


def role(**play: t.Any) -> list[dict[str, t.Any]]:
    return [{"hosts": "all", "gather_facts": False, "roles": [RESTORE], **play}]


@pytest.mark.parametrize("limit", [None, "mx2,mx3"])
def test_it_is_said_once(fleet: Fleet, limit: str | None) -> None:
    run = fleet.play(RESTORE, limit=limit, rc=2)
    assert len(refused(run)) == 1
    assert run.stdout.count("fatal: [") == 1
    assert fleet.changed() == []


def test_no_slice_begins_behind_one_that_was_not_confirmed(fleet: Fleet) -> None:
    run = fleet.play(role(serial=1), rc=2)
    assert refused(run) == ["mx1"]
    assert fleet.changed() == []


def test_what_one_host_says_of_itself_confirms_no_other(fleet: Fleet) -> None:
    fleet.inventory["all"]["hosts"]["mx1"]["confirm"] = True
    run = fleet.play(role(), rc=2)
    assert sorted(refused(run)) == ["mx2", "mx3"]
    assert fleet.changed() == ["mx1"]


def test_nor_does_it_where_each_host_goes_on_by_itself(fleet: Fleet) -> None:
    """With the strategy free, each host is asked what the fleet is, and the first that says no ends the play."""
    fleet.inventory["all"]["hosts"]["mx1"]["confirm"] = True
    run = fleet.play(role(strategy="free"), rc=2)
    assert refused(run)
    assert {*refused(run)} <= {"mx2", "mx3"}
    assert {*fleet.changed()} <= {"mx1"}


def test_a_play_of_ones_own_may_confirm(fleet: Fleet) -> None:
    assert refused(fleet.play(role(vars={"confirm": True}))) == []
    assert fleet.changed() == ["mx1", "mx2", "mx3"]
