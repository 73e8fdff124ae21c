# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipients and groups in bounded memory, and what of them leaves the host."""

from __future__ import annotations

import pickle

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _render
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._recipients import (
    EXACT_UP_TO,
    Domains,
    Recipients,
)
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._sums import Sums
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._tally import Wanted
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import sums_of


def refused(number: int, text: str = "550 5.7.1 no", recipient: str = "Ume.Saito@example.com") -> str:
    host = "mx.example.com[198.51.100.25]"
    return (
        f"2026-11-24T10:{number // 60 % 60:02d}:{number % 60:02d}Z mx1 postfix/smtp[7]: 4AB{number:07X}:"
        f" to=<{recipient}>, relay={host}:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced"
        f" (host {host} said: {text} (in reply to RCPT TO command))\n"
    )


def numbered(recipients: int) -> Recipients:
    domains, counted = Domains(), Recipients()
    for number in range(recipients):
        counted.add(domains.pack(b"u%d@example.com" % number))
        counted.add(domains.pack(b"U%d@EXAMPLE.com" % number))
    return counted


def test_recipients_are_counted_exactly_up_to_the_limit() -> None:
    counted = numbered(EXACT_UP_TO)
    assert (counted.count(), counted.at_least) == (EXACT_UP_TO, False)


def test_beyond_the_limit_the_count_is_marked() -> None:
    counted = numbered(EXACT_UP_TO + 1)
    assert (counted.count(), counted.at_least) == (EXACT_UP_TO, True)


def test_the_same_recipients_in_two_files_are_counted_once() -> None:
    total = Sums(10, lost_mail=False)
    for _round in range(2):
        total.update(pickle.loads(pickle.dumps(sums_of((refused(1) + refused(2, recipient="b@example.org")).encode()))))
    (reply,) = _render.replies(total, Privacy("domains"))
    assert (reply["recipients"], reply["outcomes"]["bounced"]) == (2, 4)
    assert reply["recipient_domains"] == {"example.com": 1, "example.org": 1}


def letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in f"{number:04d}")


def test_the_newest_groups_are_kept_and_the_others_counted() -> None:
    lines = "".join(refused(number, f"550 {letters(number)}") for number in range(100))
    sums = sums_of(lines.encode(), Wanted(max_groups=10))
    replies = _render.replies(sums, Privacy("domains"))
    assert len(replies) == 10
    assert sums.matched == 100
    assert sums.replies.dropped_lines == 90
    assert f"550 {letters(99)}" in {reply["signature"] for reply in replies}


def test_a_frequent_old_reply_outlives_rare_new_ones() -> None:
    lines = "".join(refused(number, "550 the block") for number in range(50))
    lines += "".join(refused(number, f"550 {letters(number)}") for number in range(50, 150))
    replies = _render.replies(sums_of(lines.encode(), Wanted(max_groups=20)), Privacy("domains"))
    assert replies[0]["signature"] == "550 the block"
    assert replies[0]["outcomes"]["bounced"] == 50


def test_three_samples_are_kept_the_newest() -> None:
    lines = "".join(refused(number) for number in range(9))
    (reply,) = _render.replies(sums_of(lines.encode()), Privacy("domains"))
    assert [sample["queue_id"] for sample in reply["samples"]] == ["4AB0000006", "4AB0000007", "4AB0000008"]


LEAKS = "550 5.1.1 <Ume.Saito@example.com>: unknown; contact abuse@example.com or other.person@example.org"


@pytest.mark.parametrize(
    ("mode", "gone", "kept"),
    [
        ("none", ["Ume", "other.person", "example.org"], ["abuse@example.com"]),
        ("domains", ["Ume", "other.person"], ["*@example.com", "*@example.org", "abuse@example.com"]),
        ("hashed", ["Ume", "other.person"], ["@example.com", "abuse@example.com"]),
        ("full", [], ["Ume.Saito@example.com", "other.person@example.org"]),
    ],
)
def test_what_is_said_about_people_is_what_was_asked_for(mode: str, gone: list[str], kept: list[str]) -> None:
    sums = sums_of(refused(1, LEAKS).encode())
    shown = str(_render.replies(sums, Privacy(mode))) + str(_render.lost(sums, Privacy(mode)))
    assert [word for word in gone if word in shown] == []
    assert [word for word in kept if word not in shown] == []


def test_no_domain_is_told_where_nothing_may_be_told() -> None:
    (reply,) = _render.replies(sums_of(refused(1).encode()), Privacy("none"))
    assert reply["recipient_domains"] == {}
    assert reply["recipients"] == 1


NOT_FOUND = "Host or domain name not found. Name service error for name={} type=MX: Host not found"


def test_neither_is_it_in_what_postfix_says_of_it() -> None:
    line = refused(1).partition(" (")[0] + f" ({NOT_FOUND.format('Example.com')})\n"
    (reply,) = _render.replies(sums_of(line.encode()), Privacy("none"))
    (row,) = _render.lost(sums_of(line.encode()), Privacy("none"))
    assert reply["signature"] == reply["text"] == row["signature"] == NOT_FOUND.format("*")
    assert NOT_FOUND.format("*") in reply["samples"][0]["line"]
    (reply,) = _render.replies(sums_of(line.encode()), Privacy("domains"))
    assert reply["text"] == NOT_FOUND.format("Example.com")


def test_a_local_part_in_quotes_is_masked_too() -> None:
    lines = refused(1, '550 <"Ume Saito"@example.com> no', recipient='"Ume Saito"@example.com')
    assert "Ume" not in str(_render.replies(sums_of(lines.encode()), Privacy("domains")))


def test_the_text_is_a_verbatim_one_of_the_group() -> None:
    lines = refused(1, "550 5.7.1 abc123def4567890 no") + refused(2, "550 5.7.1 fed321cba0987654 no")
    (reply,) = _render.replies(sums_of(lines.encode()), Privacy("domains"))
    assert (reply["signature"], reply["text"]) == ("550 5.7.1 * no", "550 5.7.1 fed321cba0987654 no")
