# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sender_dns_info under Ansible, with what the collection knows of receivers' wishes."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import ScriptedServer, answer


@pytest.fixture
def server():
    with ScriptedServer() as running:
        running.on("7.1.60.45.in-addr.arpa", answer("host-45-60-1-7.example.net.", kind="PTR"), "PTR")
        running.on("host-45-60-1-7.example.net", answer("45.60.1.7"))
        running.on("example.com", answer('"v=spf1 ip4:45.60.1.7 -all"', kind="TXT"), "TXT")
        yield running


def task(running, **more):
    options = {"addresses": ["45.60.1.7"], "domains": "example.com", "server": "127.0.0.1", "port": running.port}
    return {"name": "Look", "postmaster.delist.sender_dns_info": {**options, "timeout": 0.5, **more}}


def test_what_would_make_a_request_fail(server, run_tasks):
    found = run_tasks([task(server)]).of("Look").data
    assert found["changed"] is False
    assert found["delist_ready"] is False
    by_code = {row["code"]: row for row in found["blockers"]}
    assert set(by_code) == {"generic_ptr", "no_mx", "no_dmarc"}
    assert by_code["generic_ptr"]["subject"] == "45.60.1.7"
    assert "spamrats" in by_code["generic_ptr"]["wanted_by"]
    assert set(by_code["no_dmarc"]["text"]) == {"en", "ja"}
    assert found["domains"][0]["spf"]["covers"] == {"45.60.1.7": "pass"}
    assert found["manual"]


def test_check_mode_is_the_same(server, run_tasks):
    real, check = run_tasks([task(server)]).of("Look").data, run_tasks([task(server)], check=True).of("Look").data
    assert {**real, "invocation": None} == {**check, "invocation": None}


def test_bad_input_is_named(server, run_tasks):
    result = run_tasks([{**task(server, server="resolver.example"), "ignore_errors": True}]).of("Look")
    assert "'resolver.example' is not an IP address" in result.msg
