# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module delivery_probe: a real Postfix asks a receiver that blocks, and then does not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.integration import private_postfix as private

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")

BLOCK = "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15"


@pytest.fixture(scope="module")
def receiver(space: private.Namespace, tmp_path_factory: pytest.TempPathFactory) -> private.StandIn:
    return private.StandIn(space, tmp_path_factory.mktemp("in"), "receiver", "127.0.0.26", "25")


def test_it_turns_with_the_receiver_and_leaves_no_trace(
    postfix: private.Instance, receiver: private.StandIn, in_namespace: t.Callable[..., t.Any]
) -> None:
    def probe(**more: t.Any) -> dict[str, t.Any]:
        options = {"config_directory": str(postfix.folder), "recipient": "me@outlook.com", "timeout": 20}
        check = more.pop("check", False)
        return t.cast("dict[str, t.Any]", in_namespace("delivery_probe", options | more, check=check).data)

    before = postfix.files()
    receiver.set(blocked=BLOCK)
    refused = probe(blocked_at="RCPT TO")
    assert (refused["verdict"], refused["answer"]["text"]) == ("blocked", BLOCK)
    receiver.set()
    asked = len(receiver.seen("rcpt"))
    assert probe(blocked_at="RCPT TO", check=True)["verdict"] == "inconclusive"
    assert len(receiver.seen("rcpt")) == asked
    taken = probe(blocked_at="RCPT TO")
    assert (taken["verdict"], taken["changed"]) == ("accepting", False)
    assert receiver.seen("message") == []
    assert postfix.queue() == []
    assert postfix.files() == before
