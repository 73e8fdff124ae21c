# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import socket
import threading
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.postmaster.delist.tools import play


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, ""),
        ({"LANGUAGE": "ja"}, "ja"),
        ({"LANGUAGE": "ja:en"}, "ja"),
        ({"LANGUAGE": "en_US:en", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, ""),
        ({"LANG": "de_DE.UTF-8"}, ""),
        ({"LANGUAGE": "en", "LANG": "ja_JP.UTF-8"}, "en"),
    ],
)
def test_language(monkeypatch, environment, language):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert play.language() == language


def test_command_keeps_words_whole(monkeypatch):
    monkeypatch.setenv("ARGS", "--ask-become-pass -e 'a=b c'")
    line = play.command("incident", "-l", "mx*:!mx3", since="2026-11-24 09:00", language="")
    assert line[1:4] == ["postmaster.delist.incident", "-l", "mx*:!mx3"]
    assert json.loads(line[5]) == {"since": "2026-11-24 09:00"}
    assert line[6:] == ["--ask-become-pass", "-e", "a=b c"]


@pytest.mark.parametrize("inventory", ["", "inventory.example", "inventory.example/hosts.yml"])
def test_the_sample_has_no_mail_server_to_hold_mail_on(monkeypatch, capsys, inventory):
    monkeypatch.chdir(play.ROOT)
    monkeypatch.setenv("INVENTORY", inventory)
    monkeypatch.setattr(play.subprocess, "run", lambda *_command, **_options: pytest.fail("something was run"))
    assert play.hold() == 2
    assert "make hold INVENTORY=hosts.yml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "given"), [({}, {}), ({"RUN": "r1", "CONFIRM": "yes"}, {"run": "r1", "confirm": "yes"})]
)
def test_a_hold_is_only_planned_unless_confirmed(monkeypatch, tmp_path, environment, given):
    for name, value in {"INVENTORY": str(tmp_path), "LIMIT": "mx1", "LANGUAGE": "ja", **environment}.items():
        monkeypatch.setenv(name, value)
    ran = []
    monkeypatch.setattr(
        play.subprocess, "run", lambda line, **_options: ran.append(line) or SimpleNamespace(returncode=2)
    )
    assert play.hold() == 2
    assert ran[0][1:6] == ["postmaster.delist.hold", "-i", str(tmp_path), "-l", "mx1"]
    assert json.loads(ran[0][7]) == {"language": "ja", **given}


def test_who_tries_a_hold_on_the_sample_does_not_change_this_machine():
    variables = yaml.safe_load((play.SAMPLE / "group_vars" / "mail.yml").read_text(encoding="utf-8"))
    for role in ("hold", "relay", "verify", "restore"):
        assert variables[f"{role}_config_directory"] in (
            "{{ inventory_dir | dirname }}/.cache/sample/no-postfix-here",
            "{{ hold_config_directory }}",
        )


def test_only_the_playbooks_own_words_are_shown():
    screen = "\nPLAY [Explain] ******\n\nWHO  Microsoft\nPLAY RECAP ***\n x\n\nPLAY RECAP *****\nlocalhost : ok=1\n"
    assert play.between_banners(screen) == "WHO  Microsoft\nPLAY RECAP ***\n x"


@pytest.mark.parametrize(
    ("screen", "told"),
    [
        ('TASK [x] ***\nfatal: [localhost]: FAILED! => {"changed": false, "msg": "No \\"text\\"."}\n', 'No "text".'),
        ("ERROR! the playbook could not be found\n", None),
    ],
)
def test_a_failure_is_one_sentence(screen, told):
    assert play.complaint(screen) == told


def test_only_the_sample_has_a_dns_of_its_own(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(play.ROOT / "tools"))  # as for the program
    prepared = []
    monkeypatch.setattr(play.subprocess, "run", lambda command, **_options: prepared.append(command[-1]))
    with play.surroundings(tmp_path / "hosts.yml") as variables:
        assert (variables, prepared, threading.active_count()) == ({}, [], 1)
    with play.surroundings(play.SAMPLE / "hosts.yml") as variables:
        assert prepared == ["tools/prepare_sample.py"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken, pytest.raises(OSError, match="in use"):
            taken.bind(("127.0.0.1", int(variables["sample_dns_port"])))
    assert threading.active_count() == 1
