# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From which address a host sent, and whether a reply that names one is believed."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make

IP, OTHER, SIX = "203.0.113.7", "198.51.100.9", "2001:db8::7"
BLOCKED = "554 5.7.1 Service unavailable; Client host [{}] blocked using zen.spamhaus.org"
SILENT = "550 5.7.1 AUP#In-1000 blocked"


def fblw15(ip=IP):
    return make.FBLW15.replace(IP, ip)


def diagnosed(tmp_path, *hosts):
    return {finding["id"]: finding for finding in diagnose(make.write(tmp_path / "evidence", *hosts))["findings"]}


def codes(finding):
    return {doubt["code"] for doubt in finding["doubts"]} - {"documentation", "channel"}


@pytest.mark.parametrize(
    ("configured", "confidence", "doubts"),
    [
        ((IP,), "high", set()),
        ((f"{IP}/24",), "high", set()),
        (("10.0.0.5",), "high", set()),  # EC2, NAT: the receiver's own relay is witness enough
        ((), "high", set()),
        (("10.0.0.5", SIX), "high", set()),  # its public address of the other family says nothing about this one
        ((OTHER,), "low", {"unknown_egress"}),
        ((OTHER, "10.0.0.5"), "low", {"unknown_egress"}),
    ],
)
def test_the_receivers_own_relay_names_an_address(tmp_path, configured, confidence, doubts):
    (finding,) = diagnosed(tmp_path, make.host(make.group(), configured=configured)).values()

    assert (finding["egress_ip"], finding["ip_source"]) == (IP, "reply")
    assert (finding["confidence"], codes(finding)) == (confidence, doubts)
    assert finding["requestable"] is (confidence != "low")


def test_another_hosts_address_is_the_fleets_too(tmp_path):
    found = diagnosed(
        tmp_path,
        make.host(make.group(), name="mx1", configured=(OTHER,)),
        make.host(name="mx2", configured=(IP,)),
    )

    assert found["microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver"]["confidence"] == "high"


def test_one_relay_of_nobody_in_particular_is_one_witness(tmp_path):
    (finding,) = diagnosed(tmp_path, make.host(make.group(BLOCKED.format(IP), "mx.example.net"))).values()

    assert (finding["confidence"], codes(finding)) == ("medium", {"uncorroborated"})
    assert finding["requestable"]


def test_relays_of_two_organisations_are_two_witnesses(tmp_path):
    groups = [
        make.group(BLOCKED.format(IP), relay) for relay in ("mx1.example.net", "mx2.example.net", "mx.example.org")
    ]
    (finding,) = diagnosed(tmp_path, make.host(*groups)).values()

    assert (finding["confidence"], codes(finding)) == ("high", set())


def test_two_relays_of_one_organisation_are_one_witness(tmp_path):
    groups = [make.group(BLOCKED.format(IP), relay) for relay in ("mx1.example.net", "mx2.example.net")]
    (finding,) = diagnosed(tmp_path, make.host(*groups)).values()

    assert codes(finding) == {"uncorroborated"}


def test_a_lone_witness_loses_to_a_good_address(tmp_path):
    groups = [make.group(), make.group(BLOCKED.format(OTHER), "mx.example.net")]
    found = diagnosed(tmp_path, make.host(*groups))

    assert found[f"spamhaus_zen/ip/{OTHER}/ip_blocklisted_dnsbl"]["confidence"] == "low"
    assert found[f"microsoft_365/ip/{IP}/ip_blocklisted_receiver"]["confidence"] == "high"


def test_a_quoted_token_is_no_witness(tmp_path):
    text = f"550 5.7.1 Unfortunately, messages from [{OTHER}] weren't sent ... on our block list (S3140)."
    (finding,) = diagnosed(tmp_path, make.host(make.group(text, "mx.evil.example"))).values()

    assert (finding["confidence"], finding["requestable"]) == ("low", False)


@pytest.mark.parametrize(
    ("configured", "others", "egress", "source", "doubts"),
    [
        ((IP,), (), IP, "config", set()),
        ((IP, SIX), (), IP, "config", set()),  # the relay was reached over IPv4
        ((IP, OTHER), (), None, None, {"no_ip", "several_egress"}),
        (("10.0.0.5",), (make.group(),), IP, "inferred", {"inferred_ip"}),
        (("10.0.0.5",), (make.group(), make.group(fblw15(OTHER))), None, None, {"no_ip", "several_egress"}),
        (("10.0.0.5",), (make.group(BLOCKED.format(IP), "mx.example.net"),), None, None, {"no_ip"}),
        ((), (), None, None, {"no_ip"}),
    ],
    ids=["configured", "by family", "two configured", "inferred", "two inferred", "one weak witness", "unknown"],
)
def test_a_reply_that_names_no_address(tmp_path, configured, others, egress, source, doubts):
    host = make.host(make.group(SILENT, "mx.charter.net"), *others, configured=configured)
    finding = next(f for f in diagnosed(tmp_path, host).values() if f["receiver"] == "spectrum")

    assert (finding["egress_ip"], finding["ip_source"], codes(finding)) == (egress, source, doubts)
    assert finding["subject"] == {"kind": "ip" if egress else "none", "value": egress}
    assert finding["requestable"] is False or egress


