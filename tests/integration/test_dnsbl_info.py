# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""dnsbl_info under Ansible: the catalogue arrives, a key does not get out, bad input is named."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

from ansible_collections.postmaster.delist.tests.integration.harness import BIN, ROOT
from ansible_collections.postmaster.delist.tests.unit.plugins.module_utils._dns.scripted import (
    ScriptedServer,
    answer,
    rcode,
)

KEY = "qzxkeykeykey4321"
TARGET, NAME = "45.60.1.7", "7.1.60.45"


@pytest.fixture
def server():
    with ScriptedServer() as running:
        running.default = rcode("NXDOMAIN")
        for zone in ("bl.spamcop.net", f"{KEY}.zen.dq.spamhaus.net"):
            running.healthy(zone)
        running.on(f"{NAME}.bl.spamcop.net", answer("127.0.0.2"))
        running.on(f"{NAME}.{KEY}.zen.dq.spamhaus.net", answer("127.0.0.3"))
        running.on(f"{NAME}.{KEY}.zen.dq.spamhaus.net", answer(f'"{KEY} {{{{ 7 * 7 }}}}"', kind="TXT"), "TXT")
        yield running


def options(server, **more):
    return {"addresses": TARGET, "server": "127.0.0.1", "port": server.port, "timeout": 0.5, **more}


