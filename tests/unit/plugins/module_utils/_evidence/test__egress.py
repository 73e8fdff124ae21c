# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _egress, _postfix
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Unusable
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import (
    INTERFACES,
    Recorded,
    postconf,
    postfix,
)


def egress(services: str = "", wanted: t.Sequence[str] = ("auto",), **parameters: str) -> _egress.Egress:
    programs = Recorded(postconf=postconf(postfix(**parameters), services), ip=INTERFACES)
    return _egress.find(programs, _postfix.instances(programs, None)[0], _egress.check(wanted))


def test_public_addresses_of_interfaces_are_where_mail_leaves_from() -> None:
    assert egress().configured == ["203.0.113.7", "2001:db8::7"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"inet_protocols": "ipv4"}, ["203.0.113.7"]),
        ({"inet_protocols": "ipv6"}, ["2001:db8::7"]),
        ({"inet_protocols": "ipv4, ipv6"}, ["203.0.113.7", "2001:db8::7"]),
        ({"smtp_bind_address": "203.0.113.8"}, ["203.0.113.8", "2001:db8::7"]),
        ({"smtp_bind_address6": "[2001:DB8:0::8]"}, ["203.0.113.7", "2001:db8::8"]),
        ({"smtp_bind_address": "0.0.0.0"}, ["203.0.113.7", "2001:db8::7"]),
        # Behind NAT: the address that receivers see is not known here, so none is named.
        ({"smtp_bind_address": "10.0.0.7", "inet_protocols": "ipv4"}, []),
        ({"inet_interfaces": "203.0.113.9, 127.0.0.1"}, ["203.0.113.7", "2001:db8::7"]),  # two of a family: unbound
        ({"inet_interfaces": "203.0.113.9", "inet_protocols": "ipv4"}, ["203.0.113.9"]),
        ({"inet_interfaces": "203.0.113.9", "inet_protocols": "ipv4", "smtp_bind_address": "0.0.0.0"}, ["203.0.113.7"]),
        ({"inet_interfaces": "loopback-only"}, ["203.0.113.7", "2001:db8::7"]),
        (
            {"proxy_interfaces": "203.0.113.99", "smtp_bind_address": "10.0.0.7", "inet_protocols": "ipv4"},
            ["203.0.113.99"],
        ),
    ],
)
def test_what_postfix_binds_to_counts(parameters: dict[str, str], expected: list[str]) -> None:
    assert egress(**parameters).configured == expected


def test_two_addresses_to_listen_on_bind_nothing() -> None:
    two = egress(inet_interfaces="203.0.113.9, 203.0.113.10", inet_protocols="ipv4")
    assert two.configured == ["203.0.113.7"]


def test_transports_with_an_address_of_their_own_are_told_apart() -> None:
    found = egress(
        "ses/unix/smtp_bind_address = 203.0.113.8\n"
        "ses/unix/syslog_name = postfix/ses\n"
        "relay/unix/syslog_name = postfix/$service_name\n"
        "bulk/unix/smtp_bind_address6 = 2001:db8::9\n"
        "bulk/unix/syslog_name = postfix/${service_name}\n"
        "nat/unix/smtp_bind_address = 10.0.0.7\n"
        "nat/unix/syslog_name = postfix/nat\n",
        inet_protocols="ipv4",
    )
    assert found.by_service == {
        "postfix/smtp": ["203.0.113.7"],
        "postfix/ses/smtp": ["203.0.113.8"],
        "postfix/relay/smtp": ["203.0.113.7"],
        "postfix/bulk/smtp": ["203.0.113.7"],
        "postfix/nat/smtp": [],
    }
    assert found.configured == ["203.0.113.7", "203.0.113.8"]


def test_a_transport_may_bind_in_one_family_only() -> None:
    found = egress("bulk/unix/smtp_bind_address6 = 2001:db8::9\nbulk/unix/syslog_name = bulk\n")
    assert found.by_service["bulk/smtp"] == ["203.0.113.7", "2001:db8::9"]


