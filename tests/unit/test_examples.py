# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples name playbooks and variables that there are."""

from __future__ import annotations

import re
import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FILES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file())
PLAYBOOKS = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
# Of the page that another test holds against the roles; it has the short extra vars too.
VARIABLES = set(
    re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "variables.md").read_text(encoding="utf-8"), re.MULTILINE)
)


def awx() -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load((EXAMPLES / "awx" / "delist.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_playbooks_and_variables_are_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"postmaster\.delist\.(\w+) -i", text))
    assert named <= PLAYBOOKS
    assert named or path.suffix == ".timer" or path.parent.name == "awx"
    given = re.findall(r"-e (\w+)=|# +(?:ci\.yml: )?(\w+): \"", text)
    assert {name for pair in given for name in pair if name} <= VARIABLES


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".yml"], ids=lambda path: path.name)
def test_yaml_can_be_read(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_templates_name_what_there_is() -> None:
    for template in awx()["controller_templates"]:
        assert (ROOT / template["playbook"]).is_file()
        assert set(template["extra_vars"]) <= VARIABLES
        asked = template.get("survey_spec", {}).get("spec", [])
        assert {question["variable"] for question in asked} <= VARIABLES


def test_nothing_is_changed_before_somebody_approved() -> None:
    content = awx()
    (workflow,) = content["controller_workflows"]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    templates = {template["name"]: template for template in content["controller_templates"]}
    reached, waiting = set(), ["evidence"]
    while waiting:
        node = nodes[waiting.pop()]
        reached.add(node["identifier"])
        if "approval_node" not in node:
            template = templates[node["unified_job_template"]]
            assert "confirm" not in template["extra_vars"]
            waiting += [*node.get("success_nodes", []), *node.get("failure_nodes", [])]
    assert reached == {"evidence", "plan", "approval"}
    assert templates["Delist - plan"]["job_type"] == "check"
    following = {
        name for node in nodes.values() for name in [*node.get("success_nodes", []), *node.get("failure_nodes", [])]
    }
    assert following == set(nodes) - {"evidence"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for path in (EXAMPLES / "systemd").iterdir():
        # The program is where a site has it.
        text = path.read_text(encoding="utf-8").replace("/opt/delist/bin/ansible-playbook", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    # What systemd says of the machine's own units does not count.
    assert [line for line in done.stderr.splitlines() if "postmaster-delist" in line] == []
