# Copyright (c) 2026, postmaster.delist contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hold or a relay that fails in the middle: the host is as it was, or the message says what to do by hand."""

from __future__ import annotations

import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.postmaster.delist.tests.integration.harness import Run
from ansible_collections.postmaster.delist.tests.lab.handle import Lab
from ansible_collections.postmaster.delist.tests.lab.incident import Story
from ansible_collections.postmaster.delist.tests.lab.steering import SES_PASSWORD, SES_USER

BLOCKED, OTHER = "a@contoso.com", "a@gmail.com"
PLAYBOOKS: dict[str, dict[str, t.Any]] = {
    "hold": {"hold_watch_seconds": 1},
    "relay": {
        "relay_region": "us-east-1",
        "relay_ask_account": False,
        "relay_ask_dns": False,
        "relay_rate": 14,
        "relay_watch_seconds": 1,
        "relay_user": SES_USER,
        "relay_password": SES_PASSWORD,
    },
}
# Stands before the real program. A changed main.cf is not taken; then, where that is wanted, the file system turns
# read-only, so that nothing can be undone: for good, or until somebody else than the one who changed it has a look.
IN_FRONT = """\
#!/bin/sh
case "${0##*/} $*" in
postfix*reload)
    if ! cmp -s /etc/postfix/main.cf /root/trouble/main.cf; then
        if [ -e /root/trouble/read-only ] && ! [ -e /root/trouble/changer ]; then
            echo $PPID > /root/trouble/changer
            mount --bind /etc/postfix /etc/postfix
            mount -o remount,bind,ro /etc/postfix
        fi
        echo 'postfix: fatal: no reload today' >&2
        exit 1
    fi;;
postconf*)
    if [ -e /root/trouble/passes ] && [ -e /root/trouble/changer ] && [ "$(cat /root/trouble/changer)" != $PPID ]; then
        rm /root/trouble/passes
        umount /etc/postfix
    fi;;
esac
exec "$0.real" "$@"
"""
MEND = "! mountpoint -q /etc/postfix || umount /etc/postfix"
PUT_IN_FRONT = f"""
mkdir /root/trouble
cp /etc/postfix/main.cf /root/trouble
for program in /usr/sbin/postfix /usr/sbin/postconf; do
    mv $program $program.real
    cat > $program << 'END'
{IN_FRONT}END
    chmod 755 $program
done
"""
TAKE_AWAY = f"{MEND}; rm -r /root/trouble; for p in /usr/sbin/postfix /usr/sbin/postconf; do mv $p.real $p; done"


class Trouble:
    """mx1 is blocked, and known to be; from now on no change of its Postfix goes through."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.host = lab, lab.hosts["mx1"]
        lab.world.block("microsoft_365", self.host, rule="fblw15")
        self.story = Story(lab, folder, self.host)
        self.story.send(BLOCKED, OTHER)
        self.play("incident")
        self.gathered = self.run_folder()
        self.on(PUT_IN_FRONT)

    def on(self, script: str) -> str:
        return self.lab.on(self.host, "sh", "-ec", script)

    def play(self, playbook: str, *, rc: int = 0, **more: t.Any) -> Run:
        vault = self.story.folder / "vault.yml"
        vault.write_text(json.dumps({**PLAYBOOKS.get(playbook, {}), **more}), encoding="utf-8")
        name = f"postmaster.delist.{playbook}"
        return self.lab.run_playbook(name, cwd=self.story.folder, limit="mx1", rc=rc, args=["-e", f"@{vault}"])

    def fails(self, playbook: str) -> str:
        """Run it to its end, and return what is on the screen, as one line."""
        return " ".join(self.play(playbook, rc=2, confirm="yes").stdout.split())

    def run_folder(self) -> dict[str, str]:
        run = (self.story.folder / "out" / "latest").resolve()
        assert (run / "evidence" / "mx1.json").is_file()
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in run.rglob("*")
            if path.is_file() and not path.is_symlink()
        }

    def nothing_is_lost(self) -> None:
        now = self.run_folder()
        assert {path: now.get(path) for path in self.gathered} == self.gathered
        sent = self.story.send("b@gmail.com")
        self.story.became(sent, "b@gmail.com", "status=sent")


@pytest.fixture
def trouble(lab: Lab, tmp_path: Path) -> t.Iterator[Trouble]:
    made = Trouble(lab, tmp_path)
    yield made
    made.on(TAKE_AWAY)


@pytest.mark.parametrize("playbook", list(PLAYBOOKS))
def test_a_change_that_fails_in_the_middle_is_undone(trouble: Trouble, playbook: str) -> None:
    said = trouble.fails(playbook)
    assert "no reload today" in said
    assert "Nothing has changed: what was done is undone" in said
    assert trouble.story.state() == trouble.story.before
    trouble.nothing_is_lost()


def test_what_the_module_could_not_undo_the_role_puts_back(trouble: Trouble) -> None:
    trouble.on("touch /root/trouble/read-only /root/trouble/passes")
    said = trouble.fails("relay")
    assert "Undoing it failed too" in said
    assert "A second try put it back: no relay is on this host." in said
    assert trouble.story.state() == trouble.story.before
    trouble.nothing_is_lost()


@pytest.mark.parametrize("playbook", list(PLAYBOOKS))
def test_when_nothing_can_be_put_back_it_says_what_to_do(trouble: Trouble, playbook: str) -> None:
    trouble.on("touch /root/trouble/read-only")
    said = trouble.fails(playbook)
    assert "no reload today" in said, "the first reason is not told any more"
    assert "Undoing it failed too" in said
    assert "Read-only file system" in said
    assert "the configuration as it was lies in /etc/postfix/" in said
    assert "postmaster.delist.restore" in said
    assert f"-e restore_layers={playbook}" in said
    assert trouble.story.state() != trouble.story.before

    # What it says: put that right, then the restore.
    trouble.on(MEND)
    trouble.play("restore", confirm="yes", restore_layers=playbook)
    assert trouble.story.state() == trouble.story.before
    trouble.nothing_is_lost()
