# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is found behind refused mail, through the whole engine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _render
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._senders import Origin, Refused, Senders
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import sums_of

HOST = "mx1.example.net[198.51.100.25]"


def message(number: int, sender: str, *, client: str | None = None, account: str | None = None, to: str = "a") -> str:
    """The lines of one message that was refused in the minute of its number."""
    queue_id, login = f"4AB{number:05X}", f", sasl_method=PLAIN, sasl_username={account}" if account else ""
    said = [f"smtpd[1]: {queue_id}: client={client}{login}"] if client else [f"pickup[2]: {queue_id}: uid=33 from=<w>"]
    said += [
        f"qmgr[3]: {queue_id}: from=<{sender}>, size=1, nrcpt=1 (queue active)",
        f"smtp[4]: {queue_id}: to=<{to}@example.com>, relay={HOST}:25, delay=0, delays=0/0/0/0, dsn=5.7.1,"
        f" status=bounced (host {HOST} said: 550 5.7.1 no (in reply to RCPT TO command))",
    ]
    return "".join(f"Nov 24 10:{number:02d}:00 mx1 postfix/{one}\n" for one in said)


def top(*messages: str, mode: str = "full") -> list[dict[str, t.Any]]:
    return _render.top_senders(sums_of("".join(messages).encode()), Privacy(mode))


def test_a_stolen_account_is_one_sender_whatever_names_and_places_it_uses() -> None:
    stolen = [
        message(number, f"x{number}@{'a' if number % 2 else 'b'}.example", client=f"unknown[198.51.100.{number}]",
                account="taro", to=f"u{number // 2}")
        for number in range(1, 6)
    ]  # fmt: skip
    usual = message(9, "shop@example.jp", client="web1[192.0.2.31]")
    first, second = top(*stolen, usual)
    assert (first.pop("first_at")[:16], first.pop("last_at")[:16]) == ("2026-11-24T10:01", "2026-11-24T10:05")
    assert first == {
        "sender": "x1@a.example",
        "sasl_username": "taro",
        "client": "unknown[198.51.100.1]",
        "messages": 5,
        "refusals": 5,
        "recipients": 3,
        "senders": 5,
        "clients": 5,
        "sender_domains": {"a.example": 3, "b.example": 2},
    }
    assert (second["client"], second["sender"], second["senders"], second["clients"]) == (
        "web1[192.0.2.31]", "shop@example.jp", 1, 1
    )  # fmt: skip


def test_without_an_account_it_is_the_client() -> None:
    (web,) = top(*(message(number, f"brand{number % 2}@example.jp", client="web1[192.0.2.31]") for number in range(3)))
    assert (web["sasl_username"], web["client"], web["messages"]) == (None, "web1[192.0.2.31]", 3)
    assert (web["sender"], web["senders"]) == ("brand0@example.jp", 2)


@pytest.mark.parametrize("client", ["localhost[127.0.0.1]", "localhost[::1]", None])
def test_behind_a_content_filter_and_on_the_host_itself_it_is_the_envelope_sender(client: str | None) -> None:
    rows = top(*(message(number, f"s{number % 2}@example.jp", client=client) for number in range(3)))
    assert [(row["sender"], row["client"], row["messages"]) for row in rows] == [
        ("s0@example.jp", client, 2),
        ("s1@example.jp", client, 1),
    ]


def filtered(back: str, *, relay: str = "127.0.0.1[127.0.0.1]:10024", first: bool = True) -> str:
    """A message that went through a content filter; C(back) is what smtpd says as it comes back."""
    arrival = message(1, "me@example.jp", client="pc7[192.0.2.7]", account="taro").splitlines(keepends=True)[:2]
    given = (
        f"Nov 24 10:01:01 mx1 postfix/smtp[5]: 4AB00001: to=<a@example.com>, relay={relay}, delay=1, delays=0/0/0/1,"
        " dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4AB00002)\n"
    )
    came, *rest = message(2, "me@example.jp", client=back).splitlines(keepends=True)
    return "".join([*(arrival if first else []), came, given, *rest])


