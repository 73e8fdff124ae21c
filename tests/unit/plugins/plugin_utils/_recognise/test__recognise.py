# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rule wins, and how the relay decides what is believed."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import load
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Fit, Recogniser
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make

RELAY = "mx1.acme.example"


def winner(using, text, **context):
    rule = using.recognise(text, **context).rule
    return rule.name if rule else None


def one_rule(**fields):
    return make.recogniser(make.receiver(make.rule(**fields)))


@pytest.mark.parametrize(
    ("tokens", "text", "holds"),
    [
        (("XYZ1",), "550 refused (XYZ1)", True),
        (("XYZ1",), "550 refused (xyz1)", True),
        (("XYZ1",), "550 refused (XYZ12)", False),
        (("XYZ1",), "550 refused (AXYZ1)", False),
        (("#CX",), "550 AUP#CX refused", True),
        (("block list",), "550 on our block  list now", True),
        (("block list",), "550 on our block lists", False),
        (("XYZ1", "block list"), "550 on our block list", False),
        (("XYZ1", "block list"), "550 on our block list XYZ1", True),
        (("weren't sent",), "550 weren\u2019t sent", True),
        (("拒否されました",), "550 このメールは拒否されました。", True),
    ],
)
def test_all_literals_must_stand_in_the_reply(tokens, text, holds):
    assert (winner(one_rule(tokens=tokens), text, relay=RELAY) == "acme/blocked") is holds


@pytest.mark.parametrize(
    ("match", "text", "holds"),
    [
        ({"any_of": ["one", "two"]}, "550 XYZ1 two", True),
        ({"any_of": ["one", "two"]}, "550 XYZ1 three", False),
        ({"none_of": ["domain"]}, "550 XYZ1 your domain", False),
        ({"none_of": ["domain"]}, "550 XYZ1 your address", True),
        ({"codes": ["5xx"]}, "550 XYZ1", True),
        ({"codes": ["5xx"]}, "421 XYZ1", False),
        ({"codes": ["421-450"]}, "430 XYZ1", True),
        ({"codes": ["5xx"]}, "XYZ1 without a code", True),
        ({"enhanced": ["5.7.606-5.7.649"]}, "550 5.7.606 XYZ1", True),
        ({"enhanced": ["5.7.606-5.7.649"]}, "550 5.7.650 XYZ1", False),
        ({"enhanced": ["5.7.606-5.7.649"]}, "550 XYZ1", False),
        ({"pattern": "XYZ1 [0-9]{2}"}, "550 xyz1 22", True),
        ({"pattern": "XYZ1 [0-9]{2}"}, "550 XYZ1 AB", False),
    ],
)
def test_the_other_conditions_refine(match, text, holds):
    assert (winner(one_rule(match=match), text, relay=RELAY) == "acme/blocked") is holds


def test_the_local_view_stands_in_for_a_missing_enhanced_code():
    using = one_rule(match={"enhanced": ["5.7.1"]})

    assert winner(using, "550 XYZ1", relay=RELAY, dsn="5.7.1") == "acme/blocked"
    assert winner(using, "550 5.1.1 XYZ1", relay=RELAY, dsn="5.7.1") is None
    assert winner(one_rule(match={"enhanced": ["5.0.0"]}), "550 XYZ1", relay=RELAY, dsn="5.0.0") is None


def test_a_stage_counts_where_it_is_known():
    using = one_rule(match={"stages": ["greeting"]})

    assert winner(using, "554 XYZ1", relay=RELAY, stage="greeting") == "acme/blocked"
    assert winner(using, "554 XYZ1", relay=RELAY) == "acme/blocked"
    assert winner(using, "554 XYZ1", relay=RELAY, stage="RCPT TO") is None


@pytest.mark.parametrize(("port", "holds"), [(587, True), (25, False), (None, False)])
def test_a_port_must_be_known(port, holds):
    using = one_rule(match={"relay_ports": [465, 587]})

    assert (winner(using, "554 XYZ1", relay=RELAY, port=port) == "acme/blocked") is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [("550 no words 5.1.1", False), ("550 5.1.1 no words", True), ("450 4.1.1 no words", False), ("no words", False)],
)
def test_a_rule_of_codes_alone_needs_the_code(text, holds):
    using = make.recogniser(make.generic(make.rule("code", tokens=(), match={"enhanced": ["5.1.1"]})))

    assert (winner(using, text) == "generic_words/code") is holds


@pytest.mark.parametrize(
    ("relay", "fit"),
    [
        ("mx1.acme.example", Fit.CERTAIN),
        ("MX1.ACME.EXAMPLE.", Fit.CERTAIN),
        ("a.b.acme.example", Fit.CERTAIN),
        ("acme.example", Fit.FOREIGN),
        ("mx1.acme.example.evil.example", Fit.FOREIGN),
        ("mx1.evilacme.example", Fit.FOREIGN),
        (None, Fit.LIKELY),
    ],
)
def test_the_relay_decides_what_is_believed(relay, fit):
    assert one_rule().recognise("550 XYZ1", relay=relay).fit is fit


