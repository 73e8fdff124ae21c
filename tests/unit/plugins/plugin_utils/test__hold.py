# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._postfix._hold_table import (
    NotHeld,
    conditions,
    dsn,
    render,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils import _hold as hold
from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._postfix import regexp_table
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils.schemas import misfits

RELAY = "outlook-com.olc.protection.outlook.com"
S3140 = (
    "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider "
    "since part of their network is on our block list (S3140)."
)
FBLW15 = (
    "550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15; To request removal from this list "
    "please forward this message to delist@messaging.microsoft.com"
)


def found(text=S3140, *, relay=RELAY, hosts=("mx1",), **changes):
    finding = explain(text, relay=relay)[0]
    return {**finding, "hosts": list(hosts), "relay_hosts": [relay], "evidence": [text], **changes}


def chosen(*findings, host="mx1", **asked):
    return hold.choose(findings, load(), host=host, asked=hold.Asked(**asked))


def names(choice):
    return [rule["name"] for rule in choice.rules if rule["hold"]]


def test_facts_have_their_form():
    assert misfits(hold.facts(), "hold.json") == []
    assert set(hold.facts()["causes"]) < set(load().causes)


def test_a_block_is_held():
    choice = chosen(found())
    assert names(choice) == ["outlook_com/s3140"]
    assert choice.replies[0]["dsn"] == dsn(S3140, relay=RELAY, stage=None)
    rule = next(rule for rule in choice.rules if rule["hold"])
    assert "*.olc.protection.outlook.com" in rule["relays"]
    assert choice.near_misses
    assert choice.skipped == []


def test_only_of_this_host():
    assert names(chosen(found(hosts=["mx2"]))) == []
    assert names(chosen(found(hosts=["mx2"]), everywhere=True)) == ["outlook_com/s3140"]


def test_what_cannot_be_believed_changes_nothing():
    quoted = found(relay="mx.evil.example")
    assert quoted["confidence"] == "low"
    choice = chosen(quoted)
    assert (choice.rules, choice.literals, choice.replies) == ([], [], [])
    assert "cannot be believed" in choice.skipped[0]["reason"]


def test_by_receiver():
    microsoft = found(FBLW15, relay="example-com.mail.protection.outlook.com")
    assert names(chosen(found(), microsoft, receivers=("microsoft_365",))) == ["microsoft_365/fblw15"]
    assert names(chosen(found(), microsoft)) == ["microsoft_365/fblw15", "outlook_com/s3140"]


def test_a_reply_about_a_list_is_held_at_any_receiver_unless_some_are_named():
    listed = "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using zen.spamhaus.org"
    finding = found(listed, relay="mx.example.org", receivers=[{"slug": "example.org", "hosts": ["mx1"]}])
    rules = [rule for rule in chosen(finding).rules if rule["hold"]]
    assert [rule["relays"] for rule in rules] == [[]]
    rules = [rule for rule in chosen(finding, receivers=("example.org",)).rules if rule["hold"]]
    assert [rule["relays"] for rule in rules] == [["*.example.org", "example.org"]]


def test_refusals_of_recipients_are_near_misses():
    unknown = found("550 5.1.1 <*@outlook.com>: Recipient address rejected: User unknown")
    choice = chosen(unknown, found())
    assert names(choice) == ["outlook_com/s3140"]
    assert any("User unknown" in miss and RELAY in miss for miss in choice.near_misses)


def test_what_no_rule_knows_is_named():
    choice = chosen(found("550 5.7.1 Quuxified by the frobnicator"))
    assert choice.rules == []
    assert "hold_signatures" in choice.skipped[0]["reason"]


def test_deferrals_need_no_hold():
    choice = chosen(
        found("451 4.7.650 The mail server [203.0.113.7] has been temporarily rate limited due to IP reputation.")
    )
    assert choice.rules == []
    assert "only deferred" in choice.skipped[0]["reason"]


def test_signatures():
    choice = chosen(signatures=("554 5.7.1 Refused by our new filter",), receivers=("outlook_com",))
    assert [each["text"] for each in choice.literals] == ["554 5.7.1 Refused by our new filter"]
    assert "*.olc.protection.outlook.com" in choice.literals[0]["relays"]
    assert choice.near_misses


def _samples():
    """All replies of the knowledge, as Postfix looks them up, each with the rule that the diagnosis finds."""
    known = load()
    recogniser = Recogniser(known)
    for slug, folders in known.folders.items():
        for path in sorted(path for folder in folders for path in folder.glob("samples/*.yml")):
            for sample in read(path).get("match") or ():
                relays = known.receivers[slug].relays if slug in known.receivers else ()
                relay = sample.get("relay") or (relays[0].replace("*", "mx") if relays else "mx.example.net")
                reply = " ".join(sample["reply"].split())
                rule = recogniser.recognise(reply, relay=relay, stage=sample.get("stage")).rule
                if rule is not None:
                    stage = sample.get("stage") or next(iter(sorted(rule.stages)), None)
                    yield dsn(reply, relay=relay, stage=stage), rule


