# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._hold_table import NotHeld, dsn, render
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix import regexp_table

OUTLOOK = "outlook-com.olc.protection.outlook.com"
S3140 = "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. It is on our block list (S3140)."


def rule(**conditions):
    empty = {"tokens": [], "any_of": [], "none_of": [], "pattern": None, "codes": [], "enhanced": [], "stages": []}
    return {"name": "outlook_com/s3140", "hold": True, "rank": [0], "relays": [], **empty, **conditions}


@pytest.fixture
def answers(tmp_path):
    """Both the model of Postfix's tables and, where there is one, Postfix itself; they have to agree."""

    def ask(rules, literals, *keys):
        table = render(rules, literals)
        modelled = regexp_table.lookup(table, keys)
        real = regexp_table.with_postfix(tmp_path, table, keys)
        assert real in (None, modelled)
        return [modelled.get(key) for key in keys]

    return ask


def said(text, *, relay=OUTLOOK, stage="RCPT TO"):
    return dsn(text, relay=relay, stage=stage)


def test_dsn_is_what_postfix_looks_up():
    assert said(S3140) == f"5.7.1 host {OUTLOOK}[192.0.2.1] said: {S3140} (in reply to RCPT TO command)"
    assert (
        said("550 SC-001 no", stage="greeting")
        == f"5.0.0 host {OUTLOOK}[192.0.2.1] refused to talk to me: 550 SC-001 no"
    )
    assert said("421 4.7.0 later").startswith("4.7.0 host ")


def test_only_the_class_changes(answers):
    key = said(S3140)
    assert answers([rule(any_of=["S3140"])], [], key) == ["4" + key[1:]]


@pytest.mark.parametrize(
    ("conditions", "text", "held"),
    [
        ({"any_of": ["S3140", "AS3140"]}, S3140, True),
        ({"any_of": ["S3150"]}, S3140, False),
        ({"any_of": ["3140"]}, S3140, False),
        ({"tokens": ["block list", "UNFORTUNATELY"]}, S3140, True),
        ({"tokens": ["block list", "other"]}, S3140, False),
        ({"tokens": ["block list"], "none_of": ["S3140"]}, S3140, False),
        ({"tokens": ["block list"], "none_of": ["S3150"]}, S3140, True),
        ({"tokens": ["weren't sent"]}, S3140.replace("'", "&#39;"), True),
        ({"tokens": ["weren't sent"]}, S3140.replace("'", "\u2019"), True),
        ({"tokens": ["weren't sent"]}, S3140.replace("'", "???"), True),
        ({"tokens": ["is on our block list"]}, "550-5.7.1 It is 550-5.7.1 on our 550 5.7.1 block list", True),
        ({"tokens": ["(x) [y] {z} a+b a*b c? d|e ^f $g h.i"]}, "550 (x) [y] {z} a+b a*b c? d|e ^f $g h.i", True),
        ({"tokens": ["h.i"]}, "550 hxi", False),
        ({"tokens": ["http://x.example/a?b=c"]}, "550 see http://x.example/a?b=c", True),
        ({"tokens": ["back\\slash"]}, "550 back\\slash", True),
        ({"tokens": ["\u9001\u4fe1\u62d2\u5426"]}, "550 \u9001\u4fe1\u62d2\u5426", True),
        ({"tokens": ["\u9001\u4fe1\u62d2\u5426"]}, "550 ????????????", True),
        ({"tokens": ["S3140"], "codes": [550, 554]}, S3140, True),
        ({"tokens": ["S3140"], "codes": [554]}, S3140, False),
        ({"tokens": ["S3140"], "codes": list(range(500, 600))}, S3140, True),
        ({"tokens": ["S3140"], "enhanced": ["5.7.1"]}, S3140, True),
        ({"tokens": ["S3140"], "enhanced": ["5.7.10", "4.7.1"]}, S3140, False),
        ({"tokens": ["S3140"], "stages": ["RCPT TO", "DATA"]}, S3140, True),
        ({"tokens": ["S3140"], "stages": ["HELO"]}, S3140, False),
        ({"pattern": "\\(S31[0-9]{2}\\)"}, S3140, True),
        ({"pattern": "^(550 ?)?5\\.7\\.1 Unfort"}, S3140, True),
        ({"pattern": "^5\\.7\\.1 Unfort"}, S3140, False),
        ({"tokens": ["S3140"], "relays": ["*.olc.protection.outlook.com"]}, S3140, True),
        ({"tokens": ["S3140"], "relays": ["*.example.net", "outlook.com"]}, S3140, False),
    ],
)
def test_a_rule_reads_a_reply_as_the_diagnosis_does(answers, conditions, text, held):
    assert [answer is not None for answer in answers([rule(**conditions)], [], said(text))] == [held]


