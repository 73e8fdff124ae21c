# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A look over configurations, as this machine's own postconf reads them."""

from __future__ import annotations

import shutil
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _lint, _lint_lists, _lint_relay
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._postconf import Postfix
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._record import FILE

FACTS = _lint.Facts.of(
    {
        "dead": ["dnsbl.sorbs.net", "relays.ordb.org"],
        "subzones": ["dnsbl.sorbs.net"],
        "keyed": ["zen.dq.spamhaus.net", "combined.mail.abusix.zone"],
        "resolvers": ["8.8.8.0/24", "2001:4860:4860::/48"],
        "widest": {"ip4": 16, "ip6": 32},
    }
)
WIDEST = {"ip4": 16, "ip6": 32}
SOUND = {"smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination"}

needs_postconf = pytest.mark.skipif(
    shutil.which("postconf", path="/usr/sbin:/usr/bin:/sbin:/bin") is None, reason="no Postfix here"
)


def codes(**values: str) -> list[str]:
    return [sign.code for sign in _lint_relay.signs({**SOUND, **values}, widest=WIDEST)]


@pytest.fixture
def look(tmp_path: Path) -> t.Callable[..., dict[str, t.Any]]:
    def looked(*lines: str, nameserver: str = "192.0.2.53") -> dict[str, t.Any]:
        (tmp_path / "main.cf").write_text(
            "compatibility_level = 3.6\nmyhostname = mx1.example.jp\n" + "".join(f"{line}\n" for line in lines)
        )
        (tmp_path / "master.cf").touch()
        resolv = tmp_path / "resolv.conf"
        resolv.write_text(f"# made by hand\nsearch example.jp\nnameserver {nameserver}\n")
        return _lint.look(Postfix(str(tmp_path)), FACTS, resolvers=[str(tmp_path / "none"), str(resolv)])

    return looked


def faults(found: t.Mapping[str, t.Any]) -> list[tuple[str, str, str]]:
    return [(fault["code"], fault["parameter"], fault["value"]) for fault in found["faults"]]


@needs_postconf
def test_a_sound_configuration_has_no_fault(look: t.Callable[..., t.Any]) -> None:
    found = look()
    assert faults(found) == []
    assert (found["helo"], found["resolvers"], found["layers"]) == ("mx1.example.jp", ["192.0.2.53"], [])


@needs_postconf
def test_a_record_that_cannot_be_read_is_not_an_empty_one(look: t.Callable[..., t.Any], tmp_path: Path) -> None:
    look()
    record = Path(Postfix(str(tmp_path)).own(FILE))
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text("{}")
    found = look()
    assert found["layers"] is None
    assert "is damaged" in found["notes"][0]


@needs_postconf
def test_lists_through_a_public_resolver_without_a_filter(look: t.Callable[..., t.Any]) -> None:
    line = (
        "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination,"
        " reject_rbl_client zen.spamhaus.org, reject_rbl_client bl.spamcop.net=127.0.0.2,"
        " reject_rhsbl_sender dbl.spamhaus.org., permit_dnswl_client list.dnswl.org"
    )
    where = "smtpd_recipient_restrictions"
    for nameserver, code in (("8.8.8.8", "list_unfiltered_public"), ("192.0.2.53", "list_unfiltered")):
        assert faults(look(line, nameserver=nameserver)) == [
            (code, where, "zen.spamhaus.org"),
            (code, where, "dbl.spamhaus.org"),
        ]


@needs_postconf
def test_the_key_of_a_list_stays_on_the_host(look: t.Callable[..., t.Any]) -> None:
    found = look(
        "smtpd_client_restrictions = reject_rbl_client S3cretKey.zen.dq.spamhaus.net,"
        " reject_rbl_client s3cretkey.zen.dq.spamhaus.net=127.0.0.2",
        "postscreen_dnsbl_sites = s3cretkey.combined.mail.abusix.zone*2"
        " s3cretkey.other.mail.abusix.zone s3cretkey.mail.abusix.zone"
        " combined.mail.abusix.zone",
        nameserver="8.8.8.8",
    )
    assert faults(found) == [
        ("list_unfiltered", "smtpd_client_restrictions", "*.zen.dq.spamhaus.net"),
        ("list_unfiltered", "postscreen_dnsbl_sites", "*.combined.mail.abusix.zone"),
        ("list_unfiltered", "postscreen_dnsbl_sites", "*.other.mail.abusix.zone"),
        ("list_unfiltered", "postscreen_dnsbl_sites", "*.mail.abusix.zone"),
        ("list_unfiltered_public", "postscreen_dnsbl_sites", "combined.mail.abusix.zone"),
    ]
    assert "s3cretkey" not in str(found).lower()
    open_relay = look("smtpd_relay_restrictions = reject_rbl_client S3cretKey.zen.dq.spamhaus.net.=127.0.0.2, permit")
    assert [value for code, _where, value in faults(open_relay) if code == "open_relay"] == [
        "reject_rbl_client, *.zen.dq.spamhaus.net=127.0.0.2, permit"
    ]