def test_the_table_reads_all_samples_as_the_diagnosis_does(tmp_path):
    """With every rule in it, it holds what the diagnosis takes for a block and nothing else."""
    known = load()
    choice = hold._Choice(known, hold.Asked())
    rules = []
    for rule in known.rules:
        data = choice._data(rule, hold=rule.cause in choice.causes)
        try:
            conditions(data)
        except NotHeld:
            continue
        rules.append(data)
    table = render(sorted(rules, key=lambda rule: (rule["rank"], rule["name"])), [])
    samples = [(key, rule) for key, rule in _samples() if key.startswith("5")]
    answers = regexp_table.with_postfix(tmp_path, table, [key for key, _rule in samples])
    if answers is None:
        pytest.skip("no postmap on this machine")
    rendered = {rule["name"] for rule in rules}
    wrong = [
        (rule.name, key)
        for key, rule in samples
        if answers.get(key, "").startswith("4") != (rule.cause in choice.causes) and rule.name in rendered
    ]
    assert wrong == []
    assert len(samples) > 400


def _generic_examples(kind):
    """What stands with the confident rules that are in the files of no receiver: each reply with its rule's name."""
    rules = {rule.name: rule for rule in load().rules}
    for path in sorted((SHIPPED / "generic").glob("*.yml")):
        document = read(path)
        for data in document["rules"]:
            rule = rules[f"{document['slug']}/{data['id']}"]
            if rule.cause in hold.facts()["causes"] and rule.confidence != "low":
                stage = next(iter(sorted(rule.stages)), None)
                for example in data.get(kind) or ():
                    if example.get("cause") in hold.facts()["causes"] or not example["reply"].isascii():
                        continue
                    key = dsn(" ".join(example["reply"].split()), relay="in.example.net", stage=stage)
                    if key.startswith("5"):
                        yield rule, key


def test_a_rule_of_nobody_holds_its_own_replies_and_none_that_only_look_alike(tmp_path):
    """Each in a table of its own, as it stands in one when it is the only one found."""
    examples = [(*each, True) for each in _generic_examples("samples")]
    examples += [(*each, False) for each in _generic_examples("near_misses")]
    choice = hold._Choice(load(), hold.Asked())
    wrong, tried = [], set()
    for rule, key, is_held in examples:
        data = choice._data(rule, hold=True)
        try:
            table = render([data], [])
        except NotHeld:
            continue
        answers = regexp_table.with_postfix(tmp_path, table, [key])
        if answers is None:
            pytest.skip("no postmap on this machine")
        tried.add(rule.name)
        if answers.get(key, "").startswith("4") != is_held:
            wrong.append((rule.name, key, is_held))
    assert wrong == []
    assert {"generic_sentences/server_listed", "generic_sentences/server_on_list"} <= tried


def _findings_of(slug, folders):
    """Every sample of a party as a finding of its own."""
    relays = load().receivers[slug].relays if slug in load().receivers else ()
    for path in sorted(path for folder in folders for path in folder.glob("samples/*.yml")):
        for sample in read(path).get("match") or ():
            relay = sample.get("relay") or (relays[0].replace("*", "mx") if relays else "mx.example.net")
            reply = " ".join(sample["reply"].split())
            for finding in explain(reply, relay=relay)[:1]:
                seen = {"hosts": ["mx1"], "relay_hosts": [relay], "evidence": [reply]}
                yield {**finding, **seen, "stage": sample.get("stage") or finding.get("stage")}


def test_no_hold_is_refused_because_of_what_has_to_bounce(tmp_path):
    """Whatever is found of a party at once: the rules of its blocks let its other refusals bounce."""
    wrong, parties = [], 0
    for slug, folders in load().folders.items():
        choice = chosen(*_findings_of(slug, folders))
        if not names(choice):
            continue
        answers = regexp_table.with_postfix(tmp_path, render(choice.rules, []), choice.near_misses)
        if answers is None:
            pytest.skip("no postmap on this machine")
        parties += 1
        wrong += [(slug, miss) for miss in choice.near_misses if answers.get(miss, "").startswith("4")]
    assert wrong == []
    assert parties > 30


def test_whoever_reads_of_a_refusal_that_a_hold_keeps_is_told_to_hold_first() -> None:
    causes = read(SHIPPED / "causes.yml")["causes"]
    bouncing = [name for name in hold.facts()["causes"] if causes[name]["persistence"] == "permanent"]
    assert bouncing
    assert {name: causes[name]["steps"][0].get("action") for name in bouncing} == dict.fromkeys(bouncing, "hold")
