# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.postmaster.delist.plugins.module_utils._evidence import _postfix
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._privacy import Privacy
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._programs import Unusable
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._queue import Queue
from ansible_collections.postmaster.delist.plugins.module_utils._evidence._speech import Listener
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._evidence.recorded import (
    Recorded,
    postconf,
    postfix,
)

NOW = 1795521600  # 2026-11-24T12:00:00Z
BLOCKED = (
    "host example-com.mail.protection.outlook.com[198.51.100.36] said: 451 4.7.650 The mail server [203.0.113.7] has"
    " been temporarily rate limited due to IP reputation. (S775) (in reply to MAIL FROM command)"
)
TIMEOUT = "connect to mx.example.net[198.51.100.99]:25: Connection timed out"


def message(
    *recipients: tuple[str, str | None], hours_ago: float = 1, queue: str = "deferred", sender: str = "me@example.jp"
) -> str:
    """One line of postqueue -j."""
    shown = [{"address": address, **({"delay_reason": reason} if reason else {})} for address, reason in recipients]
    return (
        json.dumps(
            {
                "queue_name": queue,
                "queue_id": "4jYZnW4fJCzJsFZ",
                "arrival_time": int(NOW - hours_ago * 3600),
                "message_size": 258,
                "forced_expire": False,
                "sender": sender,
                "recipients": shown,
            }
        )
        + "\n"
    )


def read(*lines: str, max_groups: int = 100, mode: str = "domains") -> dict[str, t.Any]:
    programs = Recorded(postconf=postconf(postfix()), postqueue="".join(lines))
    (instance,) = _postfix.instances(programs, None)[0]
    queue = Queue(max_groups, now=NOW)
    queue.read(programs, instance)
    assert ("postqueue", "-c", "/etc/postfix", "-j") in programs.asked
    return queue.rendered(Privacy(mode))


def test_an_empty_queue() -> None:
    assert read()["messages"] == 0
    assert read()["oldest_at"] is None


def test_the_reason_has_the_signature_that_the_log_has() -> None:
    (group,) = read(message(("u@example.com", BLOCKED)))["by_signature"]
    logged = Listener().hear(b"postfix/smtp", None, BLOCKED.encode() + b")")[0].key
    assert (group["signature"], group["relay_host"]) == (logged.signature, logged.relay_host)
    assert group["relay_host"] == "example-com.mail.protection.outlook.com"
    assert (group["code"], group["enhanced"], group["stage"]) == (451, "4.7.650", "MAIL FROM")
    assert group["named_ips"] == ["203.0.113.7"]


def test_messages_and_recipients_are_counted_by_queue_and_reason() -> None:
    queue = read(
        message(("a@example.com", BLOCKED), ("b@example.org", BLOCKED), hours_ago=3),
        message(("c@example.com", BLOCKED), ("d@example.net", TIMEOUT)),
        message(("e@example.net", None), queue="active"),
    )
    assert (queue["messages"], queue["recipients"]) == (3, 5)
    assert queue["by_queue"] == {"active": 1, "deferred": 2}
    blocked, timeout = queue["by_signature"]
    assert (blocked["messages"], blocked["recipients"]) == (2, 3)
    assert blocked["recipient_domains"] == {"example.com": 2, "example.org": 1}
    assert blocked["oldest_at"] == queue["oldest_at"]
    assert (timeout["messages"], timeout["code"]) == (1, None)


def test_what_is_near_the_end_of_its_lifetime_is_counted() -> None:
    expiring = read(
        message(("a@example.com", BLOCKED), hours_ago=4.5 * 24),
        message(("b@example.com", BLOCKED), hours_ago=24),
        message(("me@example.jp", TIMEOUT), hours_ago=4.9 * 24, sender="MAILER-DAEMON"),
    )["expiring"]
    assert expiring["messages"] == 2
    assert expiring["within_seconds"] == 86400
    assert expiring["next_at"] is not None


def test_local_parts_stay_on_the_host() -> None:
    said = BLOCKED.replace("[203.0.113.7]", "for secret.person@example.com")
    queue = read(message(("secret.person@example.com", said)))
    assert "secret" not in json.dumps(queue)
    assert read(message(("secret.person@example.com", said)), mode="none")["by_signature"][0]["recipient_domains"] == {}


def test_the_most_frequent_reasons_are_kept() -> None:
    reasons = [
        message(("u@example.com", f"host mx[198.51.100.36] said: 550 {'x' * number}")) for number in range(1, 60)
    ]
    queue = read(*reasons, message(("u@example.com", BLOCKED)), message(("u@example.com", BLOCKED)), max_groups=5)
    assert len(queue["by_signature"]) == 5
    assert queue["by_signature"][0]["messages"] == 2
    assert queue["messages"] == 61


def aged(arrived: str) -> str:
    return message(("a@example.com", BLOCKED)).replace(str(NOW - 3600), arrived).strip()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '{"queue_name": 1}',
        '{"arrival_time": "x"}',
        "[" * 5000,
        *map(aged, ("1e400", "-1", "99999999999999999999")),
    ],
)
def test_what_is_no_message_is_counted_apart(line: str) -> None:
    programs = Recorded(postconf=postconf(postfix()), postqueue=f"{line}\n{message(('a@example.com', BLOCKED))}")
    queue = Queue(10, now=NOW)
    queue.read(programs, _postfix.instances(programs, None)[0][0])
    assert queue.rendered(Privacy("domains"))["messages"] == 1
    assert queue.unparsed == 1


def test_a_queue_that_cannot_be_asked_says_why() -> None:
    programs = Recorded(postconf=postconf(postfix()), postqueue=Unusable("postqueue failed: mail system is down"))
    with pytest.raises(Unusable, match="down"):
        Queue(10, now=NOW).read(programs, _postfix.instances(programs, None)[0][0])
