# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.postmaster.delist.plugins.plugin_utils._answers._authentication import below, of_mail
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.answer_factory import SERVER, answer

pytest.importorskip("authres")


def vouched(*results: str, servers: tuple[str, ...] = (SERVER,)) -> frozenset[str]:
    head = "".join(f"Authentication-Results: {result}\r\n" for result in results)
    return of_mail(head.encode() + answer("", results=None), servers).domains


@pytest.mark.parametrize(
    ("result", "domains"),
    [
        ("mx.example.jp; dkim=pass header.d=microsoft.com", {"microsoft.com"}),
        ("MX.Example.JP; dkim=pass header.d=Microsoft.COM", {"microsoft.com"}),
        ("mx.example.jp 1; dkim=pass (2048-bit key) header.d=microsoft.com header.b=abc", {"microsoft.com"}),
        ("mx.example.jp; dmarc=pass (p=REJECT) header.from=support.microsoft.com", {"support.microsoft.com"}),
        ("mx.example.jp;\r\n\tdkim=pass\r\n\theader.d=microsoft.com", {"microsoft.com"}),
        ("mx.example.jp; dkim=fail header.d=microsoft.com", set()),
        ("mx.example.jp; dkim=none", set()),
        ("mx.example.jp; spf=pass smtp.mailfrom=x@microsoft.com", set()),
        ("mx.attacker.example; dkim=pass header.d=microsoft.com", set()),
        ("mx.example.jp.attacker.example; dkim=pass header.d=microsoft.com", set()),
        ("mx.example.jp; dkim=pass header.d=evil.example (header.d=microsoft.com)", {"evil.example"}),
        ("mx.example.jp; none", set()),
        ("", set()),
        ("; ; ;", set()),
    ],
)
def test_only_what_our_own_server_says_passed_counts(result: str, domains: set[str]) -> None:
    assert vouched(result) == domains


def test_two_headers_that_contradict_each_other_prove_nothing() -> None:
    ours = "mx.example.jp; dkim=fail header.d=microsoft.com"
    brought_along = "mx.example.jp; dkim=pass header.d=microsoft.com"
    assert vouched(ours, brought_along) == frozenset()


def test_what_stands_in_the_body_is_no_header() -> None:
    mail = answer("Authentication-Results: mx.example.jp; dkim=pass header.d=microsoft.com\n", results=None)
    assert of_mail(mail, [SERVER]).domains == frozenset()


def test_why_there_is_none_is_said() -> None:
    assert "authserv_ids" in str(of_mail(answer(""), []).why_none)
    assert of_mail(answer(""), ["other.example"]).why_none == "no verdict of other.example"
    assert of_mail(answer("", results=f"{SERVER}; dkim=fail header.d=microsoft.com"), [SERVER]).why_none == (
        "no DKIM or DMARC passed"
    )


def test_below() -> None:
    assert below({"support.microsoft.com"}, ["microsoft.com"]) == "support.microsoft.com"
    assert below({"notmicrosoft.com", "microsoft.com.evil.example"}, ["microsoft.com"]) is None


@given(st.binary(max_size=400))
def test_no_mail_makes_it_fail(data: bytes) -> None:
    of_mail(b"Authentication-Results: mx.example.jp; " + data, [SERVER])
    of_mail(data, [SERVER])