XFORWARDED = "localhost[127.0.0.1], orig_queue_id=4AB00001, orig_client=pc7[192.0.2.7]"


@pytest.mark.parametrize("back", [XFORWARDED, "localhost[127.0.0.1]", "localhost[::1]"])
def test_of_mail_that_a_filter_gave_back_the_account_is_told_that_it_had_before(back: str) -> None:
    (row,) = top(filtered(back))
    assert (row["sasl_username"], row["client"], row["sender"]) == ("taro", "pc7[192.0.2.7]", "me@example.jp")


def test_where_its_arrival_is_not_near_the_client_that_the_filter_names_is_told() -> None:
    (row,) = top(filtered(XFORWARDED, first=False))
    assert (row["sasl_username"], row["client"]) == (None, "pc7[192.0.2.7]")


def test_another_server_that_says_such_an_id_is_no_filter_of_ours() -> None:
    (row,) = top(filtered("localhost[127.0.0.1]", relay="mx.evil.example[198.51.100.66]:25"))
    assert (row["sasl_username"], row["client"]) == (None, "localhost[127.0.0.1]")


def test_ids_that_name_each_other_end() -> None:
    lines = filtered("localhost[127.0.0.1], orig_queue_id=4AB00002")
    (row,) = top(lines)
    assert (row["sasl_username"], row["client"]) == (None, "localhost[127.0.0.1]")


def test_an_id_that_is_used_again_is_another_message() -> None:
    again = message(1, "second@example.jp").replace(" 10:", " 11:")
    assert {one["sender"]: one["messages"] for one in top(message(1, "first@example.jp"), again)} == {
        "first@example.jp": 1,
        "second@example.jp": 1,
    }


@pytest.mark.parametrize("rest", ["", " (queue", " (queue active", "; see (q)"])
def test_the_sender_is_found_where_the_queue_manager_s_line_was_cut(rest: str) -> None:
    (one,) = top(message(1, "shop@example.jp").replace(" (queue active)", rest))
    assert one["sender"] == "shop@example.jp"


def test_bounces_have_the_null_sender_which_is_not_unknown() -> None:
    lines = message(2, "x@example.jp").splitlines(keepends=True)
    unknown, bounce = top(message(1, "") + lines[-1], mode="domains")
    assert (bounce["sender"], bounce["sender_domains"]) == ("<>", {"<>": 1})
    assert (unknown["sender"], unknown["sender_domains"]) == (None, {})


@pytest.mark.parametrize(
    ("mode", "sender", "account", "domains"),
    [
        ("none", "*", "*", {}),
        ("domains", "*@example.jp", "*@example.jp", {"example.jp": 1}),
        ("full", "me@example.jp", "me@example.jp", {"example.jp": 1}),
    ],
)
def test_people_are_masked(mode: str, sender: str, account: str, domains: dict[str, int]) -> None:
    (row,) = top(message(1, "me@example.jp", client="pc[192.0.2.9]", account="me@example.jp"), mode=mode)
    assert (row["sender"], row["sasl_username"], row["sender_domains"]) == (sender, account, domains)


def test_what_is_remembered_of_many_is_bounded() -> None:
    senders = Senders()
    for number in range(30_000):
        often = Origin(b"n%d@d%d.example" % (number, number), b"often", b"c%d[192.0.2.1]" % number, b"")
        senders.add(Refused(often, 1, [number], number, number))
        if number < 5_000:
            senders.add(Refused(often._replace(sasl_username=b"rare%d" % number), 1, [number], number, number))
    assert len(senders.known) <= 2_000
    known = senders.known["account", b"often"]
    assert (known.messages, known.refusals, known.first_at, known.last_at) == (30_000, 30_000, 0, 29_999)
    assert (len(known.names), len(known.clients), len(known.domains)) == (100, 100, 100)
    assert (known.recipients.count(), known.recipients.at_least) == (5_000, True)
