# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _smtp_reply


@pytest.mark.parametrize(
    ("text", "code", "enhanced"),
    [
        ("550 5.7.1 Service unavailable", 550, "5.7.1"),
        ("550-5.7.1 first 550 5.7.1 last", 550, "5.7.1"),
        ("554 IP=203.0.113.7 - None/bad reputation", 554, None),
        ("550 5.7.606 Access denied", 550, "5.7.606"),
        ("550 #5.1.0 Address rejected", 550, "5.1.0"),
        ("553 Message filtered (#5.7.1)", 553, "5.7.1"),
        ("smtp;550 5.1.1 unknown", 550, "5.1.1"),
        ("#5.7.1 smtp;550 5.7.1 refused", None, "5.7.1"),
        ("550 6.0.3790.1830 is a build number", 550, None),
        ("5.7.1 Service unavailable", None, "5.7.1"),
        ("421HL:REP too many unknown", 421, None),
        ("421ABC:DEFG is a queue id", None, None),
        ("550", 550, None),
        ("1550 5.7.1 no code", None, None),
        ("hello", None, None),
        ("", None, None),
    ],
)
def test_code_and_enhanced_code(text: str, code: int | None, enhanced: str | None) -> None:
    reply = _smtp_reply.parse(text)
    assert (reply.code, reply.enhanced) == (code, enhanced)


@pytest.mark.parametrize(
    ("text", "unfolded"),
    [
        (
            "550-5.7.1 very low reputation of the sending IP 550-5.7.1 address. 550 5.7.1 https://example.com - gsmtp",
            "550 5.7.1 very low reputation of the sending IP address. https://example.com - gsmtp",
        ),
        (
            "554-mx.example (mx1) Service not available 554-No SMTP service 554 For explanation visit x",
            "554 mx.example (mx1) Service not available No SMTP service For explanation visit x",
        ),
        ("421HL:REP wait", "421 HL:REP wait"),
        ("550#5.1.0 unknown", "550 #5.1.0 unknown"),
        ("550 5.7.1 first half 550 5.7.1 second half", "550 5.7.1 first half second half"),
        ("550 room 550 is closed", "550 room 550 is closed"),
        (
            "550 5.1.1 host b said: 550 5.1.1 unknown",
            "550 5.1.1 host b said: 550 5.1.1 unknown",
        ),
        ("550 weren\u2019t  sent\r\n \u201cx\u201d &lt;a&gt;\x1b[31m", '550 weren\'t sent "x" <a> [31m'),
        ("550 see https://example.com/?a=1&reg=2", "550 see https://example.com/?a=1&reg=2"),
    ],
)
def test_unfolded_to_one_plain_line(text: str, unfolded: str) -> None:
    assert _smtp_reply.parse(text).text == unfolded


def test_a_long_text_is_cut() -> None:
    assert len(_smtp_reply.parse("550 " + "x" * 100_000).text) == _smtp_reply.MAX_CHARACTERS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("550 5.7.1 [203.0.113.7] blocked (S3140)", "550 5.7.1 [198.51.100.9] blocked (S3140)"),
        ("550 5.7.1 [203.0.113.7] blocked", "550 5.7.1 [2001:db8::7] blocked"),
        ("550 5.1.1 <a@example.com> unknown", "550 5.1.1 <b@example.org> unknown"),
        (
            "550 5.7.606 banned sending IP [203.0.113.7] "
            "[AM0EUR02FT012.mail.example 2026-11-24T00:00:00.000Z 08DD0B1C2D3E4F56]",
            "550 5.7.606 banned sending IP [203.0.113.8] "
            "[BN8NAM11FT034.mail.example 2026-11-25T10:11:12.999Z 08DE0B1C2D3E4F57]",
        ),
        (
            "421-4.7.28 rate - gsmtp d9443c01a7336-1f4f1b2e5b5si1234567plb.123",
            "421-4.7.28 rate - gsmtp af79cd13be357-7b1a2b3c4d5si7654321qtb.4",
        ),
        ("550 5.7.1 x 550 5.7.1 y", "550-5.7.1 x\n550 5.7.1 y"),
        ("554 case?c=r0201&i=ip&v=203.0.113.7&r=0M1XYZ", "554 case?c=r0201&i=ip&v=203.0.113.9&r=1N2ABC"),
    ],
)
def test_equal_signatures(one: str, other: str) -> None:
    assert _smtp_reply.signature(one) == _smtp_reply.signature(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("550 5.7.1 [203.0.113.7] (S3140)", "550 5.7.1 [203.0.113.7] (S3150)"),
        ("554 5.7.1 listed at dnsbl-1.example.net", "554 5.7.1 listed at dnsbl-2.example.net"),
        ("550 5.7.1 x", "554 5.7.1 x"),
        ("550 5.7.1 x", "550 5.7.25 x"),
        ("421 4.7.0 [TSS04] x", "421 4.7.0 [TSS05] x"),
        ("554 case?c=r0201&i=ip", "554 case?c=rdns&i=ip"),
    ],
)
def test_different_signatures(one: str, other: str) -> None:
    assert _smtp_reply.signature(one) != _smtp_reply.signature(other)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("550 5.1.1 <jane.doe@example.com>: unknown", "550 5.1.1 <*@example.com>: unknown"),
        ("550 5.1.1 jane@example.com user unknown", "550 5.1.1 *@example.com user unknown"),
        ("forward this message to delist@example.net", "forward this message to delist@example.net"),
        ("or contact tosa@rx.example.org to clarify", "or contact tosa@rx.example.org to clarify"),
        ("mail to jane@example.com refused", "mail to *@example.com refused"),
        ("write abuse_rbl@example.net", "write abuse_rbl@example.net"),
        ("no address", "no address"),
    ],
)
def test_local_parts_are_masked_and_contacts_stay(text: str, masked: str) -> None:
    assert _smtp_reply.mask_local_parts(text, recipient_domains=["example.com"]) == masked
