# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world outside of the mail hosts behaves as it says, and changes while running."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tests.lab import plan
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.mail import Injected


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("receiver", "rule", "recipient", "stage", "status"),
    [
        ("t_online", "bl", "a@t-online.de", "refused to talk to me", "status=deferred"),
        ("outlook_com", "s3140", "a@outlook.com", "(in reply to MAIL FROM command)", "status=bounced"),
        ("microsoft_365", "banned_ip", "a@fabrikam.com", "(in reply to RCPT TO command)", "status=bounced"),
        ("yahoo", "policy", "a@yahoo.com", "(in reply to end of DATA command)", "status=bounced"),
    ],
)
def test_a_receiver_blocks_one_host_at_its_stage_until_it_delists(lab: Lab, receiver, rule, recipient, stage, status):
    blocked, other = lab.hosts["mx1"], lab.hosts["mx2"]
    told = lab.world.block(receiver, blocked, rule=rule)
    refused, taken = lab.mail.send(blocked, recipient), lab.mail.send(other, recipient)
    lab.mail.settle(blocked, other)
    line = lab.mail.outcome(refused, recipient)
    assert stage in line
    assert status in line
    assert told["mx1"] in line
    assert "status=sent" in lab.mail.outcome(taken, recipient)

    lab.world.delist(receiver, blocked)
    again = lab.mail.send(blocked, recipient)
    lab.mail.settle(blocked)
    assert "status=sent" in lab.mail.outcome(again, recipient)


def test_the_ledger_knows_what_is_missing(lab: Lab):
    host = lab.hosts["mx1"]
    lab.world.block("microsoft_365", host, rule="fblw15")
    sent = lab.mail.send(host, "a@contoso.com", "b@gmail.com", "nouser@gmail.com")
    lab.mail.settle(host)
    assert lab.mail.missing() == [(sent.message_id, "a@contoso.com"), (sent.message_id, "nouser@gmail.com")]
    assert lab.mail.twice() == []
    bounce = lab.mail.received("home")[-1]
    assert (bounce["sender"], bounce["recipients"]) == ("", [sent.sender])


def test_a_list_has_whom_it_is_told(lab: Lab):
    host = lab.hosts["mx2"]
    lab.world.list("zen.spamhaus.org", host)
    question = ".".join(reversed(host.ip.split("."))) + ".zen.spamhaus.org"
    lab.wait(lambda: lookup(lab, question, "A") == ["127.0.0.2"], "not listed")
    assert lookup(lab, question, "TXT") == [f'"https://zen.spamhaus.org/{host.ip}"']
    lab.world.list("zen.spamhaus.org")
    lab.wait(lambda: lookup(lab, question, "A") == [], "still listed")


def test_names_are_real_and_can_be_changed(lab: Lab):
    assert lookup(lab, "contoso.com", "MX") == ["10 contoso-com.mail.protection.outlook.com."]
    assert lookup(lab, "11.100.51.198.in-addr.arpa", "PTR") == ["mx1.lab.example."]
    assert lookup(lab, "nothing.example", "A") == []
    lab.world.names([(plan.DOMAIN, "TXT", '"v=spf1 -all"')])
    assert lookup(lab, plan.DOMAIN, "TXT") == ['"v=spf1 -all"']


def test_a_reset_leaves_no_log_of_a_host_that_was_killed(lab: Lab):
    """A journal that nobody closed gets another name."""
    host, to = lab.hosts["mx4"], "a@gmail.com"
    lab.mail.outcome(settled(lab, host, to), to)
    if host.logging == "journald":
        lab.on(host, "sh", "-c", "pkill -KILL -x systemd-journal; systemctl restart systemd-journald")
    lab.mail.outcome(settled(lab, host, to), to)
    lab.reset(host)
    assert [line for line in lab.mail.log(host) if to in line] == []


def settled(lab: Lab, host: plan.Host, to: str) -> Injected:
    sent = lab.mail.send(host, to)
    lab.mail.settle(host)
    return sent


def lookup(lab: Lab, name: str, kind: str) -> list[str]:
    script = (
        "import dns.resolver, sys\n"
        "try: print(*(r.to_text() for r in dns.resolver.resolve(sys.argv[1], sys.argv[2])), sep='\\n')\n"
        "except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer): pass\n"
    )
    return lab.python(script, name, kind).splitlines()
