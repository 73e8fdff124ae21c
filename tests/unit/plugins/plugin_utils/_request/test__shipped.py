# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each channel that ships can be asked through: a mail without defects, or a crib with its page."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest

from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED, load
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._model import Party
from ansible_collections.postmaster.delist.tests.unit.plugins.plugin_utils import request_factory as make

KNOWN = load()
ASKED = [
    pytest.param(party, key, id=f"{party.slug}/{key}")
    for party in (*KNOWN.receivers.values(), *KNOWN.blocklists.values())
    for key, channel in party.channels.items()
    if channel["channel"] in ("email", "form", "at_list")
]


def ask(party: Party, key: str, **options: Any) -> Any:
    about: dict[str, Any] = {"receiver": party.slug, "evidence": [f"550 5.7.1 [{make.IP}] refused"]}
    if party.slug in KNOWN.blocklists:
        about |= {
            "receiver": None,
            "list": next(slug for slug, entry in KNOWN.lists.items() if entry.operator == party.slug),
        }
    finding = make.finding(**about, remedy={"channel": party.channels[key]["channel"], "key": key})
    return make.writer(known=KNOWN, **options).write(finding)


@pytest.mark.parametrize(("party", "key"), ASKED)
def test_each_channel_gives_a_request(party: Party, key: str) -> None:
    request, channel = ask(party, key), party.channels[key]
    assert request.record["refusals"] == []
    assert (request.record["to"], request.record["url"]) == (channel.get("to"), channel.get("url"))
    if channel["channel"] != "email":
        assert f"<{channel['url']}>" in request.content
        return
    message: Any = email.message_from_bytes(request.content.encode("ascii"), policy=email.policy.SMTP)
    assert [*message.defects, *(defect for value in message.values() for defect in value.defects)] == []
    assert make.IP in message["Subject"]
    for said in (make.IP, make.OPTIONS["fixed_text"], "Example Mail Ltd.", request.record["case"]):
        assert said in message.get_content()


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("receivers/*/request.eml.j2")), ids=lambda path: path.parent.name)
def test_each_template_belongs_to_a_receiver_that_is_written_to(path: Any) -> None:
    party = KNOWN.receivers[path.parent.name]
    keys = [key for key, channel in party.channels.items() if channel["channel"] == "email"]
    assert keys
    own, generic = ask(party, keys[0]), ask(party, keys[0], mail_language="ja")
    assert own.content == generic.content, "a template of a receiver's own decides about the language"
