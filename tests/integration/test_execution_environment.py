# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution environment as far as it goes without a container engine: its context, and what it would install."""

from __future__ import annotations

import glob
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.postmaster.delist.tests.integration.harness import BIN, ROOT

DEFINITION = "execution-environment.yml"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first command of the definition was carried out, and its second as far as the context."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / DEFINITION, folder)
    ansible("ansible-galaxy", "collection", "build", "--output-path", str(folder / "build" / "ee"), ".", cwd=ROOT)
    ansible("ansible-builder", "create", "-c", "build/ee/context", "--output-filename", "Containerfile", cwd=folder)
    return folder


def ansible(*command: str, cwd: Path) -> str:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True).stdout


def requirements(text: str) -> dict[str, str]:
    """Name to its line, without comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {re.split(r"[\[<>=]", line)[0]: line for line in lines if line}


def test_the_commands_are_those_that_the_definition_names(site: Path) -> None:
    said = (ROOT / DEFINITION).read_text(encoding="utf-8")
    assert "ansible-galaxy collection build --force --output-path build/ee ." in said
    assert "ansible-builder build -t postmaster-delist -c build/ee/context" in said


def test_what_is_copied_into_the_image_is_in_the_context(site: Path) -> None:
    context = site / "build" / "ee" / "context"
    lines = (context / "Containerfile").read_text(encoding="utf-8").splitlines()
    copied = [shlex.split(line) for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert [words[1] for words in copied if not glob.glob(str(context / words[1]))] == []
    (collection,) = ([words[1], words[2]] for words in copied if words[1].endswith(".tar.gz"))
    wanted = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in wanted["collections"]] == [collection[1]]
    # One file, or COPY would want a folder at the other end.
    assert len(glob.glob(str(context / collection[0]))) == 1


def test_the_image_gets_what_the_collection_names() -> None:
    found = yaml.safe_load(ansible("ansible-builder", "introspect", ".collections", cwd=ROOT))
    python = requirements("\n".join(found["python"]))
    assert python == requirements((ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8"))
    assert sorted(line.partition("  #")[0] for line in found["system"]) == [
        "openssh-client [platform:dpkg]",
        "openssh-clients [platform:rpm]",
    ]


def test_versions_are_those_of_the_requirements() -> None:
    default = requirements((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    extra = requirements((ROOT / "requirements-extra.txt").read_text(encoding="utf-8"))
    environment = requirements((ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8"))
    asked = yaml.safe_load((ROOT / DEFINITION).read_text(encoding="utf-8"))["dependencies"]
    with_core = {"ansible-core", "jinja2", "PyYAML"}
    assert environment == {name: line for name, line in default.items() if name not in with_core}
    assert asked["ansible_core"]["package_pip"] == default["ansible-core"]
    assert set(asked["python"]) <= set(extra.values())
