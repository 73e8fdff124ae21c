# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._dns.zone import Verdict, Zone
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._zones import ZoneError, select

KEYS = ["spamhaus_dqs", "abusix"]
ALL = [zone for operator in load().blocklists.values() for zone in operator.zones]
LIVE = [zone["zone"] for zone in ALL if zone["status"] == "live"]


def zone_of(name: str) -> Zone:
    catalogue = select(load(), names=[name], keys=KEYS)
    return Zone(catalogue["zones"][0], catalogue["lists"])


def names_of(**selection) -> list[str]:
    return [zone["zone"] for zone in select(load(), **selection)["zones"]]


def test_the_catalogue_is_large_and_its_zones_have_one_entry() -> None:
    assert len(LIVE) >= 100
    assert len(ALL) - len(LIVE) >= 50
    assert len({zone["zone"] for zone in ALL}) == len(ALL)


@pytest.mark.parametrize("name", LIVE)
def test_every_live_zone_can_be_asked(name: str) -> None:
    zone = zone_of(name)
    for kind in zone.targets:
        assert set(zone.test_points(kind)) == {"listed", "clean"}


@pytest.mark.parametrize(
    ("zone", "answer", "lists"),
    [
        ("zen.spamhaus.org", "127.0.0.2", ["spamhaus_sbl"]),
        ("zen.spamhaus.org", "127.0.0.3", ["spamhaus_css"]),
        ("zen.spamhaus.org", "127.0.0.4", ["spamhaus_xbl"]),
        ("zen.spamhaus.org", "127.0.0.9", ["spamhaus_drop"]),
        ("zen.spamhaus.org", "127.0.0.11", ["spamhaus_pbl"]),
        ("authbl.dq.spamhaus.net", "127.0.0.20", ["spamhaus_authbl"]),
        ("dbl.spamhaus.org", "127.0.1.4", ["spamhaus_dbl"]),
        ("dbl.spamhaus.org", "127.0.1.103", ["spamhaus_dbl_abused"]),
        ("zrd.dq.spamhaus.net", "127.0.2.24", ["spamhaus_zrd"]),
        ("b.barracudacentral.org", "127.0.0.2", ["barracuda_brbl"]),
        ("dnsbl-3.uceprotect.net", "127.0.0.2", ["uceprotect_3"]),
        ("bl.mailspike.net", "127.0.0.11", ["mailspike_reputation"]),
        ("rep.mailspike.net", "127.0.0.18", ["mailspike_good"]),
        ("bl.score.senderscore.com", "127.0.0.17", ["senderscore_bl"]),
        ("score.senderscore.com", "127.0.4.69", ["senderscore_low"]),
        ("all.spamrats.com", "127.0.0.37", ["spamrats_noptr"]),
        ("combined.mail.abusix.zone", "127.0.0.200", ["abusix_black"]),
        ("combined.mail.abusix.zone", "127.0.0.12", ["abusix_dynamic"]),
        ("multi.surbl.org", "127.0.0.64", ["surbl"]),
        ("multi.uribl.com", "127.0.0.10", ["uribl_black", "uribl_red"]),
        ("rbl.efnetrbl.org", "127.0.0.1", ["efnet"]),
        ("hostkarma.junkemailfilter.com", "127.0.0.2", ["hostkarma"]),
        ("hostkarma.junkemailfilter.com", "127.0.0.1", ["hostkarma_white"]),
        ("list.dnswl.org", "127.0.5.2", ["dnswl"]),
        ("bl.0spam.org", "127.0.24.0", ["zerospam_nets"]),
        ("dnsbl.spfbl.net", "127.0.0.4", ["spfbl_residential"]),
    ],
)
def test_answers_that_name_a_list(zone: str, answer: str, lists: list[str]) -> None:
    verdict = zone_of(zone).judge([answer])
    assert (verdict.state, list(verdict.lists)) == ("listed", lists)
    assert verdict.meanings


@pytest.mark.parametrize(
    ("zone", "answer"),
    [
        ("zen.spamhaus.org", "127.255.255.252"),
        ("zen.spamhaus.org", "127.255.255.254"),
        ("zen.dq.spamhaus.net", "127.255.255.250"),
        ("dbl.spamhaus.org", "127.0.1.255"),
        ("zrd.dq.spamhaus.net", "127.0.2.255"),
        ("multi.surbl.org", "127.0.0.1"),
        ("multi.uribl.com", "127.0.0.1"),
        ("bl.score.senderscore.com", "127.255.255.255"),
        ("score.senderscore.com", "127.255.255.255"),
        ("list.dnswl.org", "127.0.0.255"),
        ("list.dnswl.org", "127.0.10.3"),
    ],
)
def test_answers_that_mean_not_served(zone: str, answer: str) -> None:
    verdict = zone_of(zone).judge([answer])
    assert (verdict.state, verdict.cause) == ("unknown", "refused")
    assert verdict.meanings


