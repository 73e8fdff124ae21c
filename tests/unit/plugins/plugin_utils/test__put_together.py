# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences made of who is meant and what is held against it: no receiver says just these, and each is understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain

BLOCKS = {"ip_blocklisted_receiver", "ip_blocklisted_dnsbl", "ip_policy_range", "ip_reputation_deferred"}
OTHERS = (Path(__file__).parent / "samples" / "no_blocks.txt").read_text(encoding="utf-8").splitlines()

SERVERS = (
    "Your IP",
    "Your IP address",
    "Your IP 203.0.113.7",
    "The IP address 203.0.113.7",
    "203.0.113.7",
    "Host 203.0.113.7",
    "Client host [203.0.113.7]",
    "Your mail server (203.0.113.7)",
    "The sending server",
    "This host",
    "Connection from 203.0.113.7",
    "Connections from your network",
    "Mail from 203.0.113.7",
    "Access from 203.0.113.7",
    "Sender IP address 203.0.113.7",
    "mail.example.net [203.0.113.7]",
    "Originating IP 203.0.113.7",
)
REFUSED = (
    "is blocked",
    "blocked",
    "has been blacklisted",
    "is on our block list",
    "rejected",
    "is refused",
    "is denied access",
    "is banned",
    "is not allowed",
    "will not be accepted",
    "is listed as a spammer",
    "is a known spam source",
    "has a poor reputation",
    "is on the denylist",
    "sends spam",
    "blocked by policy",
    "rejected due to abuse",
    "is not welcome",
    "is in local blocklist",
)
PUT_OFF = (
    "is temporarily blocked",
    "has low reputation",
    "deferred",
    "is temporarily blacklisted",
    "is suspected of spam",
    "blocked for 60 minutes",
    "is throttled due to reputation",
    "temporarily refused because of complaints",
)


def cause(text):
    found = explain(text)
    return found[0]["cause"] if found else "unclassified"


@pytest.mark.parametrize("code", ["550", "554 5.7.1"])
@pytest.mark.parametrize("verdict", REFUSED)
def test_a_server_refused_is_a_block(code, verdict):
    texts = [f"{code} {server} {verdict}" for server in SERVERS]
    assert [text for text in texts if cause(text) not in BLOCKS] == []


@pytest.mark.parametrize("code", ["421", "450 4.7.1"])
@pytest.mark.parametrize("verdict", PUT_OFF)
def test_a_server_put_off_is_a_block(code, verdict):
    texts = [f"{code} {server} {verdict}" for server in SERVERS]
    assert [text for text in texts if cause(text) not in BLOCKS] == []


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_speaks_of_servers_or_blocks_is_none(text):
    assert cause(text) not in BLOCKS