def test_a_relay_is_the_server_that_spoke(answers):
    bound = rule(tokens=["S3140"], relays=["*.outlook.com"])
    quoted = f"550 5.7.1 host mx.outlook.com[192.0.2.9] said: {S3140}"
    assert answers([bound], [], said(quoted, relay="mx.evil.example")) == [None]


def test_the_greeting(answers):
    key = said("550 SC-001 no", stage="greeting")
    assert answers([rule(tokens=["SC-001"], stages=["greeting"])], [], key) == ["4" + key[1:]]


def test_a_guard_lets_mail_bounce(answers):
    guard = rule(name="outlook_com/user", hold=False, tokens=["User unknown"])
    key = said("550 5.7.1 User unknown (S3140)")
    assert answers([guard, rule(any_of=["S3140"])], [], key, said(S3140)) == [key, "4" + said(S3140)[1:]]


def test_deferrals_are_not_touched(answers):
    assert answers([rule(tokens=["S3140"])], [], said("451 4.7.500 later (S3140)")) == [None]


@pytest.mark.parametrize(
    "conditions",
    [{}, {"relays": ["*.x.example"]}, {"tokens": ["x"], "codes": [421]}, {"tokens": ["x"], "enhanced": ["4.7.1"]},
     {"pattern": "blocked$"}, {"tokens": ["x"], "relay_ports": [587]}],
)  # fmt: skip
def test_what_can_hold_nothing_is_refused(conditions):
    with pytest.raises(NotHeld):
        render([rule(**conditions)], [])


FILTER = "550 5.7.1 Refused by our new filter"
ODD = "550 5.7.1 (a|b)* [c] $d ^e \\d http://x/ refused outright"


@pytest.mark.parametrize(
    ("text", "reply", "held"),
    [
        (FILTER, FILTER, True),
        (FILTER, FILTER.lower(), True),
        (FILTER, f"{FILTER}, user unknown", False),
        (FILTER, "550 5.7.2 Refused by our new filter", False),
        ("550 5.7.1 Refused [192.0.2.7] by policy 4FxQ2T1Abcz7", "550 5.7.1 Refused [::9] by policy 4FxQ99Acz7", True),
        (ODD, ODD, True),
        ("550 5.7.1 .+ refused outright here", "550 5.7.1 completely refused outright here", False),
        ("550-5.7.1 Refused by our\n550 5.7.1 new filter", "550-5.7.1 Refused by our 550 5.7.1 new filter", True),
    ],
)  # fmt: skip
def test_a_literal(answers, text, reply, held):
    """Only what the diagnosis takes for a variable may differ."""
    assert [answer is not None for answer in answers([], [{"text": text, "relays": []}], said(reply))] == [held]


@pytest.mark.parametrize(
    "text", ["", "550", "550 5.7.1 *", "451 4.7.1 come back later please", "no code here at all", "550 a b"]
)
def test_a_literal_that_says_too_little(text):
    with pytest.raises(NotHeld):
        render([], [{"text": text, "relays": []}])


def test_a_cut_literal_has_no_end(answers):
    cut = {"text": "550 5.7.1 Refused by our new fil", "relays": [], "is_cut": True}
    assert answers([], [cut], said("550 5.7.1 Refused by our new filter")) != [None]


@pytest.mark.parametrize(
    "between", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\0", "\x1b[2J", "\n ", "\t"]
)
def test_a_name_is_only_ever_a_comment(between):
    table = render([rule(name=f"acme/x{between}/^5(.*)$/ 4$1", tokens=["S3140"])], []).decode()
    plain = render([rule(name="acme/x", tokens=["S3140"])], []).decode()
    (named,) = set(table.splitlines()) - set(plain.splitlines())
    assert named.startswith("# acme/x?")
    assert named.isascii()
    assert named.isprintable()
    assert table.replace(named, "# acme/x") == plain


def test_a_name_does_not_make_a_line_of_any_length():
    assert max(map(len, render([rule(name="x" * 10_000, tokens=["S3140"])], []).decode().splitlines())) < 1000