def wrapper_in(folder):
    """Another name of the same Python, for which a module is made and run."""
    wrapper = folder / "python"
    wrapper.write_text(f'#!/bin/sh\necho >> {folder}/ran\nexec {sys.executable} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return str(wrapper)


@pytest.fixture(params=["in process", "as a module"])
def interpreter(request, tmp_path):
    return sys.executable if request.param == "in process" else wrapper_in(tmp_path)


def ad_hoc(arguments, home, *more):
    done = subprocess.run(
        [str(BIN / "ansible"), "localhost", "-m", "postmaster.delist.dnsbl_info", "-a", arguments, *more],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "json",
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.partition("=>")[2])


def documented():
    source = (ROOT / "plugins" / "modules" / "dnsbl_info.py").read_text(encoding="utf-8")
    return yaml.safe_load(source.partition('RETURN = r"""')[2].partition('"""')[0])


@pytest.mark.matrix
def test_ad_hoc_gives_the_documented_shape_and_check_mode_the_same(server, tmp_path):
    """As in the README of a runbook: no more than an address, and here where to ask; all live lists are asked."""
    found = ad_hoc(f"addresses={TARGET} server=127.0.0.1 port={server.port}", tmp_path)
    returned = documented()
    assert set(found) - {"changed"} == set(returned)
    assert {name for row in found["listings"] for name in row} == set(returned["listings"]["contains"])
    assert set(found["totals"]) == set(returned["totals"]["sample"])
    assert set(found["resolver"]) == set(returned["resolver"]["sample"])
    asked = [row for row in found["lists"] if "families" in row]
    assert len(asked) > 30
    assert all(set(row) == set(returned["lists"]["sample"][0]) for row in asked)
    (row,) = (row for row in found["listings"] if row["state"] == "listed")
    assert (row["list"], row["delist"]["expires_after"]) == ("spamcop_scbl", "PT24H")
    assert set(row["delist"]) == set(returned["listings"]["sample"][0]["delist"])
    health = {zone["zone"]: zone["health"] for zone in asked}
    assert health.pop("bl.spamcop.net") == "healthy"
    assert set(health.values()) <= {"empty_or_dead", "unproven"}
    assert ad_hoc(f"addresses={TARGET} server=127.0.0.1 port={server.port}", tmp_path, "--check") == found


def test_a_target_that_is_left_out_does_not_make_the_task_skipped(server, run_tasks):
    """Ansible takes a result with C(skipped) for a task that did not run."""
    task = {"name": "Ask", "postmaster.delist.dnsbl_info": options(server, zones=["bl.spamcop.net"])}
    task["postmaster.delist.dnsbl_info"]["addresses"] = ["10.0.0.1", TARGET]
    asked = run_tasks([task]).of("Ask")
    assert asked.status == "ok"
    assert asked.data["skipped_targets"] == [{"target": "10.0.0.1", "cause": "not_global"}]


def test_check_mode_changes_nothing(server, run_tasks):
    task = {"name": "Ask", "postmaster.delist.dnsbl_info": options(server, zones=["bl.spamcop.net"])}
    real, check = run_tasks([task]).of("Ask").data, run_tasks([task], check=True).of("Ask").data
    assert {**real, "invocation": None} == {**check, "invocation": None}
    assert real["changed"] is False


def test_in_process_and_as_a_module_the_result_is_the_same(server, run_tasks, tmp_path):
    asked = options(server, zones=["bl.spamcop.net", "relays.ordb.org"], addresses=["10.0.0.1", TARGET])
    looked_at = options(server, addresses=[TARGET], domains=["example.jp"])
    tasks = [
        {"name": "Lists", "postmaster.delist.dnsbl_info": asked},
        {"name": "Sender", "postmaster.delist.sender_dns_info": looked_at},
        {"name": "No resolver", "postmaster.delist.dnsbl_info": asked | {"server": "x"}, "ignore_errors": True},
        {"name": "Too grave", "postmaster.delist.dnsbl_info": asked | {"fail_on": "low"}, "ignore_errors": True},
    ]
    here = run_tasks(tasks)
    assert not (tmp_path / "ran").exists()
    there = run_tasks([{**task, "vars": {"ansible_python_interpreter": wrapper_in(tmp_path)}} for task in tasks])
    assert (tmp_path / "ran").read_text() == "\n" * len(tasks)
    for task in tasks:
        one, other = here.of(task["name"]), there.of(task["name"])
        assert (one.status, one.data) == (other.status, other.data)


def test_a_key_is_found_nowhere(server, run_tasks, tmp_path, interpreter):
    asked = options(server, zones=["zen.dq.spamhaus.net"], keys={"spamhaus_dqs": KEY}, max_unknown=100)
    tasks = [
        {"name": "Ask", "postmaster.delist.dnsbl_info": asked, "register": "lists"},
        {"name": "Keep", "ansible.builtin.set_fact": {"kept": "{{ lists }}", "cacheable": True}},
        {
            "name": "Write",
            "ansible.builtin.copy": {"content": "{{ lists | to_json }}", "dest": str(tmp_path / "report")},
        },
        {
            "name": "Fail",
            "postmaster.delist.dnsbl_info": {**asked, "keys": {"spamhaus_dqs": KEY + ".x"}},
            "ignore_errors": True,
        },
    ]
    env = {"ANSIBLE_CACHE_PLUGIN": "jsonfile", "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "cache")}
    env["ANSIBLE_LOG_PATH"] = str(tmp_path / "log")
    tasks = [{**task, "vars": {"ansible_python_interpreter": interpreter}} for task in tasks]
    run = run_tasks(tasks, args=["-vvvv"], env=env)
    assert run.of("Ask").data["listings"][0]["list"] == "spamhaus_css"
    assert (f"{NAME}.{KEY}.zen.dq.spamhaus.net", "TXT") in server.asked
    assert KEY not in run.stdout
    assert KEY not in run.stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and not _is_play(path)]
    assert {path.name for path in kept} >= {"report", "log"}
    assert [path for path in kept if KEY in path.read_text(encoding="utf-8", errors="replace")] == []


def _is_play(path):
    """The play of a test holds the key, as a vault would."""
    return path.suffix in (".yml", ".yaml", ".json") and "hosts" in path.read_text(encoding="utf-8")[:200]


def test_a_template_in_a_reason_stays_text(server, run_tasks):
    asked = options(server, zones=["zen.dq.spamhaus.net"], keys={"spamhaus_dqs": KEY})
    tasks = [
        {"name": "Ask", "postmaster.delist.dnsbl_info": asked, "register": "lists"},
        {"name": "Say", "ansible.builtin.debug": {"msg": "{{ lists.listings[0].reason }}"}},
    ]
    assert run_tasks(tasks).of("Say").data["msg"].endswith("{{ 7 * 7 }}")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"zones": ["zen.spamhaus.com"]}, "zone zen.spamhaus.com is not in the catalogue"),
        ({"server": "localhost"}, "server: 'localhost' is not an IP address"),
        ({"knowledge_paths": ["/nonexistent"]}, "a folder with receivers/, blocklists/ or generic/ was expected"),
        ({"severity": "grave"}, "value of severity must be one of"),
    ],
)
def test_bad_input_is_named(server, run_tasks, more, message):
    task = {"name": "Ask", "postmaster.delist.dnsbl_info": options(server) | more, "ignore_errors": True}
    assert message in run_tasks([task]).of("Ask").msg
