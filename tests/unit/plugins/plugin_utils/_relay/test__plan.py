# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._diagnose._diagnose import diagnose
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._plan import Asked, plan, senders
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._screen import screen
from ansible_collections.postmaster.delist.plugins.plugin_utils._relay._traffic import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._texts import Texts
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.evidence_factory import (
    FBLW15,
    IP,
    group,
    host,
)

UNKNOWN_USER = "550 5.1.1 <x@example.net>: Recipient address rejected: User unknown"
SPAM = "554 5.7.1 Message rejected as spam by Content Filtering."
DAY = [{"path": "/var/log/mail.log", "first_at": "2026-11-23T00:00:00+09:00", "last_at": "2026-11-24T00:00:00+09:00"}]
ACCOUNT = {
    "sandbox": False,
    "sending": True,
    "status": "HEALTHY",
    "quota": {"a_day": 50000.0, "a_second": 14.0, "sent": 0.0, "left": 50000.0},
    "senders": [{"sender": "example.jp", "verified": True, "by": "example.jp"}],
}


def blocked(bounced: int = 412, **domains: int) -> dict[str, t.Any]:
    named = {name.replace("_", "."): count for name, count in (domains or {"example_com": 300}).items()}
    return group(outcomes={"bounced": bounced, "deferred": 0}, recipients=bounced, recipient_domains=named)


@pytest.fixture
def planned(tmp_path: Path) -> t.Callable[..., dict[str, t.Any]]:
    """The plan of a fleet whose evidence is given."""

    def make(*fleet: dict[str, t.Any], account: t.Any = None, dns: t.Any = None, **asked: t.Any) -> dict[str, t.Any]:
        folder = tmp_path / "evidence"
        folder.mkdir()
        for one in fleet:
            (folder / f"{one['host']}.json").write_text(json.dumps(one), encoding="utf-8")
        names = [one["host"] for one in fleet]
        given = Asked(**{"hosts": names, "scope": "destinations", "region": "eu-central-1", **asked})
        findings = diagnose(folder)["findings"]
        return plan(findings, read(folder), given, known=load(), account=account or ACCOUNT, dns=dns)

    return make


def mx(*replies: dict[str, t.Any], name: str = "mx1", **fields: t.Any) -> dict[str, t.Any]:
    return host(*replies, name=name, configured=(IP,), **{"sources": DAY, **fields})


def codes(made: dict[str, t.Any], kind: str = "refusals") -> list[str]:
    return [one["code"] for one in made[kind]]


def test_only_the_hosts_that_are_blocked_relay_and_only_what_is_blocked(planned: t.Any) -> None:
    other = group(UNKNOWN_USER, "mx.example.net", recipient_domains={"example.net": 1})
    made = planned(mx(blocked(example_com=300, example_org=112), other), mx(other, name="mx2"))
    assert made["hosts"]["mx1"]["domains"] == ["example.com", "example.org"]
    assert made["hosts"]["mx2"] == {"relays": False, "domains": [], "recipients_a_day": 0, "receivers": []}
    assert made["relaying"] == ["mx1"]
    assert made["recipients_a_day"] == 412
    assert made["cost"] == {"currency": "USD", "a_day": 0.04}
    assert made["pace"] == {"delay": 1, "recipients": 14, "a_day": 86400}
    assert made["refusals"] == []


def test_a_rate_is_shared_with_hosts_that_are_not_in_the_play(planned: t.Any) -> None:
    assert planned(mx(blocked()), sharing=28)["pace"]["delay"] == 2


@pytest.mark.parametrize(
    ("asked", "elsewhere"),
    [
        ({}, ["mx2", "mx9"]),
        ({"scope": "all"}, ["mx2", "mx3", "mx9"]),
        ({"domains": ["example.org"]}, ["mx2", "mx3", "mx9"]),
        ({"sharing": 1}, []),
    ],
)
def test_slices_of_a_fleet_keep_to_the_rate_together(planned: t.Any, asked: t.Any, elsewhere: list[str]) -> None:
    """mx2 is blocked too, mx3 is not, of mx9 nothing is known; each would be relayed in a run of its own."""
    fine = group(UNKNOWN_USER, "mx.example.net", recipient_domains={"example.net": 1})
    fleet = mx(blocked()), mx(blocked(), name="mx2"), mx(fine, name="mx3")
    made = planned(*fleet, hosts=["mx1"], others=["mx2", "mx3", "mx9"], rate=0.5, **asked)
    assert (made["relaying"], made["elsewhere"], made["sharing"]) == (["mx1"], elsewhere, 1 + len(elsewhere))
    assert made["pace"]["delay"] == 2 * made["sharing"]
    assert ("elsewhere" in codes(made, "notes")) is bool(elsewhere)
    said = "\n".join(screen(made | {"refusals": []}, Texts("en", file="relay")))
    assert ("say relay_sharing=N" in " ".join(said.split())) is bool(elsewhere)


def test_what_is_still_delivered_there_counts_too(planned: t.Any) -> None:
    delivered = [
        {"relay_host": "example-com.mail.protection.outlook.com", "count": 588},
        {"relay_host": "mx.example.net", "count": 9000},
    ]
    made = planned(mx(blocked(), delivered=delivered))
    assert made["recipients_a_day"] == 1000


