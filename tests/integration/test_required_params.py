# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that is called with nothing names each option that it cannot do without."""

from __future__ import annotations

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import ROOT, run_playbook, tasks_as_play
from ansible_collections.postmaster.delist.tests.unit.test_plugin_rules import documentation


def required(source: str) -> list[str]:
    options = documentation(source).get("options", {})
    return [name for name, option in options.items() if option.get("required")]


ALL = {path.stem: required(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("plugins/modules/*.py"))}
REQUIRED = {module: names for module, names in ALL.items() if names}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    tasks = [
        {"name": f"Call {module}", f"postmaster.delist.{module}": {}, "ignore_errors": True} for module in REQUIRED
    ]
    return run_playbook(tasks_as_play(tasks), cwd=tmp_path_factory.mktemp("required"))


@pytest.mark.parametrize("module", REQUIRED)
def test_missing_options_are_named(run, module):
    result = run.of(f"Call {module}")
    assert result.status == "ignored"
    assert [name for name in REQUIRED[module] if name not in result.msg] == []
