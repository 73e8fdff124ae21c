# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One log of each format that hosts write, its truth counted by hand."""

from __future__ import annotations

import bz2
import gzip
import lzma
import pathlib
import shutil
import subprocess
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence._gather import Request, gather
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.engine import NOW
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import Recorded

LOGS = pathlib.Path(__file__).with_name("logs")

# How a reply begins, its relay, stage, outcomes, addresses named, distinct recipients.
Truth = t.Tuple[str, t.Optional[str], t.Optional[str], t.Dict[str, int], t.List[str], int]
MS = "example-com.mail.protection.outlook.com"
TO = "mx01.t-online.example"
MTA = "mta.example.net"
REPLIES: dict[str, list[Truth]] = {
    # rsyslog on Debian 11 and Ubuntu 22, maillog_file of Postfix itself, RHEL
    "debian11": [("550 5.7.1 Service unavailable; Cl", MS, "RCPT TO", {"bounced": 2}, ["203.0.113.7"], 2)],
    # rsyslog on Debian 12 and later
    "debian12": [
        ("554 IP=* - A problem", "mx00.t-online.example", "greeting", {"non_final": 1}, ["203.0.113.8"], 0),
        ("554 IP=* - A problem", TO, "greeting", {"deferred": 2, "suspended": 1, "expired": 1}, ["203.0.113.8"], 2),
    ],
    # two instances of Postfix
    "rhel": [
        ("421 4.7.0 [TSS04]", MTA, "MAIL FROM", {"deferred": 1}, ["203.0.113.9"], 1),
        ("connect to mta.example.net[*]:25: Connection timed out", MTA, None, {"deferred": 1}, [], 1),
        ("lost connection with mta", MTA, "HELO", {"deferred": 1}, [], 1),
        ("554 5.7.1 * is blocked", MTA, "RCPT TO", {"deferred": 1, "soft_bounced": 1}, ["203.0.113.9"], 1),
        ("550 5.1.1 unknown", MTA, "RCPT TO", {"undeliverable": 1}, [], 0),
    ],
    # a content filter on loopback, a transport with its own name, stamps with an offset, IPv6
    "suse": [
        (
            "554 Message rejected: Email",
            "email-smtp.us-east-1.amazonaws.com",
            "end of DATA",
            {"bounced": 1},
            [],
            1,
        ),
        ("550 5.7.1 [*] Our system has", "mx.example.com", "end of DATA", {"bounced": 1}, ["2001:db8::7"], 1),
    ],
    # syslogd -vv and -v; one reply that names two of our addresses is two groups
    "freebsd": [
        ("550 5.7.1 SC-001 (*) Unf", "mx.example.com", "MAIL FROM", {"bounced": 1}, ["203.0.113.10"], 1),
        ("550 5.7.1 SC-001 (*) Unf", "mx.example.com", "MAIL FROM", {"bounced": 1}, ["203.0.113.11"], 1),
    ],
    # busybox; the last line was cut off
    "alpine": [
        ("450 4.2.0 <*>: Recipient", "mx.example.com", "RCPT TO", {"deferred": 1}, [], 1),
        ("554 5.7.1 Service unavailable; Client", "mx.example.com", None, {"bounced": 1}, ["203.0.113.12"], 1),
    ],
    # RFC 5424 as rsyslog writes it unless told otherwise: all that is left of a program's name is "postfix"
    "rfc5424_rsyslog": [
        ("550 5.7.1 Service unavailable", "mx1.example.net", "RCPT TO", {"bounced": 1}, ["203.0.113.13"], 1),
        ("lost connection with mx1", "mx1.example.net", "greeting", {"non_final": 1}, [], 0),
        (
            "conversation with mx2.example.net[*] timed out",
            "mx2.example.net",
            "RCPT TO",
            {"deferred": 1, "suspended": 1, "expired": 1},
            [],
            2,
        ),
    ],
    # RFC 5424 with the mark of UTF-8 and structured data, as syslog-ng writes it; without priority, without version
    "rfc5424_syslogng": [
        (
            "554 Message rejected: r\u00f6hre",
            "email-smtp.eu-west-1.amazonaws.com",
            "end of DATA",
            {"deferred": 1, "soft_bounced": 1},
            [],
            1,
        ),
        ("554 5.7.1 * is blocked", "mx.example.com", "greeting", {"deferred": 2}, ["203.0.113.14"], 2),
    ],
    # one entry was written by somebody else
    "journal_json": [("554 5.7.1 <mx1[*]>: Client", "mx.example.org", "RCPT TO", {"bounced": 1}, ["203.0.113.15"], 1)],
    "journal_export": [
        ("554 5.7.1 <mx1[*]>: Client", "mx.example.org", "RCPT TO", {"bounced": 1}, ["203.0.113.15"], 1)
    ],
}
DELIVERED = {
    "debian11": {("postfix/smtp", "mx.example.org"): 1},
    "debian12": {},
    "rhel": {("postfix-out/smtp", MTA): 1},
    "suse": {("postfix/ses/smtp", "email-smtp.us-east-1.amazonaws.com"): 1},
    "freebsd": {("postfix/smtp", "mx.example.com"): 1},
    "alpine": {("postfix/smtp", "mx.example.com"): 2},
    "rfc5424_rsyslog": {("postfix/smtp", "mx.example.org"): 1},
    "rfc5424_syslogng": {("postfix/smtp", "mx.example.com"): 2},
    "journal_json": {("postfix/smtp", "mx.example.org"): 1},
    "journal_export": {("postfix/smtp", "mx.example.org"): 1},
}
# Sender, account, client, messages, refusals, recipients.
SENDERS = {
    "debian11": [("hanako@example.jp", "hanako", "pc12.example.jp[192.0.2.12]", 1, 2, 2)],
    "debian12": [("www-data@web.example.jp", None, None, 1, 2, 1), (None, None, None, 1, 0, 1)],
    "rfc5424_rsyslog": [
        ("shop@example.jp", None, "web1.example.jp[192.0.2.31]", 1, 1, 1),
        (None, None, None, 2, 1, 2),
    ],
    "rfc5424_syslogng": [
        (None, None, None, 2, 2, 2),
        ("taro@example.jp", "taro", "pc7.example.jp[192.0.2.7]", 1, 1, 1),
    ],
    "journal_json": [("jiro@example.jp", "jiro", "pc9.example.jp[192.0.2.9]", 1, 1, 1)],
}
LOST = {
    "debian11": [("one@example.jp", "a@example.com", "bounced"), ("one@example.jp", "b@example.com", "bounced")],
    "debian12": [("form@web.example.jp", "d@t-online.example", "expired")],
    "alpine": [(None, "u@example.com", "bounced")],
    "rfc5424_rsyslog": [("seven@example.jp", "a@example.net", "bounced"), (None, "b@example.net", "expired")],
    "rfc5424_syslogng": [],
    "journal_export": [("nine@example.jp", "v@example.org", "bounced")],
}
ZSTD = shutil.which("zstd")
PACKERS: dict[str, t.Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: subprocess.run([str(ZSTD), "-cq"], input=data, capture_output=True, check=True).stdout,
}


