# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ships, and what a site lays over it."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import KnowledgeError, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import expand_codes, expand_enhanced
from ansible_collections.postmaster.delist.plugins.plugin_utils._recognise._recognise import Recogniser
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import knowledge_factory as make


def test_the_shipped_directory_is_as_wide_as_promised():
    known = load()

    assert len(known.receivers) >= 45
    assert len(known.rules) >= 180
    assert len(known.causes) == 15
    assert {rule.list for rule in known.rules} - {None} <= set(known.lists)


def test_rules_and_parties_know_each_other():
    known = load()

    assert all(known.party(rule.owner) for rule in known.rules)
    assert known.party("microsoft_365").owns("sender.office.com")
    assert not known.party("microsoft_365").owns("office.com.evil.example")
    with pytest.raises(KeyError):
        known.party("nobody")


@pytest.mark.parametrize(
    ("relay", "receiver"),
    [
        ("example-com.mail.protection.outlook.com", "microsoft_365"),
        ("outlook-com.olc.protection.outlook.com", "outlook_com"),
        ("GMAIL-SMTP-IN.l.google.com.", "gmail"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("mx00.t-online.de", "t_online"),
        ("mx00.t-online.de.evil.example", None),
        ("mx.example.net", None),
        ("", None),
        (None, None),
    ],
)
def test_a_relay_belongs_to_its_receiver(relay, receiver):
    assert load().receiver_of(relay) == receiver


def test_a_site_adds_a_receiver(tmp_path):
    known = load([make.write(tmp_path, make.receiver(make.rule()))])

    assert known.receiver_of("mx.acme.example") == "acme"
    assert Recogniser(known).recognise("550 XYZ1", relay="mx.acme.example").rule.name == "acme/blocked"
    assert "microsoft_365" in known.receivers


def test_a_site_adds_a_rule_a_channel_and_a_relay_to_a_shipped_receiver(tmp_path):
    own = {
        "schema": 1,
        "slug": "gmail",
        "relays": ["gateway.google.com"],
        "sources": make.SOURCES,
        "channels": {"desk": {"channel": "form", "url": "https://support.google.com/desk", **make.CHECKED}},
        "rules": [make.rule("own", remedy="desk")],
    }
    shipped, known = load(), load([make.write(tmp_path, own)])

    assert known.receiver_of("gateway.google.com") == "gmail"
    assert len(known.receivers["gmail"].rules) == len(shipped.receivers["gmail"].rules) + 1
    assert set(known.receivers["gmail"].channels) == {*shipped.receivers["gmail"].channels, "desk"}
    assert known.receivers["gmail"].name == shipped.receivers["gmail"].name


def test_a_site_replaces_a_rule_of_the_same_id(tmp_path):
    shipped = load()
    name = shipped.receivers["gmail"].rules[0].id
    own = {
        "schema": 1,
        "slug": "gmail",
        "relays": [],
        "sources": make.SOURCES,
        "rules": [make.rule(name, remedy="wait")],
    }
    known = load([make.write(tmp_path, own)])

    assert len(known.rules) == len(shipped.rules)
    assert next(rule for rule in known.receivers["gmail"].rules if rule.id == name).tokens == ("XYZ1",)


def test_of_two_sites_the_later_wins(tmp_path):
    first = make.write(tmp_path / "a", make.receiver(make.rule(tokens=("FIRST1",))))
    second = make.write(tmp_path / "b", make.receiver(make.rule(tokens=("SECOND2",))))

    assert load([first, second]).receivers["acme"].rules[0].tokens == ("SECOND2",)


def test_the_rules_of_a_file_share_words_and_phrases():
    match = {
        "any_of": ["cherry", {"words": "fruit"}],
        "none_of": [{"words": "fruit"}],
        "pattern": "[0-9]{1,3} {ripe_fruit}",
    }
    phrases = {"fruit": "(apple|pear)s?", "ripe_fruit": "ripe {fruit}"}
    known = make.known(make.generic(make.rule(match=match), words={"fruit": ["apple", "pear"]}, phrases=phrases))
    (rule,) = known.rules

    assert rule.any_of == ("cherry", "apple", "pear")
    assert rule.none_of == ("apple", "pear")
    assert rule.pattern == "[0-9]{1,3} ripe (apple|pear)s?"


def test_a_site_replaces_words_of_a_shipped_file(tmp_path):
    own = {"schema": 1, "slug": "generic_servers", "words": {"our_server": ["gizmo"]}}
    known = load([make.write(tmp_path, own)])

    assert next(rule for rule in known.rules if rule.name == "generic_servers/server_refused").any_of == ("gizmo",)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (make.receiver(make.rule(cause="luck")), r"receiver.yml:\d+: rules\[0\].cause: 'luck' is not one of"),
        (make.receiver(make.rule(remedy="fax")), r"receiver.yml:\d+: rules\[0\].remedy: a key of channels"),
        (
            make.receiver(make.rule(match={"pattern": r"\d"})),
            r"receiver.yml:\d+: rules\[0\].match.pattern: only punctuation",
        ),
        ({"schema": 1, "slug": "fresh", "relays": []}, r"receiver.yml:1: 'name' is a required property"),
        (make.blocklist(make.rule(tokens=())), r"listco.yml:\d+: rules\[0\].match"),
    ],
)
def test_a_malformed_site_file_is_refused(tmp_path, file, expected):
    with pytest.raises(KnowledgeError, match=expected):
        load([make.write(tmp_path, file)])


def test_a_site_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(KnowledgeError, match="nowhere: a folder with receivers/"):
        load([tmp_path / "nowhere"])


def test_ranges_are_written_out():
    assert list(expand_codes("5xx")) == list(range(500, 600))
    assert list(expand_codes("421-423")) == [421, 422, 423]
    assert list(expand_codes("45x")) == list(range(450, 460))
    assert list(expand_enhanced("5.7.606-5.7.608")) == ["5.7.606", "5.7.607", "5.7.608"]
    assert list(expand_enhanced("5.7.1")) == ["5.7.1"]