def test_transports_that_log_under_one_name_share_their_addresses() -> None:
    found = egress("ses/unix/smtp_bind_address = 203.0.113.8\n", inet_protocols="ipv4")
    assert found.by_service == {"postfix/smtp": ["203.0.113.7", "203.0.113.8"]}


def test_a_relayhost_is_named() -> None:
    assert egress(relayhost="[smtp.example.net]:587").relayhost == "[smtp.example.net]:587"


def test_none_asks_nothing() -> None:
    assert egress(wanted=["none"], relayhost="[smtp.example.net]") == _egress.NOTHING


def test_given_addresses_take_the_place_of_the_hosts_own_or_add_to_them() -> None:
    assert egress(wanted=["198.51.100.7"]).configured == ["198.51.100.7"]
    assert egress(wanted=["auto", "198.51.100.7"]).configured == ["198.51.100.7", "203.0.113.7", "2001:db8::7"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [(["10.0.0.7"], "no public address"), (["mx1"], "no IP address"), (["none", "203.0.113.7"], "stands alone")],
)
def test_what_can_be_no_egress_is_refused(wanted: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        _egress.check(wanted)


def test_without_postfix_the_addresses_of_a_log_server_say_nothing() -> None:
    assert _egress.find(Recorded(ip=INTERFACES), [], ["auto"]).configured == []


@pytest.mark.parametrize(
    "shown",
    [
        "em0: flags=8843<UP>\n\tinet 203.0.113.7 netmask 0xffffff00 broadcast 203.0.113.255\n"
        "\tinet6 fe80::1%em0 prefixlen 64\n\tinet6 2001:db8::7 prefixlen 64\n",
        "eth0  Link encap:Ethernet\n  inet addr:203.0.113.7  Bcast:203.0.113.255\n"
        "  inet6 addr: 2001:db8::7/64 Scope:Global\n",
    ],
    ids=["freebsd", "busybox"],
)
def test_ifconfig_will_do(shown: str) -> None:
    programs = Recorded(postconf=postconf(postfix()), ifconfig=shown)
    found = _egress.find(programs, _postfix.instances(programs, None)[0], ["auto"])
    assert found.configured == ["203.0.113.7", "2001:db8::7"]


def test_unknown_interfaces_are_noted() -> None:
    programs = Recorded(postconf=postconf(postfix()))
    (note,) = _egress.find(programs, _postfix.instances(programs, None)[0], ["auto"]).notes
    assert "no program ip" in note


def test_other_instances_are_found_and_a_broken_one_is_noted() -> None:
    def answer(arguments: tuple[str, ...]) -> str | Unusable:
        if "/etc/postfix-broken" in arguments:
            return Unusable(
                "postconf failed: postconf: fatal: open /etc/postfix-broken/main.cf: No such file or directory"
            )
        if "-P" in arguments:
            return ""
        if "/etc/postfix-out" in arguments:
            return postfix(
                config_directory="/etc/postfix-out", syslog_name="postfix-out", smtp_bind_address="203.0.113.8"
            )
        return postfix(multi_instance_directories="/etc/postfix-out /etc/postfix-broken")

    programs = Recorded(postconf=answer, ip=INTERFACES)
    instances, notes = _postfix.instances(programs, None)
    assert [instance.config_directory for instance in instances] == ["/etc/postfix", "/etc/postfix-out"]
    assert len(notes) == 1
    assert "postfix-broken" in notes[0]
    assert _egress.find(programs, instances, ["auto"]).configured == ["203.0.113.7", "2001:db8::7", "203.0.113.8"]


def test_a_postfix_that_cannot_be_read_says_why() -> None:
    with pytest.raises(Unusable, match="fatal"):
        _postfix.instances(Recorded(postconf=Unusable("postconf failed: postconf: fatal: bad main.cf")), None)


def test_lifetimes() -> None:
    (instance,) = _postfix.instances(
        Recorded(postconf=postconf(postfix(maximal_queue_lifetime="12h", bounce_queue_lifetime="1"))), None
    )[0]
    assert instance.seconds("maximal_queue_lifetime") == 12 * 3600
    assert instance.seconds("bounce_queue_lifetime") == 86400
