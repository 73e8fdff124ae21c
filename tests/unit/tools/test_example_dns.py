# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS that the sample incident is played with: what it answers, and that nothing is left of it."""

from __future__ import annotations

import socket
import threading
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns import dnsbl, sender
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._sender_dns import requirements
from ansible_collections.postmaster.delist.plugins.plugin_utils._zones import select
from ansible_collections.postmaster.delist.tools import example_dns, play

WAY = {"server": [example_dns.ADDRESS], "timeout": 2.0, "retries": 3, "max_seconds": None, "allow_documentation": True}
STORY = play.SAMPLE / "dns.yml.txt"


@pytest.fixture(scope="module")
def port() -> t.Iterator[int]:
    with example_dns.serving(example_dns.read(STORY)) as port:
        yield port


def test_it_plays_listed_clean_unknown_and_dead(port: int) -> None:
    played = example_dns.read(STORY)
    zones = [*played.zones, "relays.ordb.org"]
    found = dnsbl.check(
        {
            **WAY,
            "port": port,
            "addresses": ["203.0.113.7", "203.0.113.9"],
            "domains": ["example.jp"],
            "catalogue": select(load(), names=zones),
            "zones": zones,
            "keys": {},
            "previous": None,
            "include_clean": True,
        }
    )
    listed = {(row["target"], row["list"]) for row in found["listings"] if row["state"] == "listed"}
    assert listed == {("203.0.113.9", "spamhaus_css"), ("203.0.113.9", "spamcop_scbl")}
    health = {row["zone"]: row["health"] for row in found["lists"] if row["health"] != "healthy"}
    assert health == {
        "b.barracudacentral.org": "refused",
        "bl.blocklist.de": "failed",
        "all.s5h.net": "empty_or_dead",
        "relays.ordb.org": "dead",
    }


def test_one_of_the_addresses_lacks_its_name(port: int) -> None:
    found = sender.check(
        {
            **WAY,
            "port": port,
            "addresses": ["203.0.113.7", "203.0.113.9"],
            "domains": ["example.jp"],
            "helo": {},
            "selectors": {},
            "requirements": requirements(),
        }
    )
    assert [(problem["subject"], problem["code"]) for problem in found["blockers"]] == [("203.0.113.9", "no_ptr")]


def test_rubbish_gets_no_answer_and_stops_nothing(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(2)
        client.connect((example_dns.ADDRESS, port))
        client.send(b"rubbish")
        client.send(b"\0\1\1\0\0\1\0\0\0\0\0\0\7example\2jp\0\0\x0f\0\1")
        assert client.recv(512)[:2] == b"\0\1"


def test_nothing_is_left_of_it_even_after_an_error() -> None:
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), example_dns.serving(example_dns.read(STORY)) as port:
        raise KeyboardInterrupt
    assert threading.active_count() == before
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((example_dns.ADDRESS, port))
