# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an alert reaches a playbook: an address or nothing."""

from __future__ import annotations

import runpy
import typing as t
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[3]
# As ansible-rulebook loads it.
FILTER = runpy.run_path(str(ROOT / "extensions" / "eda" / "plugins" / "event_filter" / "only_addresses.py"))["main"]


def alert(ip: t.Any, status: str = "firing", **labels: t.Any) -> dict[str, t.Any]:
    return {
        "status": status,
        "labels": {"ip": ip, "alertname": "Blocked", **labels},
        "annotations": {"text": "{{ 7 * 7 }}"},
    }


def through(payload: t.Any, **options: t.Any) -> list[str]:
    events = FILTER({"payload": payload, "meta": {"headers": {"X": "{{ x }}"}, "hosts": "mx3"}}, **options)
    assert all(list(event) == ["payload"] and list(event["payload"]) == ["address"] for event in events)
    return [event["payload"]["address"] for event in events]


def test_alertmanager_posts_a_group_of_alerts() -> None:
    payload = {
        "version": "4",
        "status": "firing",
        "alerts": [alert("203.0.113.7"), alert("203.0.113.9"), alert("203.0.113.7")],
    }
    assert through(payload) == ["203.0.113.7", "203.0.113.9"]


def test_one_alert_alone_will_do() -> None:
    assert through(alert("203.0.113.7")) == ["203.0.113.7"]


def test_what_is_resolved_starts_nothing() -> None:
    assert through({"alerts": [alert("203.0.113.7", status="resolved")]}) == []


def test_one_address_has_one_spelling() -> None:
    assert through(alert("2001:DB8:0:0::7")) == ["2001:db8::7"]


def test_another_label_may_hold_it() -> None:
    assert through(alert("203.0.113.7", address="203.0.113.9"), label="address") == ["203.0.113.9"]


def test_a_message_starts_so_many_and_no_more() -> None:
    payload = {"alerts": [alert(f"203.0.113.{number}") for number in range(200)]}
    assert len(through(payload)) == 20
    assert through(payload, limit=2) == ["203.0.113.0", "203.0.113.1"]


@pytest.mark.parametrize(
    "said",
    [
        "{{ lookup('pipe', 'id') }}",
        "203.0.113.7 {{ 1 }}",
        "203.0.113.7\n",
        " 203.0.113.7",
        "203.0.113.7/32",
        "203.0.113.007",
        "203.0.113.7:25",
        "fe80::1%{{x}}",
        "2001:db8::1%eth0",
        "mx1.example.jp",
        "",
        "0.0.0.0",
        "127.0.0.1",
        "224.0.0.1",
        "fe80::1",
        "２０３.0.113.7",
        "2" * 1_000_000,
        3405803783,
        ["203.0.113.7"],
        {"203.0.113.7": 1},
        None,
        True,
    ],
)
def test_what_is_no_address_is_dropped(said: t.Any) -> None:
    assert through(alert(said)) == []


@pytest.mark.parametrize(
    "payload", [None, [], "203.0.113.7", 7, {}, {"alerts": None}, {"alerts": ["203.0.113.7", None, {"labels": "x"}]}]
)
def test_other_messages_are_dropped(payload: t.Any) -> None:
    assert through(payload) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["alerts", "status", "labels", "ip", "meta"]) | st.text(max_size=5), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_message_is_survived(payload: t.Any) -> None:
    assert all(set(address) <= set("0123456789abcdef:.") for address in through(payload))