def test_a_redacted_address_is_not_replaced_by_a_guess(tmp_path):
    (finding,) = diagnosed(tmp_path, make.host(make.group(fblw15("yy.yy.yy.yyy")), configured=("10.0.0.5",))).values()

    assert (finding["egress_ip"], finding["requestable"]) == (None, False)
    assert "redacted" in codes(finding)


def test_each_named_address_has_its_own_finding(tmp_path):
    groups = [make.group(fblw15(ip)) for ip in (IP, OTHER)]

    assert len(diagnosed(tmp_path, make.host(*groups))) == 2


def test_so_has_each_address_of_one_signature(tmp_path):
    found = diagnosed(tmp_path, make.host(make.group(named_ips=[IP, OTHER])))

    assert {finding["egress_ip"] for finding in found.values()} == {IP, OTHER}


RELAY = "smtp.example.net"


def relaying(*groups, relayhost=f"[{RELAY}]:587", configured=(OTHER,), **fields):
    return make.host(
        *groups, egress={"configured": list(configured), "relayhost": relayhost, "by_service": {}}, **fields
    )


@pytest.mark.parametrize(
    "relayhost", [f"[{RELAY}]:587", RELAY, "example.net", "example.net:submission", f"[smtp.example.org], [{RELAY}]"]
)
def test_behind_a_relayhost_its_address_is_judged(tmp_path, relayhost):
    host = relaying(make.group(BLOCKED.format(IP), RELAY), relayhost=relayhost)
    (finding,) = diagnosed(tmp_path, host).values()

    assert (finding["egress_ip"], finding["ip_source"]) == (IP, "reply")
    assert (finding["confidence"], finding["requestable"]) == ("low", False)
    assert codes(finding) == {"relayed"}
    (doubt,) = (doubt for doubt in finding["doubts"] if doubt["code"] == "relayed")
    assert RELAY in doubt["en"]
    assert RELAY in doubt["ja"]


def test_a_relayhost_that_names_no_address_never_stands_for_the_hosts_own(tmp_path):
    finding = next(
        iter(diagnosed(tmp_path, relaying(make.group(SILENT, "smtp.charter.net"), relayhost="charter.net")).values())
    )

    assert (finding["egress_ip"], finding["ip_source"], codes(finding)) == (None, None, {"relayed"})


def test_a_relayhost_of_the_fleet_is_ours(tmp_path):
    found = diagnosed(
        tmp_path,
        relaying(make.group(BLOCKED.format(IP), RELAY)),
        make.host(name="smarthost", configured=(IP,)),
    )

    assert found[f"spamhaus_zen/ip/{IP}/ip_blocklisted_dnsbl"]["confidence"] == "high"


@pytest.mark.parametrize("relayhost", ["[smtp.example.org]", "[example.net]", "mple.net", None])
def test_what_goes_another_way_is_not_relayed(tmp_path, relayhost):
    host = relaying(make.group(BLOCKED.format(IP), RELAY), relayhost=relayhost)
    (finding,) = diagnosed(tmp_path, host).values()

    assert codes(finding) == {"unknown_egress"}


@pytest.mark.parametrize(
    ("service", "egress", "source"),
    [
        ("postfix/smtp", IP, "config"),
        ("postfix/ses/smtp", OTHER, "config"),
        ("postfix/nat/smtp", None, None),  # it binds to a private address: which one receivers see, nobody knows
        ("postfix/new/smtp", None, None),
    ],
)
def test_each_transport_sends_from_its_own_address(tmp_path, service, egress, source):
    by_service = {"postfix/smtp": [IP], "postfix/ses/smtp": [OTHER], "postfix/nat/smtp": []}
    host = make.host(
        make.group(SILENT, "mx.charter.net", service=service),
        egress={"configured": [IP, OTHER], "relayhost": None, "by_service": by_service},
    )
    (finding,) = diagnosed(tmp_path, host).values()

    assert (finding["egress_ip"], finding["ip_source"]) == (egress, source)
