# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gives the commands of the README, the runbooks and the operator's guide as they stand there gets what they say.

In a copy of the checkout, where the tarball is installed and nothing else (there without `make`), or lies, at the
controller's place of a lab, against a real mail host that Microsoft 365 blocks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import BIN
from ansible_collections.postmaster.delist.tests.lab import running
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.pages import PAGES, Given
from ansible_collections.postmaster.delist.tests.lab.plan import SES_NAME
from ansible_collections.postmaster.delist.tests.lab.running import ROOT
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER
from ansible_collections.postmaster.delist.tests.unit.page_commands import commands
from ansible_collections.postmaster.delist.tools.installed import install

PLACES = [
    ("README.md", "checkout"),
    ("README.md", "installed"),
    ("docs/runbook.md", "checkout"),
    ("docs/runbook.ja.md", "checkout"),
    ("docs/operating.md", "tarball"),
]
MAILBOX = "our.test.mailbox@contoso.com"
ACCEPTED = {"list": "uceprotect_l3", "reason": "our provider's whole network", "owner": "ops", "expires": "2099-06-30"}
OLD = (0, 0)  # what is older than the stamps of .venv lets make leave .venv alone


class Site:
    """Where commands are given, the files that the pages tell a site to write there, and mx1, which is blocked."""

    def __init__(self, lab: Lab, folder: Path, place: str) -> None:
        self.lab = lab
        self.here = folder / "here"
        self.env = {"HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"}
        if place == "checkout":
            copy_checkout(self.here)
        else:
            self.here.mkdir()
            tarball = install(folder / "collections")
            if place == "installed":
                self.env["ANSIBLE_COLLECTIONS_PATH"] = str(folder / "collections")
            else:
                shutil.copy(tarball, self.here)
        host = lab.hosts["mx1"]
        reply = lab.world.block("microsoft_365", host, rule="fblw15")[host.name]
        self.story = Story(lab, folder, host)
        self.story.send("a@contoso.com", "c@gmail.com")
        (self.here / "reply.txt").write_text(f"{reply}\n", encoding="utf-8")
        for name, data in self.files().items():
            (self.here / name).write_text(json.dumps(data), encoding="utf-8")

    def files(self) -> dict[str, t.Any]:
        shared = json.loads(self.lab.place.inventory.read_text(encoding="utf-8"))["all"]["vars"]
        host = {"ansible_host": self.story.hosts[0].ip}
        return {
            "hosts.yml": {"mail": {"hosts": {"mx1.example.jp": host}, "vars": shared | said_by_the_site()}},
            "vault.yml": {
                "relay_user": SES_USER,
                "relay_password": SES_PASSWORD,
                "relay_probes": [MAILBOX],
                "relay_endpoint": SES_NAME,  # the lab has one, whatever the region
                "relay_ask_account": False,
            },
            "mailboxes.yml": {"verify_mailboxes": {"microsoft_365": MAILBOX}},
            "accepted.yml": {"schema": 1, "accepted": [ACCEPTED]},
            "mailbox.yml": {"cases_paths": [], "cases_authserv_ids": ["mx1.example.jp"]},
        }

    def give(self, line: str) -> subprocess.CompletedProcess[str]:
        """A line of a page, in a shell, as somebody would."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "LANG"))}
        path = {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}"}
        return subprocess.run(
            [*running.enter(self.lab.place), "sh", "-c", line],
            cwd=self.here,
            env=kept | path | self.env,
            input="the password that sudo wants\n",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            start_new_session=True,
            check=False,
        )


def said_by_the_site() -> dict[str, t.Any]:
    return {
        "request_organisation": "Example Mail Ltd.",
        "request_contact_name": "Kenzo Tanaka",
        "request_reply_to": "postmaster@lab.example",
        "request_check_mailbox": False,
        "request_fixed_text": "A contact form was closed.",
        "relay_senders": ["lab.example"],
    }


def copy_checkout(target: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
            os.utime(target / name, OLD)
    (target / ".venv").symlink_to(Path(sys.executable).parents[1])
    collections = target / ".collections" / "ansible_collections" / "postmaster"
    collections.mkdir(parents=True)
    (collections / "delist").symlink_to("../../..")


@pytest.mark.parametrize(("page", "place"), PLACES)
def test_the_commands_of_a_page_do_what_it_says(lab: Lab, tmp_path: Path, page: str, place: str) -> None:
    site = Site(lab, tmp_path, place)
    wrong = []
    for line, words in commands(ROOT / page):
        expected = PAGES[page][" ".join(words)]
        if isinstance(expected, Given) and (place == "checkout" or words[0] != "make"):
            done = site.give(line)
            if done.returncode != expected.code or expected.says not in done.stdout:
                wrong.append(f"$ {line}\n{done.stdout}\n{done.stderr}\n-> {done.returncode}, for {expected}")
    assert wrong == [], "\n\n".join(wrong)
    assert site.story.state() == site.story.before