@needs_postconf
def test_lists_that_have_ended_wherever_they_are_named(look: t.Callable[..., t.Any]) -> None:
    found = look(
        "rbl = reject_rbl_client relays.ordb.org=127.0.0.2",
        "smtpd_client_restrictions = $rbl",
        "postscreen_dnsbl_sites = zen.spamhaus.org=127.0.0.[2..11]*3, Spam.dnsbl.sorbs.net*2 list.dnswl.org*-2",
    )
    assert faults(found) == [
        ("dead_list", "smtpd_client_restrictions", "relays.ordb.org"),
        ("dead_list", "postscreen_dnsbl_sites", "spam.dnsbl.sorbs.net"),
    ]


@needs_postconf
def test_an_open_relay(look: t.Callable[..., t.Any]) -> None:
    found = look("mynetworks = 127.0.0.0/8 0.0.0.0/0", "smtpd_relay_restrictions =", "soft_bounce = yes")
    assert faults(found) == [
        ("open_mynetworks", "mynetworks", "0.0.0.0/0"),
        ("open_relay", "smtpd_relay_restrictions", "(empty)"),
        ("soft_bounce", "soft_bounce", "yes"),
    ]


@needs_postconf
def test_a_greeting_that_is_no_full_name(look: t.Callable[..., t.Any]) -> None:
    assert faults(look("smtp_helo_name = mail")) == [("helo_not_qualified", "smtp_helo_name", "mail")]


def test_signs_of_an_open_relay() -> None:
    assert codes() == []
    assert codes(mynetworks="10.0.0.0/8 192.168.0.0/16 172.16.0.0/12 [::1]/128 fd00::/8 203.0.113.0/28") == []
    assert codes(mynetworks="203.0.0.0/8") == ["open_mynetworks"]
    assert codes(mynetworks="[::]/0, !203.0.0.0/8, hash:/etc/postfix/networks, $mydestination") == ["open_mynetworks"]
    assert codes(mynetworks="0.0.0.0/0", inet_interfaces="loopback-only") == []
    assert codes(smtpd_relay_restrictions="permit, reject_unauth_destination") == ["open_relay"]
    assert codes(smtpd_relay_restrictions="permit_sasl_authenticated") == ["open_relay"]
    assert codes(smtpd_relay_restrictions="", smtpd_recipient_restrictions="reject_unauth_destination, permit") == []
    assert codes(mynetworks_style="class") == ["mynetworks_class"]


def test_signs_of_backscatter() -> None:
    assert codes(mydestination="example.jp", local_recipient_maps="") == ["unknown_recipients"]
    assert codes(mydestination="", local_recipient_maps="") == []
    assert codes(mydestination="example.jp", relay_domains="example.jp", relay_recipient_maps="") == []
    assert codes(relay_domains="example.org", relay_recipient_maps="") == ["unknown_relay_recipients"]


def test_a_filter_of_postscreen_is_told_from_a_weight() -> None:
    sites = "a.example=127.0.0.[2;10..11]*2 b.example*3 c.example*-1 D.example."
    asked = list(_lint_lists.asked({"postscreen_dnsbl_sites": sites}))
    assert [(one.zone, one.filtered, one.permits) for one in asked] == [
        ("a.example", True, False),
        ("b.example", False, False),
        ("c.example", False, True),
        ("d.example", False, False),
    ]


def test_only_the_first_file_that_names_somebody_counts(tmp_path: Path) -> None:
    empty, full = tmp_path / "a", tmp_path / "b"
    empty.write_text("# nameserver 8.8.8.8\n")
    full.write_text("nameserver 2001:4860:4860::8888%eth0\nnameserver\n")
    assert _lint.nameservers([str(empty), str(full)]) == ["2001:4860:4860::8888%eth0"]
    assert FACTS.public("2001:4860:4860::8888%eth0")
    assert not FACTS.public("nonsense")
