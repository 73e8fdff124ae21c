# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real mail from real hosts is refused, and the incident playbook says by whom, which address, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab.handle import Lab

INCIDENT = "postmaster.delist.incident"
CAUSE = "ip_blocklisted_receiver"
# (receiver, the rule whose sample it refuses with, a recipient there), one at each stage.
REFUSALS = [
    ("microsoft_365", "fblw15", "a@contoso.com"),  # RCPT TO
    ("outlook_com", "s3140", "a@outlook.com"),  # MAIL FROM
    ("t_online", "bl", "a@t-online.de"),  # greeting
]
READ_TODAY = ("rfc3164", "rfc3339")


@pytest.mark.smoke
def test_every_log_tells_who_refused_and_why(lab: Lab, tmp_path: Path):
    hosts = [host for host in lab.hosts.values() if host.logging in READ_TODAY]
    told = {receiver: lab.world.block(receiver, *hosts, rule=rule) for receiver, rule, _to in REFUSALS}
    for host in hosts:
        lab.mail.send(host, *(recipient for _receiver, _rule, recipient in REFUSALS), "a@gmail.com")
    lab.mail.settle(*hosts)
    run = lab.run_playbook(INCIDENT, cwd=tmp_path, limit=",".join(host.name for host in hosts))
    assert run.changed == 0

    found = json.loads((tmp_path / "out/latest/findings.json").read_text(encoding="utf-8"))["findings"]
    by_id = {finding["id"]: finding for finding in found}
    for host in hosts:
        for receiver, rule, _recipient in REFUSALS:
            finding = by_id[f"{receiver}/ip/{host.ip}/{CAUSE}"]
            assert finding["hosts"] == [host.name]
            assert finding["ip_source"] == "reply"
            assert finding["rules"] == [f"{receiver}/{rule}"]
            assert finding["evidence"] == [told[receiver][host.name]]
            assert finding["counts"]["recipients"] == 1
    assert len(found) == len(hosts) * len(REFUSALS)
