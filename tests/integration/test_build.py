# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-galaxy would ship: the collection, all of it, and nothing that lies beside it."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import BIN, ROOT

MADE_BY_THE_BUILD = {"FILES.json", "MANIFEST.json"}
SHIPPED = ("docs/", "extensions/", "knowledge/", "meta/", "playbooks/", "plugins/", "roles/")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("build")
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (tarball,) = Path(folder).glob("postmaster-delist-*.tar.gz")
    with tarfile.open(tarball) as tar:
        return {member.name for member in tar if not member.isdir()} - MADE_BY_THE_BUILD


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def test_nothing_untracked_is_shipped(shipped: set[str], tracked: set[str]) -> None:
    assert shipped - tracked == set()


def test_the_collection_is_shipped(shipped: set[str], tracked: set[str]) -> None:
    assert {name for name in tracked if name.startswith(SHIPPED)} - shipped == set()
    assert {"LICENSE", "README.md", "CHANGELOG.md", "requirements.txt", "knowledge/causes.yml"} <= shipped


def test_the_workshop_is_not_shipped(shipped: set[str]) -> None:
    workshop = ("tests/", ".", "Makefile", "ansible.cfg", "tools/")
    assert [name for name in sorted(shipped) if name.startswith(workshop)] == []