def test_a_required_relay_is_required():
    using = one_rule(relay="required")

    assert winner(using, "550 XYZ1", relay=RELAY) == "acme/blocked"
    assert winner(using, "550 XYZ1") is None
    assert winner(using, "550 XYZ1", relay="mx.other.example") is None


def test_words_of_anybody_are_vague_without_the_relay_and_lose_to_generic_ones():
    using = make.recogniser(
        make.receiver(make.rule(tokens=("user unknown",))), make.generic(make.rule("unknown", tokens=("user unknown",)))
    )

    assert winner(using, "550 user unknown") == "generic_words/unknown"
    assert winner(using, "550 user unknown", relay=RELAY) == "acme/blocked"
    assert one_rule(tokens=("user unknown",)).recognise("550 user unknown").fit is Fit.VAGUE


def test_a_quoted_code_of_another_receiver_is_a_claim():
    using = make.recogniser(
        make.receiver(make.rule(tokens=("XYZ1",))), make.generic(make.rule("refused", tokens=("refused",)))
    )
    found = using.recognise("550 refused (XYZ1)", relay="mx.other.example")

    assert found.claimed.name == "acme/blocked"
    assert found.receiver is None


def test_plain_words_of_another_receiver_are_no_claim():
    using = make.recogniser(
        make.receiver(make.rule(tokens=("mailbox is not available here",))),
        make.generic(make.rule("unknown", tokens=("not available",))),
    )
    found = using.recognise("550 mailbox is not available here", relay="mx.other.example")

    assert (found.rule.name, found.claimed) == ("generic_words/unknown", None)


@pytest.mark.parametrize(
    "text", ["452 <junkmail@b.example> is full", "452 junkmail@b.example is full", "452 <a@junkmail.example>"]
)
def test_generic_words_are_not_looked_for_in_mail_addresses(text):
    using = make.recogniser(
        make.generic(make.rule(tokens=("junkmail",))),
        make.receiver(make.rule(tokens=("delist@acme.example",))),
    )
    assert winner(using, text) is None
    assert winner(using, "552 this is junkmail, it seems") == "generic_words/blocked"
    assert winner(using, "550 write to delist@acme.example", relay=RELAY) == "acme/blocked"


def test_precedence_of_causes_decides_between_rules_that_fit_alike():
    using = make.recogniser(
        make.generic(
            make.rule("content", tokens=("a very long text about spam content",), cause="content_rejected"),
            make.rule("listed", tokens=("listed",), cause="ip_blocklisted_dnsbl"),
        )
    )

    assert winner(using, "554 a very long text about spam content, listed") == "generic_words/listed"


def test_the_receivers_own_rule_wins_over_one_that_holds_at_any_relay():
    using = make.recogniser(
        make.receiver(make.rule("own", tokens=("refused",))),
        make.receiver(
            make.rule("any", tokens=("refused for a longer reason",), relay="any"),
            slug="filter",
            relays=["*.filter.example"],
        ),
    )
    assert winner(using, "554 refused for a longer reason", relay=RELAY) == "acme/own"
    assert winner(using, "554 refused for a longer reason", relay="mx.filter.example") == "filter/any"


def test_priority_comes_first_and_length_last():
    low = make.rule("low", tokens=("refused",), cause="ip_blocklisted_dnsbl", priority=-50)
    short = make.rule("short", tokens=("spam",), cause="content_rejected")
    long = make.rule("long", tokens=("spam content",), cause="content_rejected")
    using = make.recogniser(make.generic(low, short, long))

    assert winner(using, "554 refused spam content") == "generic_words/long"


def test_a_list_named_by_a_receivers_own_relay_wins_over_generic_words():
    using = make.recogniser(
        make.receiver(),
        make.blocklist(make.rule("one", tokens=("zone.listco.example",))),
        make.generic(make.rule("blocked", tokens=("blocked using",))),
    )

    assert winner(using, "554 blocked using zone.listco.example", relay=RELAY) == "listco/one"


@pytest.mark.parametrize(
    "text",
    [
        "550 part of their network i s on our block list (S31 40)",
        "550 Pleas e contact your provider (S3140)",
    ],
)
def test_words_folded_in_the_middle_are_made_whole(text):
    using = make.recogniser(make.receiver(make.rule(tokens=("S3140",), match={"any_of": ["is on our", "Please"]})))

    assert winner(using, text, relay=RELAY) == "acme/blocked"


def test_two_known_words_are_not_joined():
    using = make.recogniser(make.generic(make.rule("a", tokens=("blocklist",)), make.rule("b", tokens=("block list",))))

    assert winner(using, "550 block list") == "generic_words/b"


def test_every_cause_can_be_reached():
    known = load()

    assert {rule.cause for rule in known.rules} | {"unclassified"} == set(known.causes)


def test_rules_loaded_twice_decide_the_same():
    known = load()
    once, twice = Recogniser(known), Recogniser(known)
    twice._index = type(once._index)([*known.rules, *known.rules])

    for text in ("550 5.7.1 blocked using zen.spamhaus.org", "550 5.1.1 User unknown", "421 nothing"):
        assert winner(once, text) == winner(twice, text)
