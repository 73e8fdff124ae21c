# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each way in which a receiver can refuse, at each stage, as a real Postfix words it and as bounce_info counts it."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.integration import mail_host
from ansible_collections.postmaster.delist.tests.integration.mail_host import EGRESS, PAIR, STAGES, MailHost
from ansible_collections.postmaster.delist.tests.integration.refusing_smtp import HANG_UP, SILENCE

pytestmark = pytest.mark.skipif(bool(mail_host.why_not()), reason=f"a real mail host {mail_host.why_not()}")

SOFT = "451 4.7.1 [{ip}] not now"
HARD = "550 5.7.1 [{ip}] never"
# The receiver's stage, and what it is called in evidence.
CALLED = {
    "greeting": "greeting",
    "EHLO": "HELO",
    "MAIL": "MAIL FROM",
    "RCPT": "RCPT TO",
    "DATA": "DATA",
    "END": "end of DATA",
}
ANSWERS = {"soft": SOFT, "hard": HARD, "lost": HANG_UP, "timeout": SILENCE}
FIRST_PORT = 2501
# A domain for each, which is sent to a port of its own.
WAYS = [(stage, answer) for answer in ANSWERS for stage in CALLED]


class Way(t.NamedTuple):
    """What evidence says of one domain."""

    stage: str | None
    shape: str
    code: int | None
    outcomes: dict[str, int]


def refusal(stage: str, answer: str) -> tuple[str, str]:
    reply = ANSWERS[answer]
    return stage, reply if reply in (HANG_UP, SILENCE) else f"{reply}, at {stage}"


def domain_of(stage: str, answer: str) -> str:
    return f"{stage.lower()}-{answer}.example"


def expected(stage: str, answer: str) -> Way:
    if answer in ("lost", "timeout"):
        return Way(CALLED[stage], answer, None, {"deferred": 1})
    # Postfix defers whatever a greeting says.
    outcome = "bounced" if answer == "hard" and stage != "greeting" else "deferred"
    code = 550 if answer == "hard" else 451
    if stage in ("greeting", "EHLO"):  # Postfix has one sentence for both
        return Way("greeting", "refused", code, {outcome: 1})
    return Way(CALLED[stage], "said", code, {outcome: 1})


@pytest.fixture(scope="module")
def host() -> t.Iterator[MailHost]:
    with mail_host.running(journal=False) as running:
        ports = {way: str(FIRST_PORT + number) for number, way in enumerate(WAYS)}
        receivers = [part for way, port in ports.items() for part in (port, *refusal(*way))]
        running.receive(STAGES[1], *receivers)
        # The first of two mail exchangers refuses, the second one takes what comes.
        first, second = PAIR[1]
        running.receive(first, "2601", "greeting", HANG_UP, "2602", "RCPT", SILENCE, "2603", "MAIL", SOFT)
        running.receive(second, "2601", "never", "", "2602", "never", "", "2603", "never", "")
        maps = [f"{domain_of(*way)}=smtp:[{STAGES[0]}]:{port}" for way, port in ports.items()]
        maps += [f"pair{port}.example=smtp:[{PAIR[0]}]:{port}" for port in (2601, 2602, 2603)]
        maps += [f"softbounce.example=softbounce:[{STAGES[0]}]:{ports['RCPT', 'hard']}"]
        running.run(
            *("postconf", "-e"),
            f"transport_maps=inline:{{ {', '.join(maps)} }}",
            "initial_destination_concurrency=1",  # one failure, and a destination rests
            "smtp_randomize_addresses=no",
            *(f"smtp_{what}_timeout=2s" for what in ("helo", "mail", "rcpt", "data_init", "data_done")),
        )
        running.run("postconf", "-M", "softbounce/unix=softbounce unix - - n - - smtp -o soft_bounce=yes")
        running.run("postfix", "reload")
        send_all(running)
        yield running


def send_all(host: MailHost) -> None:
    for stage, answer in WAYS:
        host.send(f"u@{domain_of(stage, answer)}")
    for name in ("pair2601", "pair2602", "pair2603", "softbounce"):
        host.send(f"u@{name}.example")
    settle(host, "to=<u@", len(WAYS) + 4)
    # To destinations that rest now.
    host.send(f"later@{domain_of('greeting', 'lost')}")
    settle(host, "to=<later@", 1)
    # A question, no mail.
    host.run("sendmail", "-bv", "-f", "me@example.jp", f"probe@{domain_of('RCPT', 'hard')}")
    settle(host, "to=<probe@", 1)
    give_up(host)


