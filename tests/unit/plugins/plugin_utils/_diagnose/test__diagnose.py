# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence of many hosts becomes findings: one for each counterpart, subject and cause."""

from __future__ import annotations

import json

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import evidence_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

TSS04 = "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user complaints"
YAHOO = "mta5.am0.yahoodns.net"
ZEN = "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org"


def findings(tmp_path, *hosts):
    return diagnose(make.write(tmp_path / "evidence", *hosts))["findings"]


def one(tmp_path, *hosts):
    found = findings(tmp_path, *hosts)
    assert len(found) == 1, [finding["id"] for finding in found]
    return found[0]


@pytest.mark.parametrize(
    ("port", "cause"), [(25, "ip_blocklisted_receiver"), (587, "own_side"), (None, "ip_blocklisted_receiver")]
)
def test_the_port_of_the_relay_tells_a_smarthost(tmp_path, port, cause):
    denied = "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied"
    reply = make.group(denied, "smtp.example.com", relay_port=port)

    assert one(tmp_path, make.host(reply))["cause"] == cause


def test_one_finding_over_all_hosts(tmp_path):
    first = make.group(outcomes={"bounced": 3}, recipients=2, recipient_domains={"example.com": 2})
    second = make.group(
        outcomes={"deferred": 4, "expired": 1},
        recipients=5,
        recipient_domains={"example.com": 1, "example.org": 4},
        first_at="2026-11-23T12:00:00Z",
        last_at="2026-11-23T13:00:00Z",
    )
    finding = one(tmp_path, make.host(first, name="mx1"), make.host(second, name="mx2"))

    assert finding["id"] == "microsoft_365/ip/203.0.113.7/ip_blocklisted_receiver"
    assert finding["hosts"] == ["mx1", "mx2"]
    assert finding["counts"] == {"bounced": 3, "deferred": 4, "expired": 1, "recipients": 7}
    assert finding["first_at"] == "2026-11-23T12:00:00+00:00"
    assert finding["last_at"] == "2026-11-24T00:10:00+09:00"
    assert finding["receivers"] == [
        {
            "slug": "microsoft_365",
            "hosts": ["mx1", "mx2"],
            "counts": finding["counts"],
            "recipient_domains": {"example.org": 4, "example.com": 3},
            "by_hour": None,
        }
    ]
    assert finding["evidence"] == [make.FBLW15]
    assert (finding["confidence"], finding["requestable"]) == ("high", True)


def test_refusals_of_all_hosts_are_added_up_by_hour(tmp_path):
    first = make.group(by_hour={"begins_at": "2026-11-24T00:00:00+09:00", "counts": [1, 2]})
    second = make.group(by_hour={"begins_at": "2026-11-23T16:00:00Z", "counts": [5]})
    (receiver,) = one(tmp_path, make.host(first, name="mx1"), make.host(second, name="mx2"))["receivers"]
    assert receiver["by_hour"] == {"begins_at": "2026-11-23T15:00:00+00:00", "counts": [1, 7]}


@pytest.mark.parametrize(
    "row",
    [[], {"counts": [1]}, {"begins_at": "now", "counts": [1]}, {"begins_at": "2026-11-24T00:00:00Z", "counts": ["1"]}],
)
def test_a_row_of_hours_that_is_none_makes_its_reply_malformed(tmp_path, row):
    made = diagnose(make.write(tmp_path / "evidence", make.host(make.group(by_hour=row), make.group(make.FBLW15))))
    assert [note["code"] for note in made["notes"]] == ["reply_malformed"]
    assert made["findings"][0]["counts"]["bounced"] == 1


def test_many_receivers_share_one_list_finding(tmp_path):
    groups = [make.group(ZEN, relay) for relay in ("mx.example.net", "mx.example.org", make.M365)]
    finding = one(tmp_path, make.host(*groups))

    assert (finding["receiver"], finding["list"]) == (None, "spamhaus_zen")
    assert [entry["slug"] for entry in finding["receivers"]] == ["example.net", "example.org", "microsoft_365"]
    assert finding["remedy"]["channel"] == "at_list"


def test_a_receiver_that_nobody_knows_has_its_domain(tmp_path):
    finding = one(tmp_path, make.host(make.group("550 5.7.1 gone fishing", "mx7.mail.example.co.jp")))

    assert (finding["receiver"], finding["cause"], finding["rules"]) == ("example.co.jp", "unclassified", [])


def test_noise_of_receivers_that_nobody_knows_is_one_finding_a_host(tmp_path):
    noise = [make.group("550 5.1.1 User unknown", f"mx.example{number}.net") for number in range(5)]
    finding = one(tmp_path, make.host(*noise))

    assert (finding["id"], finding["receiver"]) == ("other/none/mx1/recipient_invalid", None)
    assert len(finding["receivers"]) == 5


def test_findings_without_a_subject_are_told_by_host(tmp_path):
    noise = make.group(
        "550 5.1.1 The email account that you tried to reach does not exist - gsmtp", "aspmx.l.google.com"
    )
    found = findings(tmp_path, make.host(noise, name="mx1"), make.host(noise, name="mx2"))

    assert [finding["id"] for finding in found] == [f"gmail/none/mx{number}/recipient_invalid" for number in (1, 2)]


def test_what_blocks_the_sender_comes_first(tmp_path):
    found = findings(
        tmp_path,
        make.host(
            make.group("550 5.1.1 User unknown", "mx.example.net", outcomes={"bounced": 999}),
            make.group(TSS04, YAHOO),
            make.group(ZEN, "mx.example.net", outcomes={"bounced": 5}),
            make.group(),
        ),
    )

    assert [finding["cause"] for finding in found] == [
        "ip_blocklisted_dnsbl",
        "ip_blocklisted_receiver",
        "ip_reputation_deferred",
        "recipient_invalid",
    ]


