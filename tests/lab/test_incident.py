# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real mail from real hosts is refused, and the incident playbook says by whom, which address, and why."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab.handle import Lab

INCIDENT = "postmaster.delist.incident"
CAUSE = "ip_blocklisted_receiver"
# (receiver, the rule whose sample it refuses with, a recipient there, what becomes of mail), one at each stage.
REFUSALS = [
    ("microsoft_365", "fblw15", "a@contoso.com", "bounced"),  # RCPT TO
    ("outlook_com", "s3140", "a@outlook.com", "bounced"),  # MAIL FROM
    ("t_online", "bl", "a@t-online.de", "deferred"),  # greeting
]


@pytest.mark.smoke
def test_every_log_tells_who_refused_and_why(lab: Lab, tmp_path: Path):
    since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    hosts = list(lab.hosts.values())
    told = {receiver: lab.world.block(receiver, *hosts, rule=rule) for receiver, rule, _to, _outcome in REFUSALS}
    for host in hosts:
        lab.mail.send(host, *(recipient for _receiver, _rule, recipient, _outcome in REFUSALS), "a@gmail.com")
    lab.mail.settle(*hosts)
    run = lab.run_playbook(INCIDENT, cwd=tmp_path, extra_vars={"since": since})
    assert run.changed == 0

    found = json.loads((tmp_path / "out/latest/findings.json").read_text(encoding="utf-8"))["findings"]
    by_id = {finding["id"]: finding for finding in found}
    for host in hosts:
        for receiver, rule, _recipient, outcome in REFUSALS:
            finding = by_id[f"{receiver}/ip/{host.ip}/{CAUSE}"]
            assert finding["hosts"] == [host.name]
            assert finding["ip_source"] == "reply"
            assert finding["rules"] == [f"{receiver}/{rule}"]
            assert finding["evidence"] == [told[receiver][host.name]]
            # Each refusal is counted once, though syslog may write it to two files.
            assert finding["counts"] == {"bounced": 0, "deferred": 0, "expired": 0, "recipients": 1} | {outcome: 1}
    assert len(found) == len(hosts) * len(REFUSALS)
    if "journald" not in {host.logging for host in hosts}:
        pytest.skip("the logs in files do; no cgroups may be made here, so no host has systemd and only the journal")


def test_a_blocked_host_is_looked_up_in_the_lists(lab: Lab, tmp_path: Path):
    listed, clean = lab.hosts["mx1"], lab.hosts["mx2"]
    lab.world.list("zen.spamhaus.org", listed)
    lab.world.block("microsoft_365", listed, clean, rule="fblw15")
    for host in (listed, clean):
        lab.mail.send(host, "a@contoso.com")
    lab.mail.settle(listed, clean)
    run = lab.run_playbook(INCIDENT, cwd=tmp_path, limit="mx1,mx2")
    assert f"{listed.ip} on Spamhaus SBL" in run.stdout
    told = json.loads((tmp_path / "out/latest/listings.json").read_text(encoding="utf-8"))
    assert [(one["target"], one["zone"], one["state"]) for one in told["listings"]] == [
        (listed.ip, "zen.spamhaus.org", "listed")
    ]
