# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hold on a real Postfix: check and real run agree, and the second run changes nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import harness
from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")

REPLY = "550 5.7.1 Refused by our quite new filter, see http://x.example/?a=1"


@pytest.fixture
def inventory(space: private.Namespace) -> dict[str, t.Any]:
    variables = {"ansible_connection": "local", "ansible_python_interpreter": str(space.python)}
    return {"all": {"hosts": {"mx1": variables}}}


def test_there_and_back(
    postfix: private.Instance,
    space: private.Namespace,
    inventory: dict[str, t.Any],
    in_namespace: t.Callable[..., t.Any],
    tmp_path: Path,
) -> None:
    private.StandIn(space, tmp_path, "receiver", "127.0.0.26", "25", blocked=REPLY)
    before = postfix.files()
    postfix.send("a@outlook.com")
    postfix.outcome("a@outlook.com", "bounced")
    task = {
        "name": "Hold",
        "postmaster.delist.postfix_hold": {
            "config_directory": str(postfix.folder),
            "signatures": [REPLY],
            "backoff": "1h",
            "watch_seconds": 0,
        },
    }
    runs = harness.fourfold(harness.tasks_as_play([task]), cwd=tmp_path, inventory=inventory, args=["--diff"])
    assert runs.predicted.of("Hold").data["diff"] == runs.done.of("Hold").data["diff"]
    assert runs.done.of("Hold").data["literals"] == [REPLY]
    postfix.send("b@outlook.com")
    line = postfix.outcome("b@outlook.com", "deferred")
    assert "dsn=4.7.1" in line
    assert REPLY in line, "the log no longer shows what the receiver said"
    postfix.send("nobody@outlook.com")
    postfix.outcome("nobody@outlook.com", "bounced")

    options = {"config_directory": str(postfix.folder), "state": "absent", "watch_seconds": 0}
    assert in_namespace("postfix_hold", options).data["held"]["messages"] == 1
    assert postfix.files() == before


def test_a_reply_that_has_to_bounce_is_not_held(
    postfix: private.Instance, in_namespace: t.Callable[..., t.Any]
) -> None:
    before = postfix.files()
    options = {"config_directory": str(postfix.folder), "signatures": ["550 5.1.10 Recipient not found"]}
    failed = in_namespace("postfix_hold", options, rc=2).data
    assert "has to bounce: nothing was changed" in failed["msg"]
    assert postfix.files() == before
