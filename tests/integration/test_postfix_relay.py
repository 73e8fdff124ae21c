# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module postfix_relay on a real Postfix: what goes which way, what is held, and that nothing of it stays."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.postmaster.delist.tests.integration import private_postfix as private
from ansible_collections.postmaster.delist.tests.integration.relay_setting import BLOCK, PASSWORD, Setting

pytestmark = pytest.mark.skipif(private.missing() is not None, reason=private.missing() or "")


@pytest.fixture(scope="module")
def world(space: private.Namespace, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return Setting(space, tmp_path_factory.mktemp("world"))


def through(line: str) -> str:
    """Which way a log line says that a message went."""
    return "ses" if "postfix/ses/smtp" in line or f"relay={private.SES}" in line else "direct"


def test_blocked_destinations_go_through_the_relay_and_everything_comes_back(
    world: Setting, postfix: private.Instance, in_namespace: t.Callable[..., t.Any]
) -> None:
    before = postfix.files()
    options = world.options(postfix, probes=["me@outlook.com"])
    foretold = in_namespace("postfix_relay", options, check=True, args=["--diff"]).data
    assert foretold["changed"]
    assert postfix.files() == before
    assert world.ses.seen("login") == []
    done = in_namespace("postfix_relay", options, args=["--diff"]).data
    assert done["changed"]
    assert done["diff"] == foretold["diff"]

    postfix.send("a@outlook.com")
    line = postfix.outcome("a@outlook.com")
    assert (through(line), "status=sent" in line) == ("ses", True)
    postfix.send("b@gmail.com")
    assert through(postfix.outcome("b@gmail.com", "sent")) == "direct"
    postfix.send("me@outlook.com")
    assert through(postfix.outcome("me@outlook.com", "bounced")) == "direct"
    # What Amazon SES refuses stays in the queue, and its words in the log.
    postfix.send("null@outlook.com", sender="<>")
    held = postfix.outcome("null@outlook.com", "deferred")
    assert "dsn=4.0.0" in held
    assert "501 Invalid MAIL FROM address provided" in held
    postfix.send("foreign@outlook.com", sender="x@foreign.example")
    assert "554 Message rejected" in postfix.outcome("foreign@outlook.com", "deferred")
    assert [event["sender"] for event in world.ses.seen("message")] == ["info@sender.example"]

    assert not in_namespace("postfix_relay", options).data["changed"]
    gone = in_namespace("postfix_relay", {"config_directory": str(postfix.folder), "state": "absent"}).data
    assert gone["changed"]
    assert postfix.files() == before
    assert not world.run(postfix, state="absent")["changed"]


@pytest.mark.parametrize("scope", [pytest.param("all", marks=pytest.mark.nightly), "relayhost"])
def test_all_mail_goes_through_the_relay(world: Setting, postfix: private.Instance, scope: str) -> None:
    before = postfix.files()
    done = world.run(postfix, scope=scope, domains=[], probes=["me@outlook.com"])
    assert done.get("changed"), done
    for recipient, way in (("a@outlook.com", "ses"), ("b@gmail.com", "ses"), ("me@outlook.com", "direct")):
        postfix.send(recipient)
        assert through(postfix.outcome(recipient)) == way, recipient
    postfix.send("root@localhost")
    assert "postfix/discard" in postfix.outcome("root@localhost", "sent")
    postfix.send("null@gmail.com", sender="<>")
    assert "501 Invalid MAIL FROM" in postfix.outcome("null@gmail.com", "deferred")
    assert not world.run(postfix, scope=scope, domains=[], probes=["me@outlook.com"])["changed"]
    world.run(postfix, state="absent")
    assert postfix.files() == before


def test_what_is_in_the_way_is_said_and_nothing_changes(world: Setting, space: private.Namespace) -> None:
    more = "relayhost = [10.0.0.1]\nrelay_domains = lists.example\ntransport_maps = inline:{*=smtp:[10.0.0.2]}\n"
    with private.instance(space, more=more) as postfix:
        before = postfix.files()
        wrong = {
            "transport_maps sends everything (*) to smtp:[10.0.0.2]": {"scope": "all", "domains": []},
            "no domain to relay; all that were given are this host's own": {"domains": ["lists.example"]},
            "'*' cannot be a key": {"domains": ["*"]},
            "max_domains": {"domains": ["a.lists.example", "b.example"], "max_domains": 1},
            "no region": {"region": "nowhere"},
            "holds no certificate": {"ca_file": "/dev/null"},
        }
        for said, result in zip(wrong, world.runs(postfix, list(wrong.values())), strict=True):
            assert result.get("failed"), result
            assert said in result["msg"]
        assert postfix.files() == before
        done = world.run(postfix, domains=["outlook.com", "x.lists.example"])
        assert done["left_out"] == [{"domain": "x.lists.example", "parameter": "relay_domains"}]
        postfix.send("a@outlook.com")
        assert through(postfix.outcome("a@outlook.com", "sent")) == "ses"
        world.run(postfix, state="absent")
        assert postfix.files() == before


def test_an_existing_relayhost_is_kept_for_later(world: Setting, space: private.Namespace) -> None:
    with private.instance(space, more="relayhost = [10.0.0.1]\n") as postfix:
        before = postfix.files()
        wanted = {"scope": "relayhost", "domains": []}
        all_the_same = {**wanted, "override": ["existing_relayhost"]}
        calls = [wanted, {**all_the_same, "port": 465}, all_the_same, {"state": "absent"}]
        refused, everybody, done, gone = world.runs(postfix, calls)
        assert "relayhost is [10.0.0.1] already" in refused["msg"]
        assert "override: [existing_relayhost]" in refused["msg"]
        assert "begin with TLS towards everybody" in everybody["msg"]
        assert done["changed"]
        assert gone["changed"]
        assert postfix.files() == before


@pytest.mark.parametrize(
    ("account", "options", "said"),
    [
        ({"password": "another"}, {}, "535 Authentication Credentials Invalid (user and password are wrong"),
        pytest.param(
            {"say": "454 Throttling failure: Daily message quota exceeded"},
            {},
            "Daily message quota exceeded",
            marks=pytest.mark.nightly,
        ),
        pytest.param({}, {"port": 2587}, "is the port open?", marks=pytest.mark.nightly),
    ],
)
def test_a_relay_that_does_not_work_is_undone_and_mail_stays_queued(
    world: Setting, postfix: private.Instance, account: dict[str, str], options: dict[str, t.Any], said: str
) -> None:
    before = postfix.files()
    world.outlook.set(blocked=BLOCK.replace("550 5", "450 4"))
    world.ses.set(**{**world.account, **account})
    try:
        postfix.send("a@outlook.com")
        postfix.outcome("a@outlook.com", "deferred")
        result = world.run(postfix, **options)
    finally:
        world.ses.set(**world.account)
        world.outlook.set(blocked=BLOCK)
    assert said in result["msg"]
    assert "Nothing has changed" in result["msg"]
    assert PASSWORD not in result["msg"]
    assert postfix.files() == before
    assert len(postfix.queue()) == 1
