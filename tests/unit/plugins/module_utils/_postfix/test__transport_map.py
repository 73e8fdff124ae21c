# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix import _transport_map as transport
from ansible_collections.postmaster.delist.plugins.module_utils._postfix._domain_names import domain_name

ROUTE = "ses:[email-smtp.us-east-1.amazonaws.com]:587"


def build(*domains, **changes):
    given = {"route": ROUTE, "head": "# ours\n", "limit": 10, "own": {}}
    return transport.build(domains, **{**given, **changes})


def test_domains_are_sorted_lower_case_and_each_there_once():
    table = build("Outlook.com", "hotmail.com", "outlook.com")
    assert table.domains == ("hotmail.com", "outlook.com")
    assert table.text == f"# ours\nhotmail.com {ROUTE}\noutlook.com {ROUTE}\n"


def test_the_same_input_in_any_order_gives_the_same_bytes():
    assert build("b.example", "a.example").text == build("a.example", "b.example").text


@pytest.mark.parametrize(
    "key",
    [
        "*",
        ".com",
        ".outlook.com",
        "outlook.com.",
        "outlook",
        "",
        "a@outlook.com",
        "out look.com",
        "outlook.com smtp:[evil.example]",
        "outlook.com\n* smtp:[evil.example]",
        "outlook.com\n",
        "#outlook.com",
        "-a.example",
        "a-.example",
        "a..example",
        "192.0.2.1",
        "[192.0.2.1]",
        "under_score.example",
        "ｅxample.com",
        "münchen.example",
        "a" * 64 + ".example",
        ".".join(["abcdefgh"] * 32),
        "\u212a.example",  # the sign for kelvin, which lower() makes a plain k
    ],
)
def test_what_a_log_could_smuggle_in_is_refused(key):
    with pytest.raises(transport.TransportMapError, match="expected a domain"):
        build("outlook.com", key)


def test_names_of_other_scripts_come_as_logs_have_them():
    assert domain_name("XN--mnchen-3ya.example") == "xn--mnchen-3ya.example"


def test_a_domain_of_the_hosts_own_is_left_out_and_named():
    table = build("outlook.com", "lists.example", own={"lists.example": "relay_domains"})
    assert table.domains == ("outlook.com",)
    assert table.left_out == (transport.LeftOut("lists.example", "relay_domains"),)
    assert "lists.example" not in table.text


def test_there_is_a_ceiling():
    build(*(f"d{number}.example" for number in range(10)))
    with pytest.raises(transport.TransportMapError, match=r"11 domains .* max_domains"):
        build(*(f"d{number}.example" for number in range(11)))


def test_exceptions_and_probes_keep_the_way_they_had():
    table = build(
        "outlook.com",
        exceptions=["Boss@Outlook.com"],
        probes=["probe@outlook.com", "probe@contoso.com", "x@own.example"],
        direct={"contoso.com": "smtp:[192.0.2.9]", "x@own.example": "lmtp:unix:/x"},
    )
    assert table.text.splitlines()[1:] == [
        "boss@outlook.com :",
        "probe@contoso.com smtp:[192.0.2.9]",
        "probe@outlook.com :",
        "x@own.example lmtp:unix:/x",
        f"outlook.com {ROUTE}",
    ]


@pytest.mark.parametrize(
    "key", ["outlook.com", "@outlook.com", "a b@outlook.com", "#a@outlook.com", "a\n@b.example", "*@b.example"]
)
def test_an_exception_is_one_plain_address(key):
    with pytest.raises(transport.TransportMapError, match="expected an address"):
        build("outlook.com", exceptions=[key])