def test_all_mail_is_all_that_was_seen_in_a_day(planned: t.Any) -> None:
    half = [{**DAY[0], "first_at": "2026-11-23T12:00:00+09:00"}]
    delivered = [{"relay_host": "mx.example.net", "count": 588}]
    made = planned(mx(blocked(), delivered=delivered, sources=half), scope="all")
    assert (made["recipients_a_day"], made["domains"], made["relaying"]) == (2000, [], ["mx1"])


def test_what_anybody_could_have_written_relays_nothing(planned: t.Any) -> None:
    """A perfect line from C(logger): the address is none of ours, or the relay is not the receiver's."""
    foreign = group(FBLW15.replace(IP, "198.51.100.99"), outcomes={"bounced": 50})
    relay = group(relay="mail.evil.example", outcomes={"bounced": 50}, recipient_domains={"victim.example": 50})
    made = planned(mx(foreign, relay))
    assert made["domains"] == []
    assert codes(made) == ["no_domains"]
    assert made["not_believed"] >= 1
    assert "not_believed" in codes(made, "notes")


def test_a_log_cannot_smuggle_in_a_key(planned: t.Any) -> None:
    hostile = {"*": 9, ".com": 9, "example.com smtp:[evil.example]": 9, "a\nb.example": 9, "example.com": 9}
    made = planned(mx(group(outcomes={"bounced": 45}, recipient_domains=hostile)))
    assert made["domains"] == ["example.com"]
    assert len(made["dropped"]) == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sandbox": True}, "ses_sandbox"),
        ({"sending": False, "status": "SHUTDOWN"}, "ses_paused"),
        ({"quota": {"a_second": 14.0, "left": 411.0}}, "quota"),
        ({"senders": [{"sender": "example.jp", "verified": False, "by": None}]}, "unverified_senders"),
    ],
)
def test_an_account_that_could_not_carry_it_is_refused_unless_overridden(
    planned: t.Any, tmp_path: Path, changes: dict[str, t.Any], code: str
) -> None:
    made = planned(mx(blocked()), account={**ACCOUNT, **changes}, override=[code])
    assert [(one["code"], one["overridden"]) for one in made["refusals"]] == [(code, True)]


def test_mail_that_would_cost_the_account_its_name_is_refused(planned: t.Any) -> None:
    spam = group(SPAM, "mx.example.net", outcomes={"bounced": 60}, recipients=60)
    made = planned(mx(blocked(), spam))
    assert codes(made) == ["red_cause"]
    assert not made["refusals"][0]["overridden"]


def test_a_list_full_of_strangers_is_refused(planned: t.Any) -> None:
    strangers = group(UNKNOWN_USER, "mx.example.net", outcomes={"bounced": 40}, recipients=40)
    assert codes(planned(mx(blocked(), strangers))) == ["invalid_recipients"]


def test_a_few_of_either_are_what_everybody_has(planned: t.Any) -> None:
    few = [
        group(UNKNOWN_USER, "mx.example.net", outcomes={"bounced": 5}),
        group(SPAM, "mx.example.net", outcomes={"bounced": 5}),
    ]
    assert planned(mx(blocked(), *few))["refusals"] == []


def test_too_many_domains_are_refused(planned: t.Any) -> None:
    many = {f"d{number}.example": 1 for number in range(11)}
    made = planned(mx(group(outcomes={"bounced": 11}, recipient_domains=many)), max_domains=10)
    assert codes(made) == ["too_many_domains"]


def test_an_account_that_cannot_be_asked_is_unknown_not_fine(planned: t.Any) -> None:
    made = planned(mx(blocked()), account={"failed": True, "msg": "boto3 is not installed"})
    assert (made["rate"], made["quota_left"], made["refusals"]) == (None, None, [])
    (note,) = [one for one in made["notes"] if one["code"] == "account_unknown"]
    assert "boto3 is not installed" in note["en"]


def test_what_should_be_known_before(planned: t.Any) -> None:
    account = {**ACCOUNT, "status": "PROBATION", "senders": [
        *ACCOUNT["senders"], {"sender": "forwarded.example", "verified": False, "by": None},
    ]}  # fmt: skip
    dns = {"domains": [{"domain": "example.jp", "spf": {"covers_relays": {"amazon_ses": False}}}]}
    top = [
        {"sender": "<>", "messages": 7, "sender_domains": {"<>": 7}},
        {"sender": "*@example.jp", "messages": 9, "sender_domains": {"example.jp": 9}},
        {"sender": None, "messages": 5, "sender_domains": {}},
    ]
    made = planned(mx(blocked(), top_senders=top), account=account, dns=dns)
    assert codes(made, "notes") == ["warned", "unverified", "spf", "null_sender", "slow", "feedback"]
    assert made["senders"] == ["example.jp"]


def test_senders_given_by_hand_win_and_must_be_domains() -> None:
    asked = Asked(hosts=["mx1"], scope="all", region="x", senders=["B.example", "a.example", "{{ evil }}"])
    assert senders({}, asked) == ["a.example", "b.example"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_screen_says_it_in_both_languages_and_fits(planned: t.Any, language: str) -> None:
    made = planned(mx(blocked()), account={**ACCOUNT, "sandbox": True})
    for refusal in made["refusals"]:
        refusal["can_override"] = True
    lines = screen(made, Texts(language, file="relay"))
    text = "\n".join(lines)
    assert "ses_sandbox" in text
    assert "relay_override: [ses_sandbox]" in text
    assert "example.com" in text
    assert max(map(len, lines)) <= 100
