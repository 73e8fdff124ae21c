# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import shlex
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.postmaster.delist.plugins.plugin_utils._command._command import (
    Command,
    of_this_run,
    shown_path,
)
from ansible_collections.postmaster.delist.plugins.plugin_utils._knowledge._knowledge import SHIPPED
from ansible_collections.postmaster.delist.plugins.plugin_utils._plain_text import columns

CWD = Path("/home/oncall")
ROLES = SHIPPED.parent / "roles"


def command(*, program: str = "/opt/venv/bin/ansible-playbook", **options: t.Any) -> Command:
    return of_this_run({"args": ("postmaster.delist.incident",)} | options, program=program, cwd=CWD)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, []),
        ({"inventory": ("/home/oncall/hosts.yml", "/etc/more")}, ["-i", "hosts.yml", "-i", "/etc/more"]),
        ({"inventory": ("mx1.example.jp,",)}, ["-i", "mx1.example.jp,"]),
        ({"subset": "mx1:!mx2"}, ["-l", "mx1:!mx2"]),
        ({"become": True, "become_ask_pass": True}, ["-b", "-K"]),
        (
            {"become": True, "become_method": "doas", "become_user": "mail"},
            ["--become-user", "mail", "-b", "--become-method", "doas"],
        ),
        ({"become": False, "become_method": "doas"}, []),
        ({"ask_vault_pass": True}, ["-J"]),
        ({"vault_password_files": ("/home/oncall/.vault",)}, ["--vault-password-file", ".vault"]),
        (
            {"vault_ids": ("prod@prompt", "dev@/home/oncall/dev key", "/home/oncall/one")},
            ["--vault-id", "prod@prompt", "--vault-id", "dev@dev key", "--vault-id", "one"],
        ),
        ({"remote_user": "root", "private_key_file": "/home/oncall/id"}, ["--private-key", "id", "-u", "root"]),
        (
            {"extra_vars": ("@site.yml", "since=2h")},
            ["-e", "@site.yml", "-e", "since=2h"],
        ),
    ],
)
def test_the_options_of_the_run_are_repeated(options: dict[str, t.Any], words: list[str]) -> None:
    assert shlex.split(command(**options).line())[2:] == words


def test_extra_vars_that_may_carry_a_secret_are_not() -> None:
    given = (
        "ansible_password=hunter2",
        '{"reply": "550"}',
        '{"relay": {"smtp_secret": "x"}}',
        "a='b",
        f"note={'x' * 999}",
    )
    made = command(extra_vars=given)
    assert made.line() == command().line()
    assert made.left_out == ("ansible_password", "relay", "note")


def test_no_variable_that_a_role_keeps_out_of_logs_is_repeated() -> None:
    specs = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROLES.glob("*/meta/argument_specs.yml")]
    entries = [entry for spec in specs for entry in spec["argument_specs"].values()]
    names = [name for entry in entries for name, option in entry.get("options", {}).items() if option.get("no_log")]
    assert {"report_notify_urls", "report_notify_webhook", "audit_ledger", "cases_ledger"} <= set(names)
    given = [f"{name}=http://127.0.0.1/HOOK" for name in names] + [json.dumps({"outer": {names[0]: "HOOK"}})]
    made = command(extra_vars=given)
    assert made.line() == command().line()
    assert made.left_out == (*names, "outer")


@pytest.mark.parametrize(
    "value",
    [
        "https://user:PASSWORD@proxy/x",
        "https://TOKEN@proxy",
        ["ok", "postgresql://u:P/W@db/x"],
        "postgresql://db/x?password=PASSWORD",
        "host=db password = PASSWORD",
    ],
)
def test_a_value_that_carries_a_password_is_not_repeated_under_any_name(value: object) -> None:
    made = command(extra_vars=(json.dumps({"site_proxy": value}), "report_url=https://example.jp/a?b=c"))
    assert shlex.split(made.line())[2:] == ["-e", '{"report_url": "https://example.jp/a?b=c"}']
    assert made.left_out == ("site_proxy",)


