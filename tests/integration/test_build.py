# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-galaxy would ship: the collection, all of it, and nothing that lies beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import BIN, ROOT

MADE_BY_THE_BUILD = {"FILES.json", "MANIFEST.json"}
SHIPPED = ("docs/", "extensions/", "knowledge/", "meta/", "playbooks/", "plugins/", "roles/")


# What lies in a checkout that is used: our tools' own, and what the pages tell a site to write.
LEFT_BEHIND = """
changelogs/.plugin-cache.yaml
.cache/sample/mx1/mail.log .env .venv-docs/bin/python build/docs/html/index.html out/latest/findings.json
postmaster-delist-1.0.0.tar.gz plugins/action/__pycache__/hold.cpython-311.pyc tests/output/junit.xml
accepted.yml eda.yml hosts.yml inventory/hosts.yml inventory/group_vars/all/vault.yml key.pem ledger.yml mailbox.yml
mailboxes.yml reply.txt vault.yml
""".split()


def built(source: Path, folder: Path) -> set[str]:
    command = [str(BIN / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (tarball,) = folder.glob("postmaster-delist-*.tar.gz")
    with tarfile.open(tarball) as tar:
        return {member.name for member in tar if not member.isdir()} - MADE_BY_THE_BUILD


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return built(ROOT, tmp_path_factory.mktemp("build"))


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


def test_what_a_site_leaves_in_a_checkout_is_not_shipped(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("galaxy.yml", "README.md", "LICENSE"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    for name in LEFT_BEHIND:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("hunter2", encoding="utf-8")

    assert built(checkout, tmp_path) == {"README.md", "LICENSE"}


def test_the_names_of_files_that_the_pages_tell_a_site_to_write_are_ignored() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md")]
    told = re.compile(r"(?:-i |-e @|reply_file=|INVENTORY=|-e )([a-z][\w.]*\.(?:yml|txt))\b")
    names = {name for page in pages for name in told.findall(page.read_text(encoding="utf-8"))}

    assert names
    assert names - set(LEFT_BEHIND) == set()