@pytest.mark.parametrize(
    ("zone", "answer"),
    [
        ("rep.mailspike.net", "127.0.0.14"),
        ("hostkarma.junkemailfilter.com", "127.0.0.3"),
        ("hostkarma.junkemailfilter.com", "127.0.2.9"),
        ("score.senderscore.com", "127.0.4.98"),
        ("dnsbl.dronebl.org", "127.0.0.1"),
    ],
)
def test_answers_that_are_no_listing(zone: str, answer: str) -> None:
    assert zone_of(zone).judge([answer]).state == "clean"


@pytest.mark.parametrize(("zone", "answer"), [("zen.spamhaus.org", "127.0.0.8"), ("psbl.surriel.com", "127.0.0.3")])
def test_answers_that_nobody_knows(zone: str, answer: str) -> None:
    assert zone_of(zone).judge([answer]) == Verdict("unknown", (answer,), cause="unrecognised")


def test_the_usual_zones() -> None:
    usual = names_of()
    assert {"zen.spamhaus.org", "bl.spamcop.net", "multi.surbl.org", "list.dnswl.org"} <= set(usual)
    assert not {"sbl.spamhaus.org", "zen.dq.spamhaus.net", "combined.mail.abusix.zone", "dnsbl.sorbs.net"} & set(usual)


def test_a_key_replaces_the_public_zone() -> None:
    usual = names_of(keys=["spamhaus_dqs"])
    assert {"zen.dq.spamhaus.net", "dbl.dq.spamhaus.net", "zrd.dq.spamhaus.net"} <= set(usual)
    assert not {"zen.spamhaus.org", "sbl.dq.spamhaus.net", "dbl.spamhaus.org"} & set(usual)


def test_by_tag_and_severity() -> None:
    assert "zen.spamhaus.org" in names_of(tags=["core"])
    assert "dnsbl.justspam.org" not in names_of(tags=["core"])
    assert set(names_of(severity="critical")) == {"zen.spamhaus.org", "dbl.spamhaus.org", "multi.surbl.org"}


@pytest.mark.parametrize("name", ["dnsbl.sorbs.net", "web.dnsbl.sorbs.net", "Relays.ORDB.org.", "ix.dnsbl.manitu.net"])
def test_the_dead_are_refused_by_name(name: str) -> None:
    catalogue = select(load(), names=[name])
    (row,) = catalogue["refused"]
    assert (catalogue["zones"], row["zone"], row["health"]) == ([], name.lower().rstrip("."), "dead")
    assert set(row["reason"]) == {"en", "ja"}


def test_a_zone_without_its_key_is_refused() -> None:
    (row,) = select(load(), names=["zen.dq.spamhaus.net"])["refused"]
    assert (row["health"], row["reason"]["en"]) == ("no_key", "needs a key: keys.spamhaus_dqs")


def test_a_zone_that_nobody_knows() -> None:
    with pytest.raises(ZoneError, match=r"zone zen.spamhaus.com is not in the catalogue; is zen.spamhaus.org meant\?"):
        select(load(), names=["zen.spamhaus.com"])


def test_a_site_adds_a_zone(tmp_path) -> None:
    (tmp_path / "blocklists").mkdir()
    (tmp_path / "blocklists" / "ours.yml").write_text(
        """
schema: 1
slug: ours
name: {en: Ours, ja: 自社}
own_domains: [example.com]
sources: {us: {url: "https://example.com", year: 2026, title: Ours}}
channels: {us: {channel: none, sources: [us], confidence: high, verified_on: 2026-11-24}}
lists:
  - {slug: ours, name: {en: Ours, ja: 自社}, scope: ip, severity: low, means: {en: A., ja: あ。}, remedy: us,
     sources: [us], confidence: high, verified_on: 2026-11-24}
zones:
  - {zone: bl.example.com, targets: [ip4], status: live, kind: block, codes: {"127.0.0.2": ours},
     sources: [us], confidence: high, verified_on: 2026-11-24}
""",
        encoding="utf-8",
    )
    assert select(load([tmp_path]), names=["bl.example.com"])["lists"]["ours"]["channel"] == "none"
