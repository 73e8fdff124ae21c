# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook incident and the DNS: whatever happens, the incident is told, and what is unknown has its cause."""

from __future__ import annotations

import json
import socket
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.integration.test_incident import (
    FBLW15,
    INCIDENT,
    SAMPLE,
    finding_of,
    folder_of,
    screen_of,
    summary_of,
)
from ansible_collections.postmaster.delist.tests.integration.test_incident_bad_input import WORDS, line
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import (
    ScriptedServer,
    answer,
    rcode,
)
from ansible_collections.postmaster.delist.tools import example_dns

KEY = "qzxkeykeykey4321"
NAME = "7.113.0.203"
ZONES = ["zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org"]
BLOCKED = line("550 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using FBLW15")

Incident = t.Callable[..., Run]


@pytest.fixture(scope="module")
def played() -> t.Iterator[int]:
    """The port of the sample's DNS, where 203.0.113.7 is clean and Barracuda refuses."""
    with example_dns.serving(example_dns.read(SAMPLE / "dns.yml.txt")) as port:
        yield port


@pytest.fixture
def refusing() -> t.Iterator[ScriptedServer]:
    """A resolver that ordinary names get answers from, and no list does."""
    with ScriptedServer() as server:
        for zone in ZONES:
            for point in ("1.0.0.127", "2.0.0.127", NAME):
                server.on(f"{point}.{zone}", rcode("REFUSED"))
        yield server


@pytest.fixture
def incident(run_playbook: t.Callable[..., Run], tmp_path: Path) -> Incident:
    """Runs over mx1, with one reply in its log, and mx2, which is only there to be asked from."""
    (tmp_path / "mail.log").write_bytes(BLOCKED)
    hosts = {"mx1": {"evidence_paths": [str(tmp_path / "mail.log")], "ansible_become": False}, "mx2": {}}

    def run(*, mx2: dict[str, t.Any] | None = None, **variables: t.Any) -> Run:
        given = {
            "ansible_connection": "local",
            **WORDS,
            "diagnosis_dns": True,
            "diagnosis_dns_server": ["127.0.0.1"],
            "diagnosis_vantage_server": ["127.0.0.1"],
            "diagnosis_dns_timeout": 1.0,
            "diagnosis_dns_max_seconds": 3.0,
            "diagnosis_lists": ZONES,
            "diagnosis_allow_documentation": True,
            **variables,
        }
        inventory = {"all": {"hosts": hosts | {"mx2": mx2 or {}}, "vars": given}}
        return run_playbook(INCIDENT, inventory=inventory, limit="mx1", args=variables.pop("args", ()))

    return run


def told(run: Run) -> str:
    """What the screen says of lists, as one text."""
    lines = screen_of(run)
    begin = next(number for number, text in enumerate(lines) if text.startswith("LISTS "))
    end = next(number for number, text in enumerate(lines) if text.startswith(("HOLD ", "REPORT ")))
    return " ".join(text.strip() for text in lines[begin:end])


def asked_from(run: Run) -> dict[str, str]:
    lists = json.loads((folder_of(run) / "listings.json").read_text(encoding="utf-8"))["lists"]
    return {row["zone"]: f"{row['health']} from {row['from']}" for row in lists}


def test_no_network_is_unknown_and_the_finding_stays(incident: Incident) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        run = incident(diagnosis_dns_port=silent.getsockname()[1])
    assert told(run) == "LISTS   clean on 0 of 3 lists | unknown 3: no answer 3"
    assert finding_of(run, FBLW15)["listings"] == []
    policy = summary_of(run)["policy"]
    assert (policy["passed"], policy["reasons"]) == (True, [])
    assert {row["cause_of_unknown"] for row in summary_of(run)["listings_not_clean"]} == {"timeout"}


def test_a_resolver_that_refuses_is_unknown_and_the_finding_stays(incident: Incident, refusing: ScriptedServer) -> None:
    run = incident(diagnosis_dns_port=refusing.port, diagnosis_max_unknown=50)
    assert told(run).startswith("LISTS   clean on 0 of 3 lists | unknown 3: refused 3 from controller: 100.0 % stay")
    assert finding_of(run, FBLW15)["listings"] == []
    assert summary_of(run)["policy"]["passed"] is True


def test_what_refuses_the_controller_is_asked_from_the_mail_host(
    incident: Incident, refusing: ScriptedServer, played: int
) -> None:
    refusing.healthy("bl.spamcop.net")
    refusing.on("1.0.0.127.bl.spamcop.net", rcode("NXDOMAIN"))
    refusing.on(f"{NAME}.bl.spamcop.net", rcode("NXDOMAIN"))
    run = incident(
        diagnosis_dns_port=refusing.port, diagnosis_vantage_port=played, diagnosis_dnsbl_from=["controller", "mx2"]
    )
    assert asked_from(run) == {
        "zen.spamhaus.org": "healthy from mx2",
        "bl.spamcop.net": "healthy from controller",
        "b.barracudacentral.org": "refused from controller",
    }
    assert "1 that did not serve controller asked from mx2" in told(run)
    assert "no listing found | clean on 2 of 3 lists" in told(run)
    assert run.of("Ask the lists that refused from the second place").data["changed"] is False


