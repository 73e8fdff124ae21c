# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what is an event gets into a ledger."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._events import (
    EventError,
    from_record,
    new,
    to_record,
)
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import START, event


def record(**changed: t.Any) -> dict[str, t.Any]:
    return {**to_record(event("detected")), **changed}


def test_what_was_exported_is_the_same_event() -> None:
    given = record()
    assert to_record(from_record(given)) == given


def test_a_time_is_kept_in_utc() -> None:
    assert from_record(record(at="2026-11-24T09:00:00+09:00")).at.isoformat() == "2026-11-24T00:00:00+00:00"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "exploded"}, "there is no event 'exploded': one of "),
        ({"kind": ["detected"]}, "there is no event"),
        ({"case": ""}, "the case of an event is a printable text of 1 to 200 characters"),
        ({"case": "x" * 201}, "the case of an event"),
        ({"actor": "a\x1b[2J"}, "the actor of an event"),
        ({"actor": 7}, "the actor of an event"),
        ({"data": []}, "the data of an event is a mapping"),
        ({"data": {"x": float("nan")}}, "must be plain JSON"),
        ({"data": {"x": "y" * 2_000_000}}, "the data of an event may have"),
        ({"at": "2026-11-24T09:00:00"}, "has no zone"),
        ({"at": None}, "no event"),
        ({"at": "0001-01-01T00:00:00+23:59"}, "no event"),
        ({"id": "no uuid"}, "no event"),
    ],
)
def test_what_is_no_event_is_named(changed: dict[str, t.Any], said: str) -> None:
    with pytest.raises(EventError, match=said):
        from_record(record(**changed))


def test_a_new_event_is_held_to_the_same() -> None:
    with pytest.raises(EventError, match="must be plain JSON"):
        new("PD-1", "detected", {"x": {1, 2}}, actor="me", at=START)
