# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wording is read once, and means what each of its sentences means by itself."""

from __future__ import annotations

import random

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils import _wordings
from ansible_collections.postmaster.delist.plugins.module_utils._addresses import find_ips
from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _speech
from ansible_collections.postmaster.delist.plugins.module_utils._postfix_log import parse_reason
from ansible_collections.postmaster.delist.plugins.module_utils._smtp_reply import parse, signature
from ansible_collections.postmaster.delist.plugins.module_utils._wordings import Wordings

PIECES = [
    "550", "5.7.1", "-", "[203.0.113.7]", "203.0.113.7", "2001:db8::7", "abc123def456", "5b1f2e3d4c5b6a79-a",
    "si1234567wrc.12", "user@example.com", "203.0.113.7@example.com", "a@[192.0.2.1]", "2026-11-24T01:02:03Z",
    "2026-11-24T01:02:03.456Z",
    "2026-11-24abcdef1234", "01:02:03", "https://example.net/?ip=203.0.113.7&id=abc123def4567", "S3140", "(in", "RCPT",
    "AM6EUR05FT012.eop-eur05.prod.protection.outlook.com", "ec2-203-0-113-7.compute.example", "n\u00e4her", "&lt;",
    "aaaa:bbbb:1234abcd5678efgh", "&#8217;", "x" * 40, "1234567890123", "\u200b", "=ab12cd34ef56gh78",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_remembered_wording_equals_a_fresh_reading(seed: int) -> None:
    rng = random.Random(seed)
    wordings, listener = Wordings(), _speech.Listener()
    frame = rng.choices(PIECES, k=6)
    for _round in range(8):
        words = [word if rng.random() < 0.7 else rng.choice(PIECES) for word in frame]
        words = [word[:-1] + rng.choice("0123456789ab") if rng.random() < 0.3 else word for word in words]
        text = rng.choice([" ", " ", ""]).join(words)
        sentence = f"host mx.example.net[198.51.100.25] said: {text} (in reply to RCPT TO command)"
        expected = parse_reason(sentence)
        found = wordings.of(sentence.encode() + b")").words
        named = tuple(find_ips(parse(expected.reply).text))
        assert found.signature == signature(expected.reply)
        assert found.named_ips == named
        key = listener.hear(b"postfix/smtp", b"mx.example.net[198.51.100.25]:25", sentence.encode() + b")")[0].key
        assert (key.signature, key.code, key.stage) == (found.signature, parse(expected.reply).code, "RCPT TO")
        assert key.named_ips == tuple(ip for ip in named if ip != "198.51.100.25")


def test_a_host_is_never_taken_for_an_id() -> None:
    listener = _speech.Listener()
    first, _ip = listener.hear(b"postfix/smtp", None, b"host mx-1234abcd5678.example.net[192.0.2.1] said: 550 no)")
    other, _ip = listener.hear(b"postfix/smtp", None, b"host mx-8765dcba4321.example.net[192.0.2.1] said: 550 no)")
    assert [first.key.relay_host, other.key.relay_host] == [
        "mx-1234abcd5678.example.net",
        "mx-8765dcba4321.example.net",
    ]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_wordings, "_KEPT", 100)
    listener = _speech.Listener()
    for number in range(1000):
        letters = "".join(chr(97 + int(digit)) for digit in str(number))
        listener.hear(b"postfix/smtp", b"mx[192.0.2.1]:25", b"host mx[192.0.2.1] said: 550 %s)" % letters.encode())
    assert len(listener._known) <= 100
    assert len(listener._wordings._known) <= 100
    assert len(listener._wordings._templates) <= 100
    assert len(listener._wordings._masked) <= 100