def test_a_mail_host_alone_may_be_asked_from(incident: Incident, played: int) -> None:
    run = incident(diagnosis_vantage_port=played, diagnosis_dns_port=1, diagnosis_dnsbl_from="mx2")
    assert asked_from(run)["zen.spamhaus.org"] == "healthy from mx2"
    assert finding_of(run, FBLW15)["blockers"] == []


def test_a_mail_host_without_dnspython_says_so(incident: Incident, refusing: ScriptedServer, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    run = incident(
        mx2={"ansible_python_interpreter": str(python)},
        diagnosis_dns_port=refusing.port,
        diagnosis_dnsbl_from=["controller", "mx2"],
    )
    reason = run.of("Ask the lists that refused from the second place").data["msg"]
    assert reason.startswith(f"dnspython >= 2.3 is missing for {sys.executable} on")
    # The screen cuts a long reason, here for the path of this checkout's Python, in its middle.
    assert "from mx2: dnspython >= 2.3 is missing for" in told(run)
    assert "Debian has it as python3-dnspython, pip as dnspython" in told(run)
    assert set(asked_from(run).values()) == {"refused from controller"}
    assert summary_of(run)["policy"]["passed"] is True


def test_a_host_that_cannot_be_reached_says_so(incident: Incident, refusing: ScriptedServer) -> None:
    run = incident(
        mx2={"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
        diagnosis_dns_port=refusing.port,
        diagnosis_dnsbl_from=["controller", "mx2"],
    )
    assert "from mx2: " in told(run)
    assert "Connection refused" in told(run)
    assert summary_of(run)["hosts"] == {"ok": ["mx1"], "failed": [], "unreachable": []}


def test_the_controller_asks_as_itself_whatever_the_inventory_says_of_hosts(incident: Incident, played: int) -> None:
    run = incident(diagnosis_dns_port=played, ansible_become=True, ansible_become_exe="/nonexistent/sudo")
    assert asked_from(run)["zen.spamhaus.org"] == "healthy from controller"


def test_switched_off_nobody_is_asked_and_nothing_said(incident: Incident) -> None:
    run = incident(diagnosis_dns=False)
    assert not any(text.startswith("LISTS") for text in screen_of(run))
    assert "listings" not in finding_of(run, FBLW15)
    assert not (folder_of(run) / "listings.json").exists()


def test_a_key_is_found_nowhere(run_playbook: t.Callable[..., Run], tmp_path: Path) -> None:
    """Neither in stdout, stderr nor log at -vvvv, nor in results, fact cache, nor in the folder of the run."""
    zone = f"{KEY}.zen.dq.spamhaus.net"
    (tmp_path / "mail.log").write_bytes(BLOCKED)
    with ScriptedServer() as server:
        server.healthy(zone)
        server.on(f"{NAME}.{zone}", answer("127.0.0.3"))
        server.on(f"{NAME}.{zone}", answer(f'"listed, see {KEY}"', kind="TXT"), "TXT")
        given = {
            "evidence_paths": [str(tmp_path / "mail.log")],
            **WORDS,
            "diagnosis_dns": True,
            "diagnosis_dns_server": ["127.0.0.1"],
            "diagnosis_dns_port": server.port,
            "diagnosis_keys": {"spamhaus_dqs": KEY},
            "diagnosis_lists": ["zen.dq.spamhaus.net"],
            "diagnosis_allow_documentation": True,
        }
        run = run_playbook(
            INCIDENT,
            inventory={"all": {"hosts": {"mx1": {"ansible_connection": "local"}}, "vars": given}},
            args=["-vvvv", "--diff"],
            env={
                "ANSIBLE_CACHE_PLUGIN": "jsonfile",
                "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "cache"),
                "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
                "ANSIBLE_INJECT_FACT_VARS": "true",
            },
        )
        assert (f"{NAME}.{zone}", "TXT") in server.asked
    (row,) = finding_of(run, FBLW15)["listings"]
    assert (row["zone"], row["reason"]) == ("zen.dq.spamhaus.net", "listed, see <key>")
    assert KEY not in run.stdout
    assert KEY not in run.stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "inventory.yml"]
    assert {"log", "listings.json", "findings.json", "report.md", "summary.json"} <= {path.name for path in kept}
    assert any(path.name.startswith("results-") for path in kept)
    assert [path for path in kept if KEY in path.read_text(encoding="utf-8", errors="replace")] == []


def test_a_malformed_key_is_named_without_being_shown(incident: Incident, played: int) -> None:
    key = KEY + ".and more"
    run = incident(
        diagnosis_dns_port=played, diagnosis_lists=["zen.dq.spamhaus.net"], diagnosis_keys={"spamhaus_dqs": key}
    )
    assert "from controller: the key for zen.dq.spamhaus.net is not 8 to 63 letters and digits" in told(run)
    assert KEY not in run.stdout + run.stderr
    assert finding_of(run, FBLW15)["list_state"] is None
