# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every action is documented as a module, every module says how it takes check mode."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(ROOT.glob("plugins/modules/*.py"))
FILTERS = sorted(ROOT.glob("plugins/filter/*.py"))
ACTIONS = sorted(ROOT.glob("plugins/action/*.py"))


def documentation(source: str) -> dict:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError("no DOCUMENTATION")


def unsaid(doc: dict) -> set[str]:
    """The attributes whose support a module leaves open."""
    fragments = doc.get("extends_documentation_fragment", [])
    if "postmaster.delist._attributes.info_module" in fragments:
        return set()
    said = {name for name, attribute in doc.get("attributes", {}).items() if "support" in attribute}
    if "postmaster.delist._attributes.run_log" in fragments:
        said |= {"check_mode", "diff_mode"}
    return {"check_mode", "diff_mode", "idempotent"} - said


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_action_has_its_documentation(path):
    assert ROOT / "plugins" / "modules" / path.name in MODULES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_documentation(path):
    doc = documentation(path.read_text(encoding="utf-8"))
    assert doc["module"] == path.stem
    assert doc["version_added"]
    assert "postmaster.delist._attributes" in doc["extends_documentation_fragment"]
    assert unsaid(doc) == set()


# What Ansible itself reads in a result: a list under such a name would make a task failed, skipped or a loop.
ANSIBLES_OWN = {"failed", "skipped", "unreachable", "results", "ansible_facts", "exception", "deprecations", "warnings"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_result_has_a_name_that_ansible_takes_for_its_own(path):
    source = path.read_text(encoding="utf-8")
    returned = yaml.safe_load(source.partition('RETURN = r"""')[2].partition('"""')[0]) or {}
    assert set(returned) & ANSIBLES_OWN == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_is_not_executable(path):
    assert not path.stat().st_mode & 0o111


def chained(source: str) -> list[int]:
    """The lines that raise an error of Ansible with a cause, whose text Ansible would then say a second time."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Raise) and node.cause is not None and ast.unparse(node.cause) != "None"
    ]


@pytest.mark.parametrize("path", [*ACTIONS, *FILTERS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_cause_is_said_twice(path):
    assert chained(path.read_text(encoding="utf-8")) == []


def test_cause_checker_complains():
    source = "try:\n    pass\nexcept OSError as exc:\n    raise ValueError(str(exc)) from exc\n"
    assert chained(source) == [4]
    assert chained(source.replace("from exc", "from None")) == []


def test_attribute_checker_complains():
    doc = {"extends_documentation_fragment": ["postmaster.delist._attributes"], "attributes": {"check_mode": {}}}
    assert unsaid(doc) == {"check_mode", "diff_mode", "idempotent"}
    doc["extends_documentation_fragment"].append("postmaster.delist._attributes.run_log")
    assert unsaid(doc) == {"idempotent"}
