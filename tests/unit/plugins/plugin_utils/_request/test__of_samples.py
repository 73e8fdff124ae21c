# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the reply to the request: what each sample of knowledge/ leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._explain import explain
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._yaml import read
from ansible_collections.postmaster.delist.plugins.plugin_utils._run._findings import checked
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils._request.test__request import is_valid

KNOWN = load()
WRITER = make.writer(known=KNOWN, allow_documentation=True)


def findings(receiver: str) -> Iterator[Any]:
    for path in sorted(SHIPPED.glob(f"receivers/{receiver}/samples/*.yml")):
        for sample in read(path)["match"]:
            yield from explain(sample["reply"], relay=sample.get("relay"), command=sample.get("stage"))


def only(reply: str, relay: str) -> Any:
    [finding] = explain(reply, relay=relay)
    return WRITER.write(finding)


@pytest.mark.parametrize("receiver", sorted(KNOWN.receivers))
def test_each_sample_gives_a_request_or_says_why_not(receiver: str) -> None:
    for finding in checked(list(findings(receiver)), "explain"):
        record = WRITER.write(finding).record
        assert is_valid(record)
        assert record["instruction"]["en"]
        if not KNOWN.causes[finding["cause"]]["request"] or not finding["requestable"]:
            assert record["kind"] == "none"
        if record["kind"] != "none":
            assert finding["subject"]["value"]


def test_fblw15_is_a_mail_with_the_portal_as_second_way() -> None:
    reply = make.FBLW15.replace(make.IP, "203.0.113.7")
    request = only(reply, "example-com.mail.protection.outlook.com")
    assert (request.record["kind"], request.record["to"]) == ("email", "delist@messaging.microsoft.com")
    assert "203.0.113.7" in request.record["subject"]
    assert "https://sender.office.com" in request.record["instruction"]["en"]
    assert "Not certain: " in request.record["instruction"]["en"]


def test_a_banned_sending_ip_is_the_portals_form() -> None:
    reply = (
        "550 5.7.606 Access denied, banned sending IP [203.0.113.7]. To request removal from this list please visit"
        " https://sender.office.com/ and follow the directions. For more information please go to"
        " http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)"
    )
    request = only(reply, "example-com.mail.protection.outlook.com")
    assert (request.record["kind"], request.record["url"]) == ("form", "https://sender.office.com/")
    assert "### IP address" in str(request.content)


def test_user_unknown_is_neither() -> None:
    request = only("550 5.1.1 <x@example.com>: Recipient address rejected: User unknown", "mx.example.com")
    assert (request.record["kind"], dict(request.files)) == ("none", {})


def test_t_online_is_written_to_at_the_address_in_the_reply() -> None:
    reply = "554 IP=203.0.113.7 - A problem occurred. (Ask your postmaster for help or to contact"
    reply += " toxx@rx.t-online.de to clarify.) (BL)"
    assert only(reply, "mx00.t-online.de").record["to"] == "toxx@rx.t-online.de"


def test_a_token_quoted_by_another_relay_asks_nobody() -> None:
    reply = make.FBLW15.replace(make.IP, "203.0.113.7")
    record = only(reply, "mx.evil.example").record
    assert record["kind"] == "none"
    assert record["refused"]["code"] == "low_confidence"


def test_a_mail_without_the_host_name_says_that_it_is_to_be_added() -> None:
    reply = "554 IP=203.0.113.7 - A problem occurred. (Ask your postmaster for help or to contact"
    reply += " tosa@rx.t-online.de to clarify.) (BL)"
    instruction = only(reply, "mx00.t-online.de").record["instruction"]
    assert "no host name (PTR, HELO) of 203.0.113.7" in instruction["en"]
    assert "sender_names" in instruction["ja"]
