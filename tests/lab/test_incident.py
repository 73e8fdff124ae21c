# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real mail from real hosts is refused, and the incident playbook says by whom, which address, and why."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab.handle import Lab

INCIDENT = "postmaster.delist.incident"
# (receiver, the rule whose sample it refuses with, a recipient there, cause)
REFUSALS = [
    pytest.param("microsoft_365", "fblw15", "a@contoso.com", "ip_blocklisted_receiver", id="RCPT TO"),
    pytest.param("outlook_com", "s3140", "a@outlook.com", "ip_blocklisted_receiver", id="MAIL FROM"),
    pytest.param("t_online", "bl", "a@t-online.de", "ip_blocklisted_receiver", id="greeting"),
]
READ_TODAY = ("rfc3164", "rfc3339")


def findings(folder: Path) -> list[dict[str, t.Any]]:
    return t.cast(
        "list[dict[str, t.Any]]", json.loads((folder / "out/latest/findings.json").read_text("utf-8"))["findings"]
    )


@pytest.mark.parametrize(("receiver", "rule", "recipient", "cause"), REFUSALS)
def test_every_log_tells_who_refused_and_why(lab: Lab, tmp_path: Path, receiver, rule, recipient, cause):
    hosts = [host for host in lab.hosts.values() if host.logging in READ_TODAY]
    told = lab.world.block(receiver, *hosts, rule=rule)
    for host in hosts:
        lab.mail.send(host, recipient)
    lab.mail.settle(*hosts)
    lab.run_playbook(INCIDENT, cwd=tmp_path, limit=",".join(host.name for host in hosts))
    found = findings(tmp_path)
    for host in hosts:
        one = next(finding for finding in found if finding["id"] == f"{receiver}/ip/{host.ip}/{cause}")
        assert one["hosts"] == [host.name]
        assert one["ip_source"] == "reply"
        assert one["evidence"] == [told[host.name]]