def give_up(host: MailHost) -> None:
    """Expire one message by hand, and let another one grow too old."""
    queue = [json.loads(line) for line in host.run("postqueue", "-j").splitlines()]
    waiting = {message["recipients"][0]["address"]: message["queue_id"] for message in queue}
    host.run("postsuper", "-e", waiting[f"u@{domain_of('MAIL', 'soft')}"])
    host.run("postqueue", "-i", waiting[f"u@{domain_of('MAIL', 'soft')}"])
    settle(host, "status=force-expired", 1)
    host.run("postconf", "-e", "maximal_queue_lifetime=1s")
    host.run("postfix", "reload")
    host.run("postqueue", "-i", waiting[f"u@{domain_of('RCPT', 'soft')}"])
    settle(host, "status=expired", 1)


def settle(host: MailHost, words: str, number: int) -> None:
    log = host.folder / "log" / "postfix.log"
    host.settle(seen=lambda: log.exists() and log.read_text(encoding="utf-8").count(words) >= number)


@pytest.fixture(scope="module")
def evidence(host: MailHost) -> dict[str, t.Any]:
    return host.gather()


def of_domain(evidence: dict[str, t.Any], domain: str) -> dict[str, t.Any]:
    (reply,) = [reply for reply in evidence["replies"] if domain in reply["recipient_domains"]]
    return reply


def way_of(reply: dict[str, t.Any]) -> Way:
    outcomes = {name: number for name, number in reply["outcomes"].items() if number}
    return Way(reply["stage"], reply["shape"], reply["code"], outcomes)


TOLD_ELSEWHERE = {
    ("MAIL", "soft"),  # expired
    ("RCPT", "soft"),
    ("RCPT", "hard"),  # SOFTBOUNCE, address probe
    ("greeting", "lost"),  # suspended
}


@pytest.mark.parametrize(("stage", "answer"), [way for way in WAYS if way not in TOLD_ELSEWHERE])
def test_a_refusal_is_told_with_its_stage_and_code(evidence: dict[str, t.Any], stage: str, answer: str) -> None:
    reply = of_domain(evidence, domain_of(stage, answer))
    assert way_of(reply) == expected(stage, answer)
    assert (reply["relay_host"], reply["relay_ips"]) == (STAGES[0], [STAGES[1]])
    assert reply["named_ips"] == ([EGRESS] if answer in ("soft", "hard") else [])


def test_a_destination_that_rests_repeats_a_reason_that_counts_apart(evidence: dict[str, t.Any]) -> None:
    reply = of_domain(evidence, domain_of("greeting", "lost"))
    assert way_of(reply) == Way("greeting", "lost", None, {"deferred": 1, "suspended": 1})
    assert reply["recipients"] == 2


def test_soft_bounces_are_deferred_and_a_probe_is_no_mail(evidence: dict[str, t.Any]) -> None:
    reply = of_domain(evidence, "softbounce.example")
    assert way_of(reply) == Way(
        "RCPT TO", "said", 550, {"bounced": 1, "deferred": 1, "soft_bounced": 1, "undeliverable": 1}
    )
    assert reply["recipient_domains"] == {domain_of("RCPT", "hard"): 1, "softbounce.example": 1}


@pytest.mark.parametrize(("stage", "tries"), [("MAIL", 1), ("RCPT", 2)])
def test_mail_given_up_by_hand_or_by_age_is_expired(evidence: dict[str, t.Any], stage: str, tries: int) -> None:
    reply = of_domain(evidence, domain_of(stage, "soft"))
    assert way_of(reply)[:3] == (CALLED[stage], "said", 451)
    assert (reply["outcomes"]["deferred"], reply["outcomes"]["expired"]) == (tries, 1)


def test_what_an_earlier_mail_exchanger_did_is_evidence_without_mail(evidence: dict[str, t.Any]) -> None:
    earlier = [reply for reply in evidence["replies"] if reply["relay_ips"] == [PAIR[1][0]]]
    assert sorted(map(way_of, earlier), key=str) == [
        Way("MAIL FROM", "said", 451, {"non_final": 1}),
        Way("RCPT TO", "timeout", None, {"non_final": 1}),
        Way("greeting", "lost", None, {"non_final": 1}),
    ]
    assert [reply["recipients"] for reply in earlier] == [0, 0, 0]
    (delivered,) = [one for one in evidence["delivered"] if one["relay_host"] == PAIR[0]]
    assert delivered["count"] == 3


def test_every_line_is_understood_and_counts_once(evidence: dict[str, t.Any]) -> None:
    totals, outcomes = evidence["totals"], [reply["outcomes"] for reply in evidence["replies"]]
    lines = ("bounced", "deferred", "suspended", "undeliverable", "non_final")
    assert totals["lines_unparsed"] == 0
    expired_messages = 2
    counted = sum(one.get(name, 0) for one in outcomes for name in lines)
    assert totals["lines_matched"] == counted + expired_messages
