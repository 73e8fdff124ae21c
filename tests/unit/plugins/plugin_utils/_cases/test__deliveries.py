# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the evidence closes a case: the same address, the same receiver, later than the last refusal, no less."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _proofs
from ansible_collections.postmaster.delist.plugins.plugin_utils._cases._deliveries import proof_of, read, wanted_relays
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._ledger._fold import Case, fold
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.case_factory import FACTS, IP, evidence
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.ledger_factory import TIMINGS, event


def case(*kinds: str, **facts: t.Any) -> Case:
    data = {"decided": {"verdict": "removed"}, "probed": {"outcome": "deliverable"}}
    events = [event("detected", **{**FACTS, **facts})]
    return fold([*events, *(event(kind, hour, **data.get(kind, {})) for hour, kind in enumerate(kinds, 1))], TIMINGS)


def proven(tmp_path: Path, about: Case, *hosts: dict[str, t.Any]) -> t.Mapping[str, t.Any] | None:
    for number, host in enumerate(hosts):
        (tmp_path / f"{number}.json").write_text(json.dumps(host), encoding="utf-8")
    return proof_of(about, read(tmp_path), load(), TIMINGS)


SENT = ("ready", "sending", "sent")


def test_a_delivery_from_the_configured_address_proves_it(tmp_path: Path) -> None:
    found = proven(tmp_path, case(*SENT, "decided"), evidence(configured=[IP]))
    assert found is not None
    assert (found["egress_ip"], found["egress_source"], found["host"]) == (IP, "config", "mx1")
    assert "status=sent" in found["line"]


def test_behind_nat_the_receiver_has_named_the_address(tmp_path: Path) -> None:
    found = proven(tmp_path, case(*SENT), evidence(configured=["2001:db8::7"], named=[IP]))
    assert found is not None
    assert (found["egress_ip"], found["egress_source"]) == (IP, "inferred")
    assert proven(tmp_path, case(*SENT), evidence()) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"configured": ["203.0.113.8"]},
        {"configured": [IP, "203.0.113.8"]},
        {"configured": [IP], "by_service": {"postfix/smtp": ["203.0.113.8"]}},
        {"configured": [IP], "relay_ip": "2001:db8::25"},
        {"configured": [IP], "relay": "mx.example.net"},
        {"configured": [IP], "relay": "outlook-com.olc.protection.outlook.com"},
        {"configured": [IP], "at": "2026-11-23T23:58:00+00:00"},
        {"named": [IP, "203.0.113.8"]},
        {"host": "mx9"},
    ],
    ids=[
        "other",
        "several",
        "transport",
        "family",
        "stranger",
        "other Microsoft",
        "too old",
        "two names",
        "other host",
    ],
)
def test_what_proves_nothing(tmp_path: Path, other: dict[str, t.Any]) -> None:
    assert proven(tmp_path, case(*SENT, "decided", "probed"), evidence(**other)) is None


def test_one_message_between_two_refusals_does_not_prove_it_unless_they_said_so(tmp_path: Path) -> None:
    soon = evidence(configured=[IP], at="2026-11-24T02:00:00+00:00")
    for early in ((), SENT):
        assert proven(tmp_path, case(*early), soon) is None
    assert proven(tmp_path, case(*SENT, "decided"), soon) is not None
    assert proven(tmp_path, case(*SENT), evidence(configured=[IP], at="2026-11-24T03:59:00+00:00")) is not None


def test_the_newest_of_all_hosts_is_the_proof(tmp_path: Path) -> None:
    older = evidence(host="mx2", configured=[IP], at="2026-11-25T11:00:00+00:00")
    found = proven(tmp_path, case(*SENT), older, evidence(configured=[IP]), {"broken": True})
    assert found is not None
    assert found["host"] == "mx1"


def test_the_relays_to_look_for_are_those_of_the_receivers_of_cases() -> None:
    cases = [case(), case(receiver="mx.example.net", receivers=["mx.example.net"]), case(receiver=None, receivers=[])]
    wanted = wanted_relays(cases, load())
    assert {".mail.protection.outlook.com", "mx.example.net", ".mx.example.net"} <= set(wanted)
    _proofs.check(wanted)


def test_the_relays_of_all_receivers_can_be_looked_for() -> None:
    known = load()
    _proofs.check(wanted_relays([case(receivers=list(known.receivers))], known))
