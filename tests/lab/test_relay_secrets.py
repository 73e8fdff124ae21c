# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The password of Amazon SES, over real ssh: it is seen nowhere, and no server gets it that cannot prove its name."""

from __future__ import annotations

import json
import subprocess
import threading
import typing as t
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.lab import plan, running
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

RELAY = {"domains": ["contoso.com"], "region": "us-east-1", "user": SES_USER, "password": SES_PASSWORD, "rate": 14}
# The arguments of every process of the lab (the controller's and, further below, each host's) until told to stop.
WATCH = """
import glob, sys, threading
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
seen, looks = set(), 0
while not stop.is_set():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                seen.add(file.read())
        except OSError:
            pass
    looks += 1
    stop.wait(0.02)
sys.stdout.buffer.write(b"%d looks\\n" % looks + b"\\n".join(seen))
"""


@contextmanager
def arguments_watched(lab: Lab) -> t.Iterator[t.Callable[[], bytes]]:
    command = [*running.enter(lab.place), "python3", "-c", WATCH]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as watcher:
        yield lambda: watcher.communicate(timeout=30)[0]


def test_the_password_is_seen_nowhere(lab: Lab, tmp_path: Path):
    story = Story(lab, tmp_path, lab.hosts["mx1"], lab.hosts["mx4"])
    tasks = [{"name": "Relay", "postmaster.delist.postfix_relay": RELAY}]
    with arguments_watched(lab) as seen:
        run = story.run(tasks, args=["-vvvv", "--diff"])
        arguments = seen()
    assert run.changed == len(story.hosts)
    assert b"AnsiballZ" in arguments or b"ansible" in arguments
    assert SES_PASSWORD.encode() not in arguments
    assert SES_PASSWORD not in run.stdout + run.stderr
    story.send("a@contoso.com")
    assert [entry["login"] for entry in lab.mail.received("ses")] == [SES_USER] * len(story.hosts)

    on_controller = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "playbook.yml"]
    assert [path for path in on_controller if SES_PASSWORD.encode() in path.read_bytes()] == []
    for host in story.hosts:
        found = lab.on(host, "sh", "-c", f"grep -rlaF '{SES_PASSWORD}' /etc /var /root /tmp /run || :").split()
        assert found == ["/etc/postfix/postmaster-delist/ses_passwd"]
        assert lab.on(host, "stat", "-c", "%a %U", found[0]).split() == ["600", "root"]
        assert SES_PASSWORD not in "\n".join(lab.mail.log(host))
        assert SES_PASSWORD not in lab.on(host, "sh", "-c", "journalctl --no-pager 2>/dev/null || :")


def test_a_controller_that_is_killed_leaves_no_password_on_the_host(lab: Lab, tmp_path: Path):
    """Where a site has no pipelining, Ansible puts a module and its options into a file, and removes it at the end."""
    host = lab.hosts["mx1"]
    vault = tmp_path / "vault.yml"
    variables = {
        "relay_region": "us-east-1",
        "relay_domains": ["contoso.com"],
        "relay_watch_seconds": 5,
        "confirm": "yes",
    }
    account = {"relay_user": SES_USER, "relay_password": SES_PASSWORD, "relay_ask_account": False}
    vault.write_text(json.dumps({**variables, **account}), encoding="utf-8")
    # The name of ssh alone counts more than the common one.
    inventory = tmp_path / "more.yml"
    inventory.write_text(json.dumps({"all": {"vars": {"ansible_ssh_pipelining": False}}}), encoding="utf-8")
    arguments = ["-e", f"@{vault}", "-i", str(inventory)]
    options = {"cwd": tmp_path, "limit": "mx1", "args": arguments, "env": {"ANSIBLE_PIPELINING": "false"}}
    operator = threading.Thread(target=lambda: lab.run_playbook("postmaster.delist.relay", **options))
    operator.start()
    lab.wait(lambda: lab.on(host, "ls", "/etc/postfix", said="").count("postmaster-delist"), "nothing is changed", 60)
    found = lab.on(host, "sh", "-c", f"grep -rlaF '{SES_PASSWORD}' /root /tmp /var/tmp || :")
    operator.join()
    assert found == ""


@pytest.mark.parametrize("certificate", ["unknown", "wrong_name"])
def test_a_hostile_policy_of_the_host_sends_no_password_to_an_unproven_server(lab: Lab, tmp_path: Path, certificate):
    host = lab.hosts["mx1"]
    trusting = f"inline:{{[{plan.SES_NAME}]:587=encrypt, {plan.SES_NAME}=encrypt}}"
    lab.on(host, "postconf", "-e", f"smtp_tls_policy_maps={trusting}", "smtp_tls_security_level=encrypt")
    story = Story(lab, tmp_path, host)
    lab.world.set("ses", certificate=certificate)
    refused = story.run([{"name": "Relay", "postmaster.delist.postfix_relay": RELAY}], rc=None)
    assert refused.rc == 2
    assert story.state() == story.before

    unasked = {**RELAY, "verify": False}
    story.run([{"name": "Relay", "postmaster.delist.postfix_relay": unasked}])
    sent = story.send("a@contoso.com")
    story.became(sent, "a@contoso.com", "status=deferred", "dsn=4.7.5")
    assert lab.mail.seen("ses") == []
