# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the commands of the README, the runbooks and the operator's guide do, given in the order of their page.

test_pages.py gives them word for word, in a checkout with a site's files under the names that the pages use;
tests/unit/test_docs_commands.py sees that none is missing here.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Given:
    """The code that a command ends with, and what stands on its screen."""

    says: str
    code: int = 0


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """A command that would run this very test, or hours of others; `held_by` is the file that gives it."""

    held_by: str


PLAYBOOK = "ansible-playbook postmaster.delist."
AGAIN = "-e confirm=yes"
BLOCKED = "REFUSED by Microsoft 365"
ASK_PASSWORD = "ARGS=--become --ask-become-pass"

README: dict[str, Given | Elsewhere] = {
    "make incident": Given("203.0.113.7 REFUSED by Microsoft 365"),
    "make -s explain < reply.txt": Given("delist@messaging.microsoft.com"),
    "make follow-up": Given("PD-"),
    f"make incident INVENTORY=hosts.yml LIMIT=mx1.example.jp SINCE=2h {ASK_PASSWORD}": Given(
        "REFUSED by Microsoft 365"
    ),
    f"{PLAYBOOK}incident -i hosts.yml -l mx1.example.jp -e since=2h --become": Given(BLOCKED),
    f"{PLAYBOOK}explain -e reply_file=reply.txt -e language=ja": Given("受信側独自のブロックリスト"),
    f"{PLAYBOOK}hold -i hosts.yml -b": Given(AGAIN, 2),
    f"{PLAYBOOK}relay -i hosts.yml -b -e @vault.yml -e relay_region=eu-central-1": Given(AGAIN, 2),
    f"{PLAYBOOK}verify -i hosts.yml -b -e @mailboxes.yml": Given("blocked"),
    f"{PLAYBOOK}restore -i hosts.yml -b": Given(AGAIN, 2),
    f"{PLAYBOOK}follow_up -i hosts.yml -b -e @mailbox.yml": Given("PD-"),
    f"{PLAYBOOK}audit -i hosts.yml -b -e baseline=yes": Given("baseline"),
    f"{PLAYBOOK}audit -i hosts.yml -b": Given("still"),
    "make setup-dev": Given(""),
    "make test": Elsewhere(".ci/run"),
    "make lint": Elsewhere("tools/check.py"),
    "make lab-test": Elsewhere("Makefile"),
    "make help": Given("make incident"),
}


def runbook(region: str, *, words: dict[str, str], language: str = "") -> dict[str, Given | Elsewhere]:
    option = f" -e language={language}" if language else ""
    relay = f"{PLAYBOOK}relay -i hosts.yml -b -e @vault.yml -e relay_region={region}"
    return {
        f"{PLAYBOOK}explain -e reply_file=reply.txt{option}": Given(words["explain"]),
        f"{PLAYBOOK}incident -i hosts.yml -b{option}": Given(words["incident"]),
        f"{PLAYBOOK}hold -i hosts.yml -b": Given(AGAIN, 2),
        f"{PLAYBOOK}hold -i hosts.yml -b -e confirm=yes": Given("postmaster.delist.restore"),
        relay: Given(AGAIN, 2),
        f"{relay} -e confirm=yes": Given("postmaster.delist.restore"),
        f"{PLAYBOOK}follow_up -i hosts.yml -b{option}": Given("PD-"),
        f"{PLAYBOOK}verify -i hosts.yml -b -e @mailboxes.yml": Given("blocked"),
        f"{PLAYBOOK}restore -i hosts.yml -b": Given(AGAIN, 2),
        f"{PLAYBOOK}restore -i hosts.yml -b -e confirm=yes": Given("postmaster.delist."),
    }


OPERATING: dict[str, Given | Elsewhere] = {
    "ansible-galaxy collection install --offline postmaster-delist-1.1.0.tar.gz": Given("was installed successfully"),
    "pip install -r ~/.ansible/collections/ansible_collections/postmaster/delist/requirements.txt": Given(
        "ansible-core"
    ),
    f"{PLAYBOOK}incident -i hosts.yml -b": Given(BLOCKED),
    f"{PLAYBOOK}audit -i hosts.yml -b -e baseline=yes": Given("baseline"),
    f"{PLAYBOOK}audit -i hosts.yml -b -e report_accepted=accepted.yml": Given("still"),
    "ansible localhost -m postmaster.delist.delist_case -a operation=export path=cases.jsonl": Given('"events": 0'),
}

PAGES = {
    "README.md": README,
    "docs/runbook.md": runbook("eu-central-1", words={"explain": "Microsoft 365", "incident": BLOCKED}),
    "docs/runbook.ja.md": runbook(
        "ap-northeast-1",
        language="ja",
        words={"explain": "受信側独自のブロックリスト", "incident": "Microsoft 365が拒否"},
    ),
    "docs/operating.md": OPERATING,
}