def evidence_of(path: pathlib.Path) -> dict[str, t.Any]:
    request = Request(paths=[str(path)], rotated=False, recipients="full", lost_mail=True)
    return gather(request, now=NOW, programs=Recorded())


def evidence(name: str) -> dict[str, t.Any]:
    return evidence_of(LOGS / f"{name}.log")


@pytest.mark.parametrize("name", REPLIES)
def test_the_replies_are_those_counted_by_hand(name: str) -> None:
    are_counted_by_hand(name, evidence(name)["replies"])


@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("name", REPLIES)
def test_so_are_those_of_an_archive(name: str, suffix: str, tmp_path: pathlib.Path) -> None:
    if suffix == "zst" and not ZSTD:
        pytest.skip("no zstd on this machine")
    packed = tmp_path / f"{name}.log.{suffix}"
    packed.write_bytes(PACKERS[suffix]((LOGS / f"{name}.log").read_bytes()))
    are_counted_by_hand(name, evidence_of(packed)["replies"])


def are_counted_by_hand(name: str, replies: list[dict[str, t.Any]]) -> None:
    assert len(replies) == len(REPLIES[name])
    for begin, relay, stage, outcomes, named, recipients in REPLIES[name]:
        (reply,) = [
            one
            for one in replies
            if one["signature"].startswith(begin) and one["relay_host"] == relay and one["named_ips"] == named
        ]
        assert {outcome: number for outcome, number in reply["outcomes"].items() if number} == outcomes
        assert (reply["stage"], reply["recipients"]) == (stage, recipients)


@pytest.mark.parametrize("name", DELIVERED)
def test_the_deliveries_are_those_counted_by_hand(name: str) -> None:
    delivered = evidence(name)["delivered"]
    assert {(one["service"], one["relay_host"]): one["count"] for one in delivered} == DELIVERED[name]


@pytest.mark.parametrize("name", SENDERS)
def test_the_senders_are_those_of_the_refused_mail(name: str) -> None:
    names = ("sender", "sasl_username", "client", "messages", "refusals", "recipients")
    assert [tuple(one[name] for name in names) for one in evidence(name)["top_senders"]] == SENDERS[name]


@pytest.mark.parametrize("name", LOST)
def test_lost_is_what_bounced_or_expired(name: str) -> None:
    rows = evidence(name)["lost"]
    assert [(row["message_id"], row["recipient"], row["outcome"]) for row in rows] == LOST[name]


@pytest.mark.parametrize("name", REPLIES)
def test_nothing_of_a_real_log_is_called_unreadable(name: str) -> None:
    assert evidence(name)["totals"]["lines_unparsed"] == 0


def test_a_cut_line_is_marked() -> None:
    assert [reply.get("truncated", False) for reply in evidence("alpine")["replies"]] == [False, True]


def test_what_a_source_could_not_tell_is_noted() -> None:
    notes = {name: evidence(name)["sources"][0]["notes"] for name in REPLIES}
    assert {name: said for name, said in notes.items() if said} == {
        "rfc5424_rsyslog": [
            "programs' names are cut (rsyslog: parser.permitSlashInProgramName): transports cannot be told apart"
        ],
        "journal_json": ["1 entries not counted: written by logger of uid 1000, not by Postfix"],
        "journal_export": ["1 entries not counted: written by logger of uid 1000, not by Postfix"],
    }
