# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What customers are told: what is known, in both languages, and nothing about our inside."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make


def notices(**fields: Any) -> dict[str, str]:
    request = make.writer().write(make.finding(**fields))
    paths = request.record["notice"]
    return {language: request.files[paths[language]] for language in paths or ()}


def test_says_who_refuses_what_since_when_in_both_languages() -> None:
    english, japanese = (notices()[language] for language in ("en", "ja"))
    for said in ("Acme Mail refuses", "acme-users.example", "2026-11-24 00:12:00 UTC", "24 hours", "Example Mail Ltd."):
        assert said in english
    for said in ("アクメメール宛", "acme-users.example", "2026-11-24 00:12:00 UTC", "24時間", "Example Mail Ltd."):
        assert said in japanese
    assert make.IP not in english + japanese
    assert str(make.OPTIONS["fixed_text"]) not in english + japanese
    assert "example.com" not in english + japanese, "to whom somebody writes is nobody else's business"


def test_says_only_what_happened() -> None:
    deferred = notices(counts={"bounced": 0, "deferred": 3})["en"]
    assert "were returned to the sender" not in deferred
    assert "waiting in our queue" in deferred


def test_of_several_receivers_only_the_known_are_named() -> None:
    unknown = [{"slug": "example.net"}]
    assert "Acme Mail and other receivers refuse mail" in notices(receivers=[{"slug": "acme"}, *unknown])["en"]
    assert "some receivers refuse mail" in notices(receivers=unknown)["en"]
    assert "一部の受信側に" in notices(receivers=unknown)["ja"]


@pytest.mark.parametrize("fields", [{"confidence": "low"}, {"cause": "recipient_invalid"}])
def test_no_alarm_without_a_sure_block(fields: dict[str, Any]) -> None:
    assert notices(**fields) == {}


def test_customers_are_told_before_we_know_what_to_say_to_the_receiver() -> None:
    request = make.writer(fixed_text="").write(make.finding())
    assert request.record["refused"]["code"] == "fixed_text_missing"
    assert request.record["notice"]
