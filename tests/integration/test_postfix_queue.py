# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module postfix_queue over a real queue."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")

DEFER = "450 4.7.1 Client host [203.0.113.7] blocked using FBLW15"


@pytest.fixture(scope="module")
def receiver(space: private.Namespace, tmp_path_factory: pytest.TempPathFactory) -> private.StandIn:
    return private.StandIn(space, tmp_path_factory.mktemp("in"), "receiver", "127.0.0.26", "25", blocked=DEFER)


def test_held_mail_is_seen_and_let_go(
    postfix: private.Instance, receiver: private.StandIn, in_namespace: t.Callable[..., t.Any], tmp_path: Path
) -> None:
    for number in range(3):
        postfix.send(f"u{number}@outlook.com")
        postfix.outcome(f"u{number}@outlook.com", "deferred")
    postfix.send("x@nowhere.example")
    postfix.outcome("x@nowhere.example", "deferred")
    options: dict[str, t.Any] = {"config_directory": str(postfix.folder)}
    found = in_namespace("postfix_queue", options).data
    assert (found["messages"], found["deferred"], found["changed"]) == (4, 4, False)
    assert found["groups"][0]["recipient_domains"] == {"outlook.com": 3}
    options |= {"signatures": [found["groups"][0]["signature"]], "release": True, "rate": 20.0}
    foretold = in_namespace("postfix_queue", options, check=True).data
    assert (foretold["changed"], len(foretold["released"])) == (True, 3)
    assert len(receiver.seen("message")) == 0
    receiver.set()
    done = in_namespace("postfix_queue", options).data
    assert (done["changed"], done["matched"], done["refused"]) == (True, 3, [])
    for number in range(3):
        postfix.outcome(f"u{number}@outlook.com", "sent")
    private.until(lambda: len(postfix.queue()) == 1, what="an empty queue")