def test_what_is_given_again_is_not_left_out() -> None:
    made = of_this_run(
        {"extra_vars": (f"since={'2' * 999} note={'x' * 999}", "note=y")}, program="x", cwd=CWD, extra=["since=2h"]
    )
    assert shlex.split(made.line())[2:] == ["-e", "note=y", "-e", "since=2h"]
    assert made.left_out == ()


@pytest.mark.parametrize("given", ['{"a b": "1"}', '{"a\\nb": "1"}', '{"3": 1}', "a-b=1", "=1"])
def test_what_can_be_no_variable_is_neither_repeated_nor_named(given: str) -> None:
    assert command(extra_vars=(given,)) == command()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            "request_allow_documentation=true language=ja",
            ["-e", "request_allow_documentation=true", "-e", "language=ja"],
        ),
        ("request_fixed_text='It is closed.'", ["-e", '{"request_fixed_text": "It is closed."}']),
        (
            '{"request_fixed_text": "閉じました", "n": 3}',
            ["-e", "request_fixed_text=閉じました", "-e", '{"n": 3}'],
        ),
        ('{"since": "2h", "sample_dns_port": "1053"}', ["-e", "since=2h"]),
        ("confirm=yes", []),
        ("baseline=yes since=2h", ["-e", "since=2h"]),
    ],
)
def test_what_this_run_was_told_is_repeated(given: str, words: list[str]) -> None:
    assert shlex.split(command(extra_vars=(given,)).line())[2:] == words


def test_what_the_command_line_says_is_not_said_twice() -> None:
    options = {"args": ("x",), "extra_vars": ("since=2h",)}
    asked = of_this_run(options, program="y", cwd=CWD, extra=["since=2h", "language=ja"])
    assert asked.line() == "y x -e since=2h -e language=ja"


def test_another_playbook_and_more_can_be_asked_for() -> None:
    asked = of_this_run(
        {"subset": "mx1"}, program="x", cwd=CWD, playbook="postmaster.delist.explain", extra=["reply_file=a b"]
    )
    assert asked.line() == "x postmaster.delist.explain -l mx1 -e 'reply_file=a b'"


def test_the_program_is_a_bare_name_only_where_a_shell_finds_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ansible-playbook"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    assert command(program=str(program)).line().startswith(str(program))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command(program=str(program)).line().startswith("ansible-playbook ")
    assert command(program="/home/oncall/.venv/bin/ansible-playbook").line().startswith(".venv/bin/ansible-playbook ")


def test_a_long_command_is_folded_where_a_shell_takes_it_back() -> None:
    asked = command(inventory=("/srv/inventories/production/hosts.yml",), subset="mx1,mx2", vault_ids=("a@b",))
    lines = asked.folded(60)
    assert len(lines) > 1
    assert all(columns(line) <= 60 for line in lines)
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(asked.line())
    assert not any(line.rstrip(" \\").endswith((" -i", " -l")) for line in lines)


def test_a_path_is_shown_as_one_would_type_it() -> None:
    assert shown_path("/home/oncall/out/x", CWD) == "out/x"
    assert shown_path("/srv/x", CWD) == "/srv/x"
    assert shown_path("relative", CWD) == "relative"


def test_a_command_is_shown_behind_its_label_as_a_shell_takes_it_back() -> None:
    asked = command(inventory=("/srv/inventories/production/hosts.yml",), subset="mx1.example.jp,mx2.example.jp")
    label, shown = asked.shown("UNDO")[:8], asked.shown("UNDO")[8:]
    assert label == "UNDO    "
    assert "\\\n" in shown
    assert all(columns(line) <= 80 for line in asked.shown("UNDO").splitlines())
    assert shlex.split(shown.replace("\\\n", "")) == shlex.split(asked.line())
    assert asked.shown("UNDO", ["a", "b"]).splitlines()[-1] == "        (add what it does not repeat: a, b)"
    assert asked.told(["a"]) == f"{asked.line()} (add what it does not repeat: a)"