@pytest.mark.parametrize(
    ("fields", "delivered", "opens"),
    [
        ({"outcomes": {"deferred": 9}, "recipients": 9}, [], False),  # ten minutes
        ({"outcomes": {"deferred": 9}, "recipients": 9, "last_at": "2026-11-24T03:00:00+09:00"}, [], True),
        ({"outcomes": {"deferred": 9}, "recipients": 2, "last_at": "2026-11-24T03:00:00+09:00"}, [], False),
        (
            {"outcomes": {"deferred": 9}, "recipients": 9, "last_at": "2026-11-24T03:00:00+09:00"},
            [
                {
                    "relay_host": "mta7.am0.yahoodns.net",
                    "service": "smtp",
                    "count": 1,
                    "last_at": "2026-11-24T02:00:00+09:00",
                }
            ],
            False,
        ),
        ({"outcomes": {"expired": 1}}, [], True),
        ({"outcomes": {"bounced": 1}}, [], True),
    ],
    ids=["short", "long", "few", "still delivered", "expired", "bounced"],
)
def test_a_deferral_becomes_a_case_by_its_history(tmp_path, fields, delivered, opens):
    finding = one(tmp_path, make.host(make.group(TSS04, YAHOO, **fields), delivered=delivered))

    assert finding["opens_case"] is opens


def test_expired_is_never_a_class(tmp_path):
    finding = one(tmp_path, make.host(make.group(TSS04, YAHOO, outcomes={"expired": 7})))

    assert finding["cause"] == "ip_reputation_deferred"
    assert finding["counts"]["expired"] == 7


def test_broken_files_are_notes_and_the_rest_is_diagnosed(tmp_path):
    folder = make.write(tmp_path / "evidence", make.host(make.group()))
    (folder / "cut.json").write_text('{"schema": 1, "host": "cu')
    (folder / "old.json").write_text('{"schema": 0, "host": "x", "replies": []}')
    (folder / "list.json").write_text("[]")
    (folder / "partial.json").write_text(json.dumps(make.host({"text": "550"}, make.group(), name="mx2")))
    result = diagnose(folder)

    assert [finding["hosts"] for finding in result["findings"]] == [["mx1", "mx2"]]
    assert [(note["path"], note["code"]) for note in result["notes"]] == [
        ("cut.json", "evidence_not_json"),
        ("list.json", "evidence_malformed"),
        ("old.json", "evidence_malformed"),
        ("partial.json", "reply_malformed"),
    ]
    assert all(note["en"] and note["ja"] for note in result["notes"])


def test_no_evidence_gives_no_findings(tmp_path):
    assert diagnose(tmp_path / "nowhere") == {
        "schema": 1,
        "findings": [],
        "notes": [],
        "addresses": [],
        "domains": [],
        "helo": {},
        "rates": {},
    }


def test_the_addresses_of_the_fleet_are_those_configured_and_those_believed(tmp_path):
    stranger = make.group("550 5.7.1 [45.60.1.7] is blocked using FBLW15", make.M365)
    hosts = [
        make.host(make.group(), name="mx1"),
        make.host(stranger, name="mx2", configured=("198.51.100.9", "10.0.0.1", "::ffff:198.51.100.10", "rubbish")),
    ]
    found = diagnose(make.write(tmp_path / "evidence", *hosts))
    assert found["addresses"] == ["198.51.100.10", "198.51.100.9", "203.0.113.7"]
    assert found["domains"] == []


def test_hosts_say_how_their_addresses_greet(tmp_path):
    looks = [{"helo": "mx1.example.jp"}]
    hosts = [
        make.host(configured=("203.0.113.7",), lint=looks),
        make.host(
            name="mx2", configured=("203.0.113.9",), lint=[{"helo": "mx2.example.jp"}, {"helo": "other.example.jp"}]
        ),
        make.host(name="mx3", configured=("203.0.113.10",), lint=None),
        make.host(name="mx4", configured=("203.0.113.11",), lint=looks),
        make.host(name="mx5", configured=("203.0.113.11",), lint=[{"helo": "mx5.example.jp"}]),
    ]
    assert diagnose(make.write(tmp_path, *hosts))["helo"] == {"203.0.113.7": "mx1.example.jp"}


def test_a_domain_that_is_refused_is_to_be_asked_about(tmp_path):
    text = "554 5.7.1 Service unavailable; Sender address [news@example.jp] blocked using dbl.spamhaus.org"
    found = diagnose(make.write(tmp_path / "evidence", make.host(make.group(text, "mx.example.net"))))
    assert found["domains"] == ["example.jp"]


def test_the_result_is_the_same_every_time_and_fits_its_schema(tmp_path):
    hosts = [
        make.host(make.group(), make.group(ZEN, "mx.example.net"), make.group(TSS04, YAHOO), name=f"mx{number}")
        for number in range(4)
    ]
    folder = make.write(tmp_path / "evidence", *hosts)
    result = diagnose(folder)

    assert json.dumps(result) == json.dumps(diagnose(folder))
    assert misfits(result, "findings.json") == []


def test_evidence_is_bounded(tmp_path):
    groups = [make.group(f"{make.FBLW15} {number} {'x' * 5000}") for number in range(20)]
    finding = one(tmp_path, make.host(*groups))

    assert len(finding["evidence"]) == 5
    assert all(len(text) == 1000 for text in finding["evidence"])


def test_slugs_are_file_names_and_tell_findings_apart(tmp_path):
    hostile = make.host(make.group("550 5.7.1 gone fishing", "mx.example.net"), name="../../etc/passwd")
    hostile["host"] = "evil/../../x"
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(hostile))
    (finding,) = diagnose(folder)["findings"]

    assert finding["slug"].replace("-", "").isalnum()
