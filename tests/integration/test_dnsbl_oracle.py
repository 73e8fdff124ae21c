# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""rbldnsd as an independent judge of addresses and domains: it must agree with the engine one by one."""

from __future__ import annotations

import ipaddress
import random

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns import names, survey, tally
from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Zone
from ansible_collections.postmaster.delist.tests.integration import rbldnsd

pytestmark = pytest.mark.skipif(rbldnsd.PROGRAM is None, reason="rbldnsd is not installed (apt-get install rbldnsd)")

COUNT = 2000
LISTS = {"l": {"name": {"en": "L", "ja": "L"}, "severity": "low", "scope": "ip", "channel": "none", "url": None,
               "policy": None, "expires_after": None}}  # fmt: skip
POINTS = {"ip4": ["127.0.0.2"], "ip6": ["::ffff:7f00:2"], "domain": ["test"]}


def random_v4(dice: random.Random) -> str:
    # Neighbours as well as strangers: a mistake in the order of octets shows only among neighbours.
    return f"45.60.{dice.randrange(4)}.{dice.randrange(256)}" if dice.random() < 0.5 else _public(dice, 4)


def random_v6(dice: random.Random) -> str:
    if dice.random() < 0.5:
        return str(ipaddress.ip_address((0x2A001450 << 96) | dice.randrange(4096)))
    return _public(dice, 6)


def _public(dice: random.Random, version: int) -> str:
    while True:
        number = dice.getrandbits(32) if version == 4 else (0x2A << 120) | dice.getrandbits(120)
        ip = str(ipaddress.ip_address(number) if version == 4 else ipaddress.IPv6Address(number))
        if names.address_target(ip).problem is None:
            return ip


def random_domain(dice: random.Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
    labels = ["x" + "".join(dice.choices(letters, k=dice.randrange(12))) + "x" for _n in range(dice.randrange(1, 5))]
    return ".".join([*labels, dice.choice(["com", "jp", "example"])])


@pytest.mark.parametrize(
    ("kind", "dataset", "draw"),
    [("ip4", "ip4set", random_v4), ("ip6", "ip6trie", random_v6), ("domain", "dnset", random_domain)],
)
def test_two_thousand_targets(kind, dataset, draw):
    dice = random.Random(f"{kind} 20261124")
    targets = list(dict.fromkeys(draw(dice) for _try in range(COUNT * 2)))[:COUNT]
    listed = set(dice.sample(targets, COUNT // 2))
    lines = [":127.0.0.2:listed", *POINTS[kind], *sorted(listed)]
    zone = Zone({"zone": "bl.test", "targets": [kind], "kind": "block", "codes": {"127.0.0.2": "l"}}, LISTS)
    given = names.targets([] if kind == "domain" else targets, targets if kind == "domain" else [])
    assert len(given) == COUNT
    with rbldnsd.serving({"bl.test": (dataset, lines)}) as port:
        (found,) = survey.survey([zone], given, survey.Way(["127.0.0.1"], port)).tallies
    assert found.health == tally.HEALTHY
    says = {target.value: found.state(index) == tally.LISTED for index, target in enumerate(found.targets)}
    assert says == {target: target in listed for target in targets}
    assert found.count(tally.UNKNOWN) == 0
    assert all(hit.reason == "listed" for hit in found.hits.values())
